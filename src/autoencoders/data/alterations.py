"""Alterations of a whole image set: the same things, seen otherwise.

Each changes integers in 0..white into integers in 0..white, whatever white is; 0 is black.
"""

from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, PositiveFloat, model_validator

from autoencoders.configuration import Count, Fraction, Plugin

Share = Annotated[float, Field(gt=0, le=1)]


class Alteration(Plugin):
    """A change that every image of a set undergoes."""

    draws: ClassVar[bool] = False  # whether a seed changes anything
    moves: ClassVar[bool] = False  # whether pixels change their places, and masks with them
    kind: str

    @property
    def words(self) -> str:
        """What was done, for the name of the altered set: `inverted`."""
        raise NotImplementedError

    def __call__(self, images: np.ndarray, white: int, rng: np.random.Generator) -> np.ndarray:
        """Return images (N, C, H, W), uint8, altered.

        Args:
            images: Images, values in 0..white.
            white: The value of a white pixel.
            rng: Draws what is left to chance.
        """
        raise NotImplementedError


class Inverted(Alteration):
    """Black for white and white for black."""

    kind: Literal["inverted"]

    @property
    def words(self) -> str:
        """What was done."""
        return "inverted"

    def __call__(self, images: np.ndarray, white: int, rng: np.random.Generator) -> np.ndarray:
        """Return white minus the images (N, C, H, W)."""
        return white - images


class Thickened(Alteration):
    """Bright strokes grown on every side: each pixel becomes the brightest within a disc (grey dilation)."""

    kind: Literal["thickened"]
    radius: PositiveFloat = 1.0  # pixels; 1 is a cross of five, 1.5 a square of nine

    @property
    def words(self) -> str:
        """What was done."""
        return f"thickened by {self.radius:g}"

    def __call__(self, images: np.ndarray, white: int, rng: np.random.Generator) -> np.ndarray:
        """Return images (N, C, H, W), each channel dilated on its own."""
        from scipy.ndimage import maximum_filter

        reach = np.arange(-int(self.radius), int(self.radius) + 1)
        disc = np.hypot(reach[:, None], reach) <= self.radius
        return maximum_filter(images, footprint=disc[None, None], mode="nearest")


class LowContrast(Alteration):
    """Intensities squeezed into a part of the range."""

    kind: Literal["low_contrast"]
    factor: Share  # what is left of the range
    offset: Fraction  # where black comes to lie, in [0, 1] intensity

    @property
    def words(self) -> str:
        """What was done."""
        return f"contrast {self.factor:g} above {self.offset:g}"

    @model_validator(mode="after")
    def _white_stays_in_range(self) -> Self:
        if self.factor + self.offset > 1:
            raise ValueError(f"offset must be at most 1 - factor, for white to stay in range, got {self.offset}")
        return self

    def __call__(self, images: np.ndarray, white: int, rng: np.random.Generator) -> np.ndarray:
        """Return factor times images (N, C, H, W) plus offset, rounded."""
        return np.rint(self.factor * images + self.offset * white).astype(np.uint8)


class Noisy(Alteration):
    """Gaussian noise, drawn once for each pixel of each image and kept."""

    draws: ClassVar[bool] = True
    kind: Literal["noisy"]
    std: Share  # in [0, 1] intensity

    @property
    def words(self) -> str:
        """What was done."""
        return f"noise of sd {self.std:g}"

    def __call__(self, images: np.ndarray, white: int, rng: np.random.Generator) -> np.ndarray:
        """Return images (N, C, H, W) with noise, rounded and cut off at black and white."""
        noise = rng.standard_normal(images.shape, dtype=np.float32)
        return np.rint(images + self.std * white * noise).clip(0, white).astype(np.uint8)


class Shifted(Alteration):
    """Each image moved by a whole number of pixels of its own down or up and right or left.

    What moves in from outside is the edge once more: black would be a mark on a bright background.
    """

    draws: ClassVar[bool] = True
    moves: ClassVar[bool] = True
    kind: Literal["shifted"]
    pixels: Count  # each way at most

    @property
    def words(self) -> str:
        """What was done."""
        return f"shifted by up to {self.pixels}"

    def __call__(self, images: np.ndarray, white: int, rng: np.random.Generator) -> np.ndarray:
        """Return images (N, C, H, W), moved by -pixels..pixels, each as likely."""
        count, _, height, width = images.shape
        down, right = rng.integers(-self.pixels, self.pixels, size=(2, count), endpoint=True)
        rows = (np.arange(height) - down[:, None]).clip(0, height - 1)  # (N, H): where each row comes from
        columns = (np.arange(width) - right[:, None]).clip(0, width - 1)
        moved = np.take_along_axis(images, rows[:, None, :, None], axis=2)
        return np.take_along_axis(moved, columns[:, None, None, :], axis=3)


class Rotated(Alteration):
    """All images turned by the same angle."""

    moves: ClassVar[bool] = True
    kind: Literal["rotated"]
    quarters: Literal[1, 2, 3]  # of a turn, to the left

    @property
    def words(self) -> str:
        """What was done."""
        return f"rotated by {90 * self.quarters}"

    def __call__(self, images: np.ndarray, white: int, rng: np.random.Generator) -> np.ndarray:
        """Return images (N, C, H, W), or (N, C, W, H) for an odd number of quarters."""
        return np.ascontiguousarray(np.rot90(images, self.quarters, axes=(2, 3)))
