"""Splits of a dataset, as arrays of indices into its images."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from autoencoders.configuration import Seed, Strict

NAMES = ("train", "validation", "calibration", "test")


class Splits(Strict):
    """How one dataset's images are divided; validation and calibration come from what is not test."""

    seed: Seed
    test: Annotated[float, Field(gt=0, lt=1)] | Literal["official"]  # or a fraction of the images that are divided
    validation: Annotated[float, Field(gt=0, lt=0.5)]  # fraction of what is not test
    calibration: Annotated[float, Field(gt=0, lt=0.5)]  # fraction of what is not test


def split(labels: np.ndarray, parts: np.ndarray, splits: Splits) -> dict[str, np.ndarray]:
    """Divide a dataset class by class; no image falls into two splits.

    Divided is the official training part or, of a dataset that has only an official test part, that. Where both are
    there and test is a fraction, the images of the official test part are in no split.

    Args:
        labels: (N,) class of each image.
        parts: (N,) "train" or "test", the official part that each image came from.
        splits: The shares and the seed.

    Returns:
        Sorted indices (int64) under train, validation, calibration and test.

    Raises:
        ValueError: An official part is missing although `splits.test` asks for both, or nothing is left to train on or
            to test.
    """
    is_official = splits.test == "official"
    missing = [words for part, words in (("train", "training"), ("test", "test")) if not (parts == part).any()]
    if is_official and missing:
        there = "test" if missing[0] == "training" else "training"
        raise ValueError(
            f"splits.test must be a fraction of the official {there} part, such as 0.3, since there is no official "
            f"{missing[0]} part, got {splits.test!r}"
        )
    is_divided = parts == ("test" if "training" in missing else "train")
    rng = np.random.default_rng(splits.seed)
    divided: dict[str, list[np.ndarray]] = {name: [] for name in NAMES}
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero((labels == label) & is_divided))
        held_out = 0 if is_official else round(splits.test * len(members))
        official = np.flatnonzero((labels == label) & (parts == "test") & is_official)
        test, members = members[:held_out], members[held_out:]
        first = round(splits.validation * len(members))
        second = first + round(splits.calibration * len(members))
        shares = (members[second:], members[:first], members[first:second], np.append(official, test))
        for name, share in zip(NAMES, shares, strict=True):
            divided[name].append(share)
    found = {name: np.sort(np.concatenate(shares)).astype(np.int64) for name, shares in divided.items()}
    for name, way_out in (("train", "a smaller"), ("test", "a larger")):
        if not len(found[name]):
            raise ValueError(
                f"splits.test leaves no {name} image: there are {is_divided.sum()}, got {splits.test}; "
                f"give {way_out} fraction, or add images"
            )
    return found


def normal_splits(splits: dict[str, np.ndarray], labels: np.ndarray, normal_class: list[int]) -> dict[str, np.ndarray]:
    """Keep the normal class alone, except in the test split, which stays whole.

    Raises:
        ValueError: Another split holds no image of it.
    """
    return {
        name: indices if name == "test" else only(indices, labels, normal_class, name)
        for name, indices in splits.items()
    }


def only(indices: np.ndarray, labels: np.ndarray, normal_class: list[int], split: str) -> np.ndarray:
    """Return the indices whose image bears one of the labels that are normal.

    Raises:
        ValueError: There is none in the split of that name.
    """
    kept = indices[np.isin(labels[indices], normal_class)]
    if not len(kept):
        there = np.unique(labels[indices]).tolist()
        raise ValueError(
            f"normal class {normal_class} is empty: the {split} split has labels {there}; "
            "give the split a larger share in `splits`, or name another class"
        )
    return kept
