"""Corruptions of the input; the target of the training stays the clean image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

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


class SaltAndPepper(Strict):
    """Pixels, all channels together, turned white (salt) or black (pepper) (Vincent et al. 2010)."""

    kind: Literal["salt_and_pepper"]
    probability: Fraction  # of a pixel to be hit
    salt: Fraction  # share of white among the pixels hit

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Return images (N, C, H, W) in [0, 1] with about `probability` of their pixels hit."""
        draw = images[:, :1].clone().uniform_(generator=generator)  # (N, 1, H, W)
        peppered = images.masked_fill(draw < self.probability, 0.0)
        return peppered.masked_fill(draw < self.probability * self.salt, 1.0)


class Masking(Strict):
    """Pixels, all channels together, turned black, each with the same chance (Vincent et al. 2008)."""

    kind: Literal["masking"]
    probability: Fraction  # of a pixel to be hit

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Return images (N, C, H, W) in [0, 1] with about `probability` of their pixels black."""
        draw = images[:, :1].clone().uniform_(generator=generator)  # (N, 1, H, W)
        return images.masked_fill(draw < self.probability, 0.0)


class CutOut(Strict):
    """Black squares anywhere within the image, which may overlap (after DeVries and Taylor 2017)."""

    kind: Literal["cut_out"]
    size: PositiveInt  # pixels a side
    count: NonNegativeInt  # squares an image

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Return images (N, C, H, W) with `count` squares cut out of each.

        Raises:
            ValueError: A square is larger than the image.
        """
        _, _, height, width = images.shape
        if self.size > min(height, width):
            raise ValueError(
                f"corruption.size must be at most {min(height, width)}, the image's shorter side, got {self.size}"
            )
        rows = self._strips(images, height, generator)
        columns = self._strips(images, width, generator)
        squares = rows[:, :, :, None] & columns[:, :, None, :]  # (N, count, H, W)
        return images.masked_fill(squares.any(dim=1)[:, None], 0.0)

    def _strips(self, images: Tensor, side: int, generator: Generator) -> Tensor:
        """Return which of `side` positions the squares cover along an axis, (N, count, side), boolean."""
        first = images.new_empty(len(images), self.count, 1).random_(side - self.size + 1, generator=generator)
        position = images.new_ones(side).cumsum(0) - 1  # 0 .. side - 1
        return (position >= first) & (position < first + self.size)


Corruption = Annotated[
    NoCorruption | Gaussian | SaltAndPepper | Masking | CutOut,
    Field(discriminator="kind"),
]
