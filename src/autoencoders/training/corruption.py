"""Corruptions of the input; the target of the training stays the clean image."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from autoencoders.configuration import Count, CountFromZero, Fraction, Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Generator, Tensor


class Corruption(Plugin):
    """A change of the input, with endlessly many outcomes unless it says otherwise."""

    sets_black_or_white: ClassVar[bool] = True  # pixels become 0 or 1, which mean that in the unit scale alone
    kind: str

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Return images (N, C, H, W) corrupted, each on its own."""
        raise NotImplementedError

    def views(self, images: Tensor, generator: Generator, count: int) -> Iterator[Tensor]:
        """Yield `count` draws of the corrupted images (N, C, H, W), for a score to average over."""
        for _ in range(count):
            yield self(images, generator)


class NoCorruption(Corruption):
    """The image as it is."""

    kind: Literal["none"] = "none"
    sets_black_or_white: ClassVar[bool] = False

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Return the images untouched."""
        return images

    def views(self, images: Tensor, generator: Generator, count: int) -> Iterator[Tensor]:
        """Yield the images themselves, once, whatever `count`."""
        yield images


class Choice(Corruption):
    """A corruption of a few outcomes, all as likely."""

    def outcomes(self, images: Tensor) -> list[Tensor]:
        """Return each outcome for images (N, C, H, W)."""
        raise NotImplementedError

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Return images (N, C, H, W), each by an outcome of its own."""
        outcomes = self.outcomes(images)
        chosen = images.new_empty(len(images), 1, 1, 1).random_(len(outcomes), generator=generator)
        corrupted = images
        for number, outcome in enumerate(outcomes):
            corrupted = outcome.where(chosen == number, corrupted)
        return corrupted

    def views(self, images: Tensor, generator: Generator, count: int) -> Iterator[Tensor]:
        """Yield every outcome for images (N, C, H, W), whatever `count`."""
        yield from self.outcomes(images)


class Gaussian(Corruption):
    """Additive Gaussian noise (Vincent et al. 2008), `std` in units of the [0, 1] intensity range."""

    kind: Literal["gaussian"]
    std: Fraction
    clip: bool = False
    sets_black_or_white = property(lambda self: self.clip)

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Add noise to images (N, C, H, W) in [0, 1]; `clip` keeps the result in [0, 1]."""
        noise = images.new_empty(images.shape).normal_(0.0, 1.0, generator=generator)
        noisy = images + self.std * noise
        return noisy.clamp(0.0, 1.0) if self.clip else noisy


class SaltAndPepper(Corruption):
    """Pixels, all channels together, turned white (salt) or black (pepper) (Vincent et al. 2010).

    With a salt of 0 this is masking noise (Vincent et al. 2008).
    """

    kind: Literal["salt_and_pepper"]
    probability: Fraction  # of a pixel to be hit
    salt: Fraction  # share of white among the pixels hit

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Return images (N, C, H, W) in [0, 1] with about `probability` of their pixels hit."""
        draw = images[:, :1].clone().uniform_(generator=generator)  # (N, 1, H, W)
        peppered = images.masked_fill(draw < self.probability, 0.0)
        return peppered.masked_fill(draw < self.probability * self.salt, 1.0)


class CutOut(Corruption):
    """Black squares anywhere within the image, which may overlap (after DeVries and Taylor 2017)."""

    kind: Literal["cut_out"]
    size: Count  # side of a square in pixels
    count: CountFromZero  # squares in each image

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


class Rotation(Choice):
    """A turn by 0, 90, 180 or 270 degrees, which a network learns to undo (Ye et al. 2022, ARNet)."""

    kind: Literal["rotation"]
    sets_black_or_white: ClassVar[bool] = False

    def outcomes(self, images: Tensor) -> list[Tensor]:
        """Return the images (N, C, H, W) turned by each angle.

        Raises:
            ValueError: The images are not square.
        """
        check_square(images, "corruption: rotation")
        return [images.rot90(turns, dims=(2, 3)) for turns in range(4)]


class Half(Choice):
    """The upper, lower, left or right half of the image black: a network learns to imagine it from the other one."""

    kind: Literal["half"]

    def outcomes(self, images: Tensor) -> list[Tensor]:
        """Return the images (N, C, H, W) without each half; the middle line of an odd number stays."""
        halves = []
        for axis in (2, 3):
            size = images.shape[axis] // 2
            for start in (0, images.shape[axis] - size):
                masked = images.clone()
                masked.narrow(axis, start, size).zero_()
                halves.append(masked)
        return halves


def check_square(images: Tensor, what: str) -> None:
    """Make sure that images (N, C, H, W) can be rotated by a quarter.

    Raises:
        ValueError: `what` needs images of equal height and width.
    """
    height, width = images.shape[2:]
    if height != width:
        raise ValueError(f"{what} needs square images, got {height} x {width} pixels")
