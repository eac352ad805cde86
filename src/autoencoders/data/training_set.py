"""What one-class training sees where that is not all normal training images: fewer of them, or others among them."""

from typing import Annotated

import numpy as np
from pydantic import Field

from autoencoders.configuration import Count, Strict
from autoencoders.data.splits import normal_splits

POLLUTION = "pollution"  # beside the splits: the indices of the images in train and validation that are not normal


class TrainingSet(Strict):
    """How many normal images there are to learn from, and how many of other classes are taken for normal.

    Whatever a training may look at changes: with fewer training images there are fewer validation images in
    proportion, and validation is polluted to the same share. Calibration images stay normal and as many, for they set
    thresholds alone: false-positive rates are those of a user who has as many to hold out. Test images stay, too.
    """

    images: Count | None = None  # normal training images; none: all there are
    pollution: Annotated[float, Field(gt=0, lt=1)] | None = None  # share of images of other classes, unlabelled


def draw(
    splits: dict[str, np.ndarray], labels: np.ndarray, normal_class: list[int], wanted: TrainingSet, seed: int
) -> dict[str, np.ndarray]:
    """Return the splits of a normal class, what training sees drawn as is wanted.

    Normal images are drawn first; images of other classes, as many of each, are added to them until they are the share
    that is wanted (the pollution ratio of Ruff et al. 2020, Deep SAD). By one seed, fewer are a part of more.

    Args:
        splits: Sorted indices of the images of all classes: train, validation, calibration and test.
        labels: (N,) class of each image.
        normal_class: The labels that are normal.
        wanted: How much of what.
        seed: Seed of the draw.

    Returns:
        The splits and, where there are any, the images that pollute train and validation, under `POLLUTION`.

    Raises:
        ValueError: There are too few images for what is wanted.
    """
    rng = np.random.default_rng([seed, *normal_class])
    found = normal_splits(splits, labels, normal_class)
    if wanted.images:
        found |= _fewer(found, wanted.images, rng)
    if wanted.pollution:
        others = {name: splits[name][~np.isin(labels[splits[name]], normal_class)] for name in ("train", "validation")}
        odds = wanted.pollution / (1 - wanted.pollution)
        added = {name: _evenly(pool, labels, round(odds * len(found[name])), rng) for name, pool in others.items()}
        if not len(added["train"]):
            raise ValueError(f"training_set.pollution: {wanted.pollution} of {len(found['train'])} images is none")
        found |= {name: np.union1d(found[name], one) for name, one in added.items()}
        found[POLLUTION] = np.union1d(*added.values())
    return found


def _fewer(splits: dict[str, np.ndarray], images: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw so many training images, and validation images in proportion, one at least."""
    train, validation = splits["train"], splits["validation"]
    if images > len(train):
        raise ValueError(f"training_set.images must be at most {len(train)}, all normal ones there are, got {images}")
    kept = max(1, round(len(validation) * images / len(train)))
    return {
        "train": np.sort(rng.permutation(train)[:images]),
        "validation": np.sort(rng.permutation(validation)[:kept]),
    }


def _evenly(pool: np.ndarray, labels: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw so many of the indices of a pool, from each class in turn."""
    members = [rng.permutation(pool[labels[pool] == label]) for label in rng.permutation(np.unique(labels[pool]))]
    turns = np.concatenate([pool[:0], *(np.arange(len(one)) for one in members)])
    drawn = np.concatenate([pool[:0], *members])[np.argsort(turns, kind="stable")][:count]
    if len(drawn) < count:
        raise ValueError(f"training_set.pollution takes {count} images of other classes, and there are {len(drawn)}")
    return drawn
