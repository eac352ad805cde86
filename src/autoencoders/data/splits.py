"""Splits of a dataset, as arrays of indices into its images."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, NonNegativeInt

from autoencoders.configuration import Strict

NAMES = ("train", "validation", "calibration", "test")


class Splits(Strict):
    """How one dataset's images are divided; validation and calibration come from the training part."""

    seed: NonNegativeInt
    test: Annotated[float, Field(gt=0, lt=1)] | Literal["official"]  # or a fraction of the training part
    validation: Annotated[float, Field(gt=0, lt=0.5)]  # fraction of the training part
    calibration: Annotated[float, Field(gt=0, lt=0.5)]  # fraction of the training part


def split(labels: np.ndarray, parts: np.ndarray, splits: Splits) -> dict[str, np.ndarray]:
    """Divide a dataset class by class; every image falls into exactly one split.

    Args:
        labels: (N,) class of each image.
        parts: (N,) "train" or "test", the official part that each image came from.
        splits: The shares and the seed.

    Returns:
        Sorted indices (int64) under train, validation, calibration and test; where test is a fraction of the training
        part, the images of an official test part are in none.

    Raises:
        ValueError: There is no official test part although `splits.test` asks for it.
    """
    is_official = splits.test == "official"
    if is_official and not (parts == "test").any():
        raise ValueError(f"splits.test must be a fraction, since there is no official test part, got {splits.test!r}")
    rng = np.random.default_rng(splits.seed)
    divided: dict[str, list[np.ndarray]] = {name: [] for name in NAMES}
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero((labels == label) & (parts == "train")))
        held_out = 0 if is_official else round(splits.test * len(members))
        official = np.flatnonzero((labels == label) & (parts == "test") & is_official)
        test, members = members[:held_out], members[held_out:]
        first = round(splits.validation * len(members))
        second = first + round(splits.calibration * len(members))
        shares = (members[second:], members[:first], members[first:second], np.append(official, test))
        for name, share in zip(NAMES, shares, strict=True):
            divided[name].append(share)
    return {name: np.sort(np.concatenate(shares)).astype(np.int64) for name, shares in divided.items()}


def only(indices: np.ndarray, labels: np.ndarray, normal_class: list[int]) -> np.ndarray:
    """Return the indices whose image bears one of the labels that are normal.

    Raises:
        ValueError: There is none.
    """
    kept = indices[np.isin(labels[indices], normal_class)]
    if not len(kept):
        raise ValueError(f"normal class {normal_class} is empty: the labels are {np.unique(labels).tolist()}")
    return kept
