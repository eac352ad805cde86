"""Parts: which images of a folder are normal, which of them to learn from, and which to judge."""

import logging
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, NonNegativeInt

from autoencoders.configuration import Fraction, Strict
from autoencoders.data.images import ImageSet
from autoencoders.data.words import counted, listed
from autoencoders.inspection.candidates import divided

logger = logging.getLogger(__name__)

NORMAL = ("good", "normal", "ok", "okay", "fine", "healthy", "regular", "defect_free", "no_defect", "0_good")  # names


class Parts(Strict):
    """How the images of a folder are divided.

    Attributes:
        seed: Seed of what is drawn.
        normal: Name of the class to learn from; none: the one that `find_normal` finds.
        validation: Share of the normal training images by which detectors are chosen.
        calibration: Share of them from which p-values are told.
        test: Share of the normal images that are judged beside others, where the folder has no test part.
    """

    seed: NonNegativeInt
    normal: Annotated[str, BeforeValidator(str)] | None = None  # YAML takes 7 for a number, which may be a name
    validation: Fraction
    calibration: Fraction
    test: Fraction


def find_normal(images: ImageSet) -> int:
    """Return the label of the normal class.

    That is the one class of the training part or, of several, the one that is called so, or the largest.
    """
    names, labels = images.info["class_names"], images.labels[images.official_split == "train"]
    there = np.unique(labels).tolist()
    called = [label for label in there if names[label].lower().replace(" ", "_").replace("-", "_") in NORMAL]
    if len(there) == 1 or called:
        return (called or there)[0]
    largest = int(np.bincount(labels).argmax())
    logger.warning(
        "no class is called good, normal or the like: %r, the largest, is taken for the normal one; name another by "
        "`--params normal=CLASS`",
        names[largest],
    )
    return largest


def label_of(images: ImageSet, name: str) -> int:
    """Return the label of a class.

    Raises:
        ValueError: There is no such class.
    """
    names = images.info["class_names"]
    if name not in names:
        raise ValueError(f"there is no class {name!r} in {images.info['name']}; there are: {listed(names)}")
    return names.index(name)


def divide(images: ImageSet, parts: Parts) -> dict[str, np.ndarray]:
    """Divide the images of a folder.

    Whatever is not normal is judged, never learnt from, wherever it lies.

    Returns:
        Indices: train, validation and calibration (normal images alone), test, and fold where there are few images.

    Raises:
        ValueError: There is no such class, no training part, or fewer than two normal images to learn from.
    """
    if (images.official_split == "test").all():
        raise ValueError(
            f"{images.info['name']} has test images alone, and none to learn from: put normal ones into train/good/, "
            "or let folder be the one that is called test"
        )
    label = find_normal(images) if parts.normal is None else label_of(images, parts.normal)
    is_normal, is_test = images.labels == label, images.official_split == "test"
    normal, others = np.flatnonzero(is_normal & ~is_test), np.flatnonzero(~is_normal | is_test)
    if len(others) and not is_test.any():
        order = np.random.default_rng([parts.seed, 1]).permutation(normal)
        held_out = round(parts.test * len(normal))
        others, normal = np.sort(np.append(others, order[:held_out])), np.sort(order[held_out:])
    name = images.info["class_names"][label]
    if len(normal) < 2:
        raise ValueError(f"there must be at least 2 images of the class {name!r} to learn from, got {len(normal)}")
    logger.info("%s of the class %r to learn from, %s to judge", counted(len(normal), "image"), name, len(others))
    return divided(normal, parts.seed, parts.validation, parts.calibration) | {"test": others}
