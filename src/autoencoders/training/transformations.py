"""What is done to images for a network to tell: turns, changes of shape, shifts, and mixtures of two images.

Networks that predict which of these they are shown learn what normal images look like without labels (Golan and
El-Yaniv 2018; for mixtures Li, Sohn, Yoon and Pfister 2021, CutPaste). Each takes images (N, C, H, W) and a generator,
and returns images of the same shape.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Literal

import torch
from torch.nn.functional import affine_grid, grid_sample, interpolate, pad

from autoencoders.training.corruption import check_square

if TYPE_CHECKING:
    from torch import Generator, Tensor

Transformation = Callable[["Tensor", "Generator"], "Tensor"]
Family = Literal["turns", "shapes", "shifts", "mixtures"]

SHIFT = 0.18  # of the side: far enough not to be taken for how normal images vary
SLANT = 0.35
STRETCH = 0.75  # the lesser of the two factors; the other is its inverse
BEND = 0.15  # sd of the displacements of an elastic distortion, of half the side
KNOTS = 4  # along each axis, between which displacements are interpolated


def transformations(families: tuple[Family, ...]) -> list[Transformation]:
    """Return the identity, then every transformation of some families, in the order of `FAMILIES`."""
    return [lambda images, _: images, *(one for name in FAMILIES if name in families for one in FAMILIES[name]())]


def turns() -> list[Transformation]:
    """Return the three quarter turns."""
    return [partial(_turn_and_shift, turns, (0.0, 0.0)) for turns in range(1, 4)]


def shifts() -> list[Transformation]:
    """Return shifts in four directions of the upright image and of its quarter turns."""
    directions = [(0.0, SHIFT), (0.0, -SHIFT), (SHIFT, 0.0), (-SHIFT, 0.0)]
    return [partial(_turn_and_shift, turns, shift) for turns, shift in product(range(4), directions)]


def shapes() -> list[Transformation]:
    """Return slants along both axes either way, and both axes squeezed and stretched."""
    slants = [[[1, by], [0, 1]] for by in (SLANT, -SLANT)] + [[[1, 0], [by, 1]] for by in (SLANT, -SLANT)]
    sizes = (STRETCH, 1 / STRETCH)
    stretches = [[[by, 0], [0, 1]] for by in sizes] + [[[1, 0], [0, by]] for by in sizes]
    return [partial(_map, matrix) for matrix in slants + stretches]


def mixtures() -> list[Transformation]:
    """Return what makes one image of two, and an elastic distortion: anomalies that keep much of what is normal."""
    return [paste, halves, bend, blend, overlay]


def paste(images: Tensor, generator: Generator) -> Tensor:
    """Put a rectangle of another image, from a place nearby, into each image."""
    count, _, height, width = images.shape
    sides = _draw(images, (height // 4, height // 2), generator), _draw(images, (width // 4, width // 2), generator)
    inside = _span(height, sides[0], generator)[:, :, None] & _span(width, sides[1], generator)[:, None, :]
    offsets = images.new_empty(count, 2).uniform_(-0.5, 0.5, generator=generator)
    moved = _sample(_another(images, generator), torch.eye(2, device=images.device), offsets)
    return moved.where(inside[:, None], images)


def halves(images: Tensor, generator: Generator) -> Tensor:
    """Replace the lower or the right half of each image by another one's."""
    height, width = images.shape[2:]
    low = torch.zeros(height, width, dtype=torch.bool, device=images.device)
    low[height // 2 :] = True
    right = torch.zeros_like(low)
    right[:, width // 2 :] = True
    half = torch.where(_coin(images, generator) < 0.5, low, right)
    return _another(images, generator).where(half, images)


def bend(images: Tensor, generator: Generator) -> Tensor:
    """Distort each image by smooth random displacements (Simard, Steinkraus and Platt 2003)."""
    count, _, height, width = images.shape
    knots = images.new_empty(count, 2, KNOTS, KNOTS).normal_(0.0, BEND, generator=generator)
    moves = interpolate(knots, size=(height, width), mode="bicubic", align_corners=False).permute(0, 2, 3, 1)
    places = affine_grid(torch.eye(2, 3).expand(count, 2, 3).to(images), list(images.shape), align_corners=False)
    return grid_sample(images, places + moves, padding_mode="border", align_corners=False)


def blend(images: Tensor, generator: Generator) -> Tensor:
    """Return the mean of each image and another one."""
    return (images + _another(images, generator)) / 2


def overlay(images: Tensor, generator: Generator) -> Tensor:
    """Return the brighter pixel of each image and another one."""
    return images.maximum(_another(images, generator))


# In the order in which a network numbers them: first those that detectors show to it again (VIEWS).
FAMILIES: dict[Family, Callable[[], list[Transformation]]] = {
    "turns": turns,
    "shapes": shapes,
    "shifts": shifts,
    "mixtures": mixtures,
}


def _turn_and_shift(turns: int, shift: tuple[float, float], images: Tensor, _: Generator) -> Tensor:
    """Turn images by quarters and shift them by shares of their sides; the pixels at the edge go on beyond it."""
    if turns % 2:
        check_square(images, "transformations: a quarter turn")
    turned = images.rot90(turns, dims=(2, 3))
    height, width = images.shape[2:]
    down, right = round(shift[0] * height), round(shift[1] * width)
    if not (down or right):
        return turned
    margin = max(abs(down), abs(right))
    around = pad(turned, (margin,) * 4, mode="replicate")
    return around[:, :, margin - down : margin - down + height, margin - right : margin - right + width]


def _map(matrix: list[list[float]], images: Tensor, _: Generator) -> Tensor:
    return _sample(images, images.new_tensor(matrix), images.new_zeros(1, 2))


def _sample(images: Tensor, matrix: Tensor, offsets: Tensor) -> Tensor:
    """Return images whose pixel at (x, y) is the one at matrix (x, y) + offset, in coordinates from -1 to 1.

    The offset is each image's own (N, 2), or that of all (1, 2).
    """
    maps = torch.cat([matrix.expand(len(offsets), 2, 2), offsets[:, :, None]], dim=2)
    places = affine_grid(maps, [len(offsets), *images.shape[1:]], align_corners=False)
    return grid_sample(images, places.expand(len(images), -1, -1, -1), padding_mode="border", align_corners=False)


def _another(images: Tensor, generator: Generator) -> Tensor:
    """Return the images in another order, drawn; some may stay in their place."""
    return images[torch.randperm(len(images), generator=generator, device=images.device)]


def _coin(images: Tensor, generator: Generator) -> Tensor:
    """Return a number in [0, 1) for each image, (N, 1, 1, 1)."""
    return images.new_empty(len(images), 1, 1, 1).uniform_(generator=generator)


def _draw(images: Tensor, bounds: tuple[int, int], generator: Generator) -> Tensor:
    """Return a whole number within bounds, both included, for each image, (N, 1)."""
    low, high = bounds
    return low + (_coin(images, generator).flatten(1) * (high - low + 1)).floor()


def _span(size: int, lengths: Tensor, generator: Generator) -> Tensor:
    """Return which of `size` positions an interval of each length (N, 1) covers, placed anywhere within, (N, size)."""
    first = (lengths.new_empty(len(lengths), 1).uniform_(generator=generator) * (size - lengths + 1)).floor()
    position = torch.arange(size, device=lengths.device)
    return (position >= first) & (position < first + lengths)
