"""Tiles: how pictures too large to be looked at as a whole are cut, and what is found put together."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autoencoders.data.stack import forget

WHOLE = 256  # pixels of the longer side, up to which an image is looked at as a whole
SIDE = 128  # pixels of a tile's sides, at most
STEP = 96  # pixels from tile to tile, at most: what lies on the edge of one lies inside another


class Most(NamedTuple):
    """How much a sample holds at most."""

    tiles: int  # of images that are looked at tile by tile
    memory: int  # bytes of images that are looked at as a whole


@dataclass(frozen=True)
class Tiling:
    """Overlapping tiles that cover images of a size."""

    size: tuple[int, int]  # (H, W) of the images
    side: tuple[int, int]  # (h, w) of the tiles

    @classmethod
    def of(cls, size: tuple[int, int]) -> "Tiling":
        """Return the tiles for images of a size: one, or several for those larger than `WHOLE`."""
        return cls(size, size if max(size) <= WHOLE else tuple(min(SIDE, length) for length in size))

    @property
    def is_whole(self) -> bool:
        """Whether there is one tile alone."""
        return self.size == self.side

    @property
    def corners(self) -> list[tuple[int, int]]:
        """The top left pixel of each tile, row by row."""
        rows, columns = (_starts(length, side) for length, side in zip(self.size, self.side, strict=True))
        return [(row, column) for row in rows for column in columns]

    def cut(self, image: np.ndarray) -> np.ndarray:
        """Return the tiles (T, C, h, w) of an image (C, H, W)."""
        height, width = self.side
        return np.stack([image[:, row : row + height, column : column + width] for row, column in self.corners])

    def joined(self, maps: np.ndarray) -> np.ndarray:
        """Put maps (T, h, w) of the tiles together to one (H, W); where tiles overlap, the highest value counts."""
        height, width = self.side
        whole = np.full(self.size, -np.inf, np.float32)
        for tile, (row, column) in zip(maps, self.corners, strict=True):
            place = whole[row : row + height, column : column + width]
            np.maximum(place, tile, out=place)
        return whole

    def sample(self, images: np.ndarray, indices: np.ndarray, most: Most, seed: int) -> np.ndarray:
        """Return tiles (n, C, h, w) of the images at some indices: all, in order, or so many drawn at random."""
        corners, channels = self.corners, images.shape[1]
        count = max(1, most.memory // (channels * math.prod(self.side))) if self.is_whole else most.tiles
        chosen = np.random.default_rng(seed).permutation(len(indices) * len(corners))[:count]
        found = np.empty((len(chosen), channels, *self.side), np.uint8)
        for tile, number in zip(found, np.sort(chosen), strict=True):
            index, (row, column) = indices[number // len(corners)], corners[number % len(corners)]
            tile[:] = images[index, :, row : row + self.side[0], column : column + self.side[1]]
            forget(images)
        return found


def _starts(length: int, side: int) -> list[int]:
    """Return where tiles begin along an axis, as evenly spread as whole pixels allow."""
    count = 1 if length == side else -(-(length - side) // STEP) + 1
    return [round(place * (length - side) / max(count - 1, 1)) for place in range(count)]
