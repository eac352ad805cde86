"""Probes: images that no image of the dataset looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import PositiveInt, model_validator

from autoencoders.configuration import Fraction, Strict
from autoencoders.training.corruption import SaltAndPepper

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from autoencoders.data.images import ImageTensor

Kind = Literal["uniform", "normal", "rotated_90", "rotated_180", "inverted", "blank", "salt_and_pepper"]


class Probes(Strict):
    """Which probes, besides the test images of `datasets`, and how many images of each."""

    kinds: tuple[Kind, ...]
    images: PositiveInt  # of each probe at most, and of each other dataset
    probability: Fraction | None = None  # of salt_and_pepper alone: of a pixel to be hit
    salt: Fraction | None = None  # of salt_and_pepper alone: share of white among the pixels hit
    datasets: tuple[str, ...] = ()  # other datasets whose test images are shown to the network

    @model_validator(mode="after")
    def _settings_fit_the_kinds(self) -> Self:
        needed = "salt_and_pepper" in self.kinds
        for name in ("probability", "salt"):
            if (getattr(self, name) is not None) != needed:
                rule = "given for" if needed else "left out without"
                raise ValueError(f"{name} must be {rule} salt_and_pepper, got {getattr(self, name)}")
        if not self.kinds and not self.datasets:
            raise ValueError("kinds and datasets name no probe: give one at least, got [] and []")
        return self


def make(kind: Kind, chosen: ImageTensor, generator: Generator, settings: Probes) -> Tensor:
    """Make a probe from images of the dataset, or in their shape.

    Normal noise is N(0, 1) in the units that the network sees, uniform noise runs from black to white, and all blank
    images are one.

    Args:
        kind: Of the probe.
        chosen: (n, C, H, W).
        generator: Of noise.
        settings: How many pixels salt and pepper hit.

    Returns:
        (n, C, H, W), of blank images (1, C, H, W), in the units that the network sees.

    Raises:
        ValueError: rotated_90 is asked of images that are not square.
    """
    images = chosen.intensities(chosen[slice(None)])
    match kind:
        case "normal":
            return images.new_empty(images.shape).normal_(generator=generator)
        case "uniform":
            images = images.new_empty(images.shape).uniform_(generator=generator)
        case "rotated_90":
            _check_square(images)
            images = images.rot90(1, dims=(2, 3))
        case "rotated_180":
            images = images.rot90(2, dims=(2, 3))
        case "inverted":
            images = 1 - images
        case "blank":
            images = images.new_zeros(1, *images.shape[1:])
        case "salt_and_pepper":
            salted = SaltAndPepper(kind="salt_and_pepper", probability=settings.probability, salt=settings.salt)
            images = salted(images, generator)
    return (images - chosen.shift) / chosen.spread


def of_other(
    name: str, images: ImageTensor, count: int, shape: tuple[int, int, int], rng: np.random.Generator
) -> Tensor:
    """Return a choice of another dataset's images, in the units that the network sees.

    Args:
        name: Of the other dataset.
        images: (N, C, H, W).
        count: How many to choose at most.
        shape: (C, H, W) that the network takes.
        rng: Chooses.

    Returns:
        (n, C, H, W), in order.

    Raises:
        ValueError: The images have another shape.
    """
    import torch

    from autoencoders.evaluation.latent import subset

    found = tuple(images.values.shape[1:])
    if found != tuple(shape):
        raise ValueError(f"datasets: images of {name} must have the shape {tuple(shape)}, got {found}")
    chosen = subset(np.arange(len(images)), count, rng)
    return images[torch.from_numpy(chosen).to(images.values.device)]


def _check_square(images: Tensor) -> None:
    height, width = images.shape[2:]
    if height != width:
        raise ValueError(f"rotated_90 needs square images, got {height} x {width} pixels")
