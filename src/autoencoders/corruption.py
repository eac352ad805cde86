"""Corruptions of the input; the target of the training stays the clean image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from autoencoders.configuration import Fraction, Strict

if TYPE_CHECKING:
    from torch import Generator, Tensor


class NoCorruption(Strict):
    """The image as it is."""

    kind: Literal["none"]

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Return the images untouched."""
        return images


class Gaussian(Strict):
    """Additive normal noise (Vincent et al. 2008), `std` in units of the [0, 1] intensity range."""

    kind: Literal["gaussian"]
    std: Fraction
    clip: bool

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Add noise to images (N, C, H, W) in [0, 1]; `clip` keeps the result in [0, 1]."""
        noise = images.new_empty(images.shape).normal_(0.0, 1.0, generator=generator)
        noisy = images + self.std * noise
        return noisy.clamp(0.0, 1.0) if self.clip else noisy


Corruption = Annotated[NoCorruption | Gaussian, Field(discriminator="kind")]
