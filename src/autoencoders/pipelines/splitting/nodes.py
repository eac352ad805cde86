"""From labels to index arrays: which images a training may see."""

import numpy as np

from autoencoders.data import splits as domain
from autoencoders.data.splits import Splits
from autoencoders.pipelines.annotations import Arrays


def split_images(labels: np.ndarray, parts: np.ndarray, splits: Splits) -> tuple[Arrays, Arrays]:
    """Divide a dataset, class by class.

    Returns:
        Arrays that training sees (train, validation) and indices held out from it (calibration, test).
    """
    indices = domain.split(labels, parts, splits)
    return _pick(indices, "train", "validation"), _pick(indices, "calibration", "test")


def select_normal(
    labels: np.ndarray, fit_indices: Arrays, held_out_indices: Arrays, normal_class: list[int]
) -> tuple[Arrays, Arrays]:
    """Keep the normal class alone, except in the test split, which stays whole."""
    fit = {name: domain.only(indices, labels, normal_class) for name, indices in fit_indices.items()}
    calibration = domain.only(held_out_indices["calibration"], labels, normal_class)
    return fit, {"calibration": calibration, "test": held_out_indices["test"]}


def _pick(indices: Arrays, *names: str) -> Arrays:
    return {name: indices[name] for name in names}
