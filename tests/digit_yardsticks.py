"""What subjects of measurements need besides a network: principal components and a calibration split."""

import dataclasses

import numpy as np

from autoencoders.evaluation.subject import Subject
from autoencoders.training import pca


def with_yardsticks(subject: Subject) -> Subject:
    """Return the subject with the basis of its training images and every fourth of these held out to calibrate."""
    train = subject.indices["train"]
    held_out = np.arange(len(train)) % 4 == 3
    indices = subject.indices | {"train": train[~held_out], "calibration": train[held_out]}
    flat = subject.images[train[~held_out]].reshape(-1, 64) / subject.facts["intensity"]
    return dataclasses.replace(subject, indices=indices, basis=pca.fit(flat))
