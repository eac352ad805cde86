"""What subjects of measurements need besides a network: principal components and a calibration split."""

import dataclasses

import numpy as np

from autoencoders.evaluation.subject import Subject
from autoencoders.training import pca


def with_yardsticks(subject: Subject) -> Subject:
    """Return the subject with the basis of its training images and every fourth of these held out to calibrate."""
    train = subject.splits["train"]
    held_out = np.arange(len(train)) % 4 == 3
    splits = subject.splits | {"train": train[~held_out], "calibration": train[held_out]}
    flat = subject.dataset.images[train[~held_out]].reshape(-1, 64) / subject.dataset.intensity
    return dataclasses.replace(subject, splits=splits, basis=pca.fit(flat))
