"""Out-of-distribution images: no image of the dataset looks like them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import model_validator

from autoencoders.configuration import Count, Fraction, Strict
from autoencoders.training.corruption import SaltAndPepper, check_square

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from autoencoders.data.images import ImageTensor

Kind = Literal["uniform", "gaussian", "rotated_90", "rotated_180", "inverted", "blank", "salt_and_pepper"]


class OutOfDistribution(Strict):
    """Which kinds of images, besides the test images of `datasets`, and how many of each."""

    kinds: tuple[Kind, ...]
    images: Count  # of each kind at most, and of each other dataset
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
            raise ValueError("kinds and datasets must not both be empty, got [] and []")
        return self


def generate(
    settings: OutOfDistribution, normal: ImageTensor, others: dict[str, ImageTensor], seed: int
) -> dict[str, Tensor]:
    """Return images of every kind, and of every other dataset, by its name.

    Args:
        settings: Kinds of images, and their number.
        normal: Images (n, C, H, W) of the dataset, that some kinds are made from.
        others: Test images (N, C, H, W) of other datasets, by name.
        seed: Seed of all draws.

    Returns:
        (n, C, H, W) each, in the units that the network sees.

    Raises:
        ValueError: rotated_90 is asked of images that are not square, or another dataset's images have another shape.
    """
    from torch import Generator

    generator = Generator(normal.values.device).manual_seed(seed)
    shape = tuple(normal.values.shape[1:])
    made = {kind: make_images(kind, normal, generator, settings) for kind in settings.kinds}
    return made | {name: sample_dataset(name, one, settings.images, shape, seed) for name, one in others.items()}


def make_images(kind: Kind, normal: ImageTensor, generator: Generator, settings: OutOfDistribution) -> Tensor:
    """Return images of a kind, made from images (n, C, H, W) of the dataset, or in their shape.

    Gaussian noise is N(0, 1) in the units that the network sees, uniform noise runs from black to white, and all blank
    images are one.

    Returns:
        (n, C, H, W), of blank images (1, C, H, W), in the units that the network sees.
    """
    images = normal.intensities(normal[slice(None)])
    match kind:
        case "gaussian":
            return images.new_empty(images.shape).normal_(generator=generator)
        case "uniform":
            images = images.new_empty(images.shape).uniform_(generator=generator)
        case "rotated_90":
            check_square(images, kind)
            images = images.rot90(1, dims=(2, 3))
        case "rotated_180":
            images = images.rot90(2, dims=(2, 3))
        case "inverted":
            images = 1 - images
        case "blank":
            images = images.new_zeros(1, *images.shape[1:])
        case "salt_and_pepper":
            salted = SaltAndPepper(kind=kind, probability=settings.probability, salt=settings.salt)
            images = salted(images, generator)
    return (images - normal.shift) / normal.spread


def sample_dataset(name: str, images: ImageTensor, count: int, shape: tuple[int, int, int], seed: int) -> Tensor:
    """Return `count` images (N, C, H, W) of another dataset at most, in order, in the units that the network sees."""
    import torch

    from autoencoders.evaluation.latent import subset

    found = tuple(images.values.shape[1:])
    if found != shape:
        raise ValueError(f"datasets: images of {name} must have the shape {shape}, got {found}")
    chosen = subset(np.arange(len(images)), count, np.random.default_rng(seed))
    return images[torch.from_numpy(chosen).to(images.values.device)]
