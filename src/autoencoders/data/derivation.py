"""Image sets that are made from others: part of the images, altered."""

from copy import deepcopy
from typing import Literal, Self

import numpy as np
from pydantic import SerializeAsAny, model_validator

from autoencoders.configuration import Count, Name, Seed, Strict
from autoencoders.data.alterations import Alteration
from autoencoders.data.images import ImageSet
from autoencoders.data.mapped_images import is_large
from autoencoders.data.stack import PIECE, Stack, forget


class Derivation(Strict):
    """Which images of which dataset, and what is done to them. What is left out changes nothing."""

    dataset: Name
    name: str | None = None  # what people call the result; none: its dataset and what was done
    part: Literal["train", "test", "all"] = "all"  # the official part that the images are taken from
    images: Count | None = None  # of each class; none: all there are
    alteration: SerializeAsAny[Alteration] | None = None
    seed: Seed | None = None  # of the choice of images and of what an alteration draws

    @model_validator(mode="after")
    def _what_is_drawn_has_a_seed(self) -> Self:
        drawn = "images" if self.images else "alteration" if self.alteration and self.alteration.draws else None
        if drawn and self.seed is None:
            raise ValueError(f"seed: the key is missing, and {drawn} needs it")
        return self

    def name_of(self, source: str) -> str:
        """Return what to call the image set that is made of the source of that name."""
        parts = [self.alteration.words] if self.alteration else []
        parts += [f"{self.images} images a class"] if self.images else []
        return self.name or ", ".join([source, *parts])

    def words(self) -> str:
        """Return what was done: `600 images a class of the training part, inverted, seed 1`."""
        part = {"train": " of the training part", "test": " of the test part", "all": ""}[self.part]
        parts = [f"{f'{self.images} images a class' if self.images else 'all images'}{part}"]
        parts += [self.alteration.words] if self.alteration else []
        parts += [] if self.seed is None else [f"seed {self.seed}"]
        return ", ".join(parts)


def derive(source: ImageSet, derivation: Derivation) -> ImageSet:
    """Return the image set that a derivation makes of another.

    The same seed chooses the same images whatever is done to them, and fewer images are a part of more.

    Raises:
        ValueError: There are fewer images than are asked for.
    """
    rng = np.random.default_rng(derivation.seed)
    chosen = _chosen(source, derivation, rng)
    keep = derivation.alteration is None and is_large(source.images, chosen)
    images = _kept(source.images, chosen) if keep else source.images[chosen]
    masks = None if source.masks is None else source.masks[chosen]
    if derivation.alteration:
        if masks is not None and derivation.alteration.moves:
            masks = derivation.alteration(masks[:, np.newaxis].astype(np.uint8), 1, deepcopy(rng))[:, 0].astype(bool)
        images = derivation.alteration(images, source.intensity, rng)
    kept = {name: value for name, value in source.info.items() if name != "notes"}  # which speak of all images
    info = kept | {
        "name": derivation.name_of(source.info["name"]),
        "source": f"{source.info['source']}: {derivation.words()}",
    }
    if "files" in info:
        info["files"] = [info["files"][index] for index in chosen]
    return ImageSet(images, source.labels[chosen], source.official_split[chosen], info, masks)


def _kept(images: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return some of many mapped images in a file of their own, mapped."""
    stack = Stack(images.shape[1:], images.dtype)
    step = max(1, PIECE // images[0].nbytes)
    for first in range(0, len(chosen), step):
        stack.extend(images[chosen[first : first + step]])
        forget(images)
    return stack.mapped()


def _chosen(source: ImageSet, derivation: Derivation, rng: np.random.Generator) -> np.ndarray:
    """Return the indices of the images that are taken, rising."""
    is_part = np.isin(source.official_split, ["train", "test"] if derivation.part == "all" else derivation.part)
    if not is_part.any():
        raise ValueError(f"derived.part: {source.info['name']} has no {derivation.part} images")
    taken = []
    for label in np.unique(source.labels[is_part]):
        members = rng.permutation(np.flatnonzero(is_part & (source.labels == label)))
        if derivation.images and derivation.images > len(members):
            raise ValueError(
                f"derived.images must be at most {len(members)}, all there are of class "
                f"{source.info['class_names'][label]}, got {derivation.images}"
            )
        taken.append(members[: derivation.images])
    return np.sort(np.concatenate(taken))
