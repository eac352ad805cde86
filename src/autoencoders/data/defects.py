"""Defects made on photographs of surfaces: what a good one lacks, and where it lies.

Surfaces are uint8 (H, W). Places are drawn anywhere, lengths in pixels; the strength of what is drawn onto a surface is
in units of its own contrast, for the eye compares the two. The strengths were settled on the training rows of the
photographs alone, such that a person sees each defect: on grass, a network that was told the kinds of weaker ones found
three in four. Nothing but additions, multiplications, divisions and square
roots is done to floats, which IEEE 754 defines to the last bit: a seed gives the same bytes on every machine.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy import ndimage

Defect = Callable[[np.ndarray, np.random.Generator], np.ndarray]  # surface -> the same with a defect, float (H, W)

UNSEEN = 3  # grey levels: smaller changes are taken back
VISIBLE = 16, 40  # grey levels, and how many pixels must change by as many
CLOSED = 2  # pixels by which gaps in a mask are closed from both sides
TRIES = 100
SHARP = 0.75  # pixels on either side of a crease, within which one flank becomes the other
KNOTS = 6  # along each axis, between which what makes an edge ragged is interpolated


def kinds(others: list[np.ndarray]) -> dict[str, Defect]:
    """Return the kinds of defects by name; foreign patches are cut from the other photographs, uint8 (H, W)."""
    return {
        "foreign_patch": partial(foreign_patch, others),
        "scratch": scratch,
        "stain": stain,
        "blur": blur,
        "fold": fold,
    }


def with_defect(surface: np.ndarray, defect: Defect, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a surface with a defect that can be seen, uint8 (H, W), and where it is, bool (H, W).

    That is where it changed pixels, and what these enclose or nearly enclose; elsewhere nothing is changed. Some draws
    change next to nothing, such as a blur where nothing was sharp: they are drawn again.

    Raises:
        ValueError: No draw was to be seen.
    """
    levels, pixels = VISIBLE
    for _ in range(TRIES):
        changed = np.rint(defect(surface, rng).clip(0, 255)).astype(np.uint8)
        change = np.abs(changed.astype(int) - surface)
        if (change >= levels).sum() >= pixels:
            mask = _solid(change > UNSEEN)
            return np.where(mask, changed, surface), mask
    raise ValueError(f"no defect of {TRIES} drawn changes {pixels} pixels of the surface by {levels} grey levels")


def _solid(mask: np.ndarray) -> np.ndarray:
    """Return a mask (H, W) with its gaps and holes filled."""
    around = np.pad(mask, CLOSED)
    filled = ndimage.binary_fill_holes(ndimage.binary_closing(around, iterations=CLOSED))
    return filled[CLOSED:-CLOSED, CLOSED:-CLOSED]


def foreign_patch(others: list[np.ndarray], surface: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lay a piece of one of the other photographs onto the surface, which shines through by a tenth at most."""
    other = others[rng.integers(len(others))]
    top, left = (rng.integers(whole - own + 1) for whole, own in zip(other.shape, surface.shape, strict=True))
    piece = other[top : top + surface.shape[0], left : left + surface.shape[1]]
    return _mixed(surface, piece, rng.uniform(0.9, 1.0) * _blob(surface.shape, rng, radius=(14, 22), softness=0.15))


def scratch(surface: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a thin line, bent a little (a quadratic Bézier curve), lighter or darker than what it crosses."""
    direction, length = _direction(rng), rng.uniform(40, 64)
    normal = direction[::-1] * (-1, 1)
    middle = _place(surface.shape, rng)
    bend = rng.uniform(-0.2, 0.2) * length * normal
    ends = middle - length / 2 * direction, middle + length / 2 * direction
    time = np.arange(129)[:, None] / 128
    line = (1 - time) ** 2 * ends[0] + 2 * time * (1 - time) * (middle + bend) + time**2 * ends[1]  # (129, 2)
    rows, columns = _pixels(surface.shape)
    nearest = np.sqrt((rows[..., None] - line[:, 0]) ** 2 + (columns[..., None] - line[:, 1]) ** 2).min(axis=-1)
    drawn = (rng.uniform(3.0, 5.0) / 2 + 0.5 - nearest).clip(0, 1)
    return _tinted(surface, rng, (2.6, 3.6), rng.uniform(0.9, 1.0) * drawn)


def stain(surface: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Tint a spot with a soft edge darker or lighter, as something spilt does: its own contrast fades, too."""
    spot = _blob(surface.shape, rng, radius=(12, 22), softness=0.4)
    return _tinted(surface, rng, (2.2, 3.2), rng.uniform(0.8, 0.95) * spot)


def blur(surface: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Wipe out the detail of a spot: smoothing by 1, 2, 1 again and again, with an sd of 2.8 to 4 pixels in all."""
    smooth = surface.astype(float)
    for _ in range(rng.integers(16, 32, endpoint=True)):
        smooth = _smoothed(_smoothed(smooth).T).T
    return _mixed(surface, smooth, _blob(surface.shape, rng, radius=(14, 22), softness=0.3))


def fold(surface: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Crease the surface along a line: a strip at it is swallowed, one flank lies in the shade and one in the light."""
    rows, columns = _pixels(surface.shape)
    down, right = _direction(rng)
    top, left = _place(surface.shape, rng)
    along = (rows - top) * down + (columns - left) * right
    across = (columns - left) * down - (rows - top) * right
    width, reach = rng.uniform(7, 11), rng.uniform(40, 64)
    side = (across / SHARP).clip(-1, 1)
    crease = _bump(across / width) * _bump(along / reach)
    swallowed = rng.uniform(4, 7) * side * crease
    moved = _interpolated(surface.astype(float), rows - swallowed * right, columns + swallowed * down)
    return moved + _sign(rng) * rng.uniform(1.6, 2.6) * _contrast(surface) * side * crease


def _blob(shape: tuple[int, int], rng: np.random.Generator, radius: tuple[float, float], softness: float) -> np.ndarray:
    """Return how far each pixel belongs to a spot, (H, W) in [0, 1]: an ellipse with a ragged edge.

    Args:
        shape: (H, W).
        rng: Draws place, size, orientation and edge.
        radius: Least and most, in pixels, of the longer half axis.
        softness: Width of the edge, as a share of the radius.
    """
    rows, columns = _pixels(shape)
    top, left = _place(shape, rng)
    down, right = _direction(rng)
    longer = rng.uniform(*radius)
    shorter = rng.uniform(0.5, 1.0) * longer
    along, across = (rows - top) * down + (columns - left) * right, (columns - left) * down - (rows - top) * right
    distance = np.sqrt((along / longer) ** 2 + (across / shorter) ** 2)
    knots = rng.uniform(-0.4, 0.4, size=(KNOTS, KNOTS))
    ragged = _interpolated(knots, rows * (KNOTS - 1) / shape[0], columns * (KNOTS - 1) / shape[1])
    inside = ((1 + ragged - distance) / softness + 0.5).clip(0, 1)
    return inside * inside * (3 - 2 * inside)


def _pixels(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the row and the column of each pixel, both (H, W)."""
    rows, columns = np.indices(shape, dtype=float)
    return rows, columns


def _place(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Draw a row and a column, at least an eighth of the side from the edge."""
    return rng.uniform(0.125, 0.875, size=2) * shape


def _direction(rng: np.random.Generator) -> np.ndarray:
    """Draw a vector (2,) of length 1, every direction as likely."""
    while True:
        vector = rng.uniform(-1, 1, size=2)
        length = np.sqrt((vector * vector).sum())
        if 0.1 < length < 1:
            return vector / length


def _sign(rng: np.random.Generator) -> int:
    return int(rng.integers(2)) * 2 - 1


def _contrast(surface: np.ndarray) -> float:
    """Return the sd of a surface's grey levels, from sums of integers."""
    values = surface.astype(np.int64)
    return np.sqrt(values.size * (values * values).sum() - values.sum() ** 2) / values.size


def _mixed(surface: np.ndarray, other: np.ndarray, share: np.ndarray) -> np.ndarray:
    return surface + share * (other.astype(float) - surface)


def _tinted(
    surface: np.ndarray, rng: np.random.Generator, strengths: tuple[float, float], share: np.ndarray
) -> np.ndarray:
    """Return a surface painted over, to the share (H, W): darker or lighter than it is by least and most, in sds."""
    paint = surface.mean() + _sign(rng) * rng.uniform(*strengths) * _contrast(surface)
    return _mixed(surface, np.full(surface.shape, paint), share)


def _bump(position: np.ndarray) -> np.ndarray:
    """Return a smooth hill over (-1, 1): 1 at 0, and 0 outside."""
    return (1 - position * position).clip(0, None) ** 2


def _smoothed(values: np.ndarray) -> np.ndarray:
    """Return values smoothed down the rows by 1, 2, 1; the edge goes on beyond itself."""
    around = np.pad(values, ((1, 1), (0, 0)), mode="edge")
    return (around[:-2] + 2 * around[1:-1] + around[2:]) / 4


def _interpolated(values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return values (H, W) at places between pixels, bilinear; the edge goes on beyond itself."""
    height, width = values.shape
    rows, columns = rows.clip(0, height - 1), columns.clip(0, width - 1)
    top, left = (np.floor(place).astype(int) for place in (rows, columns))
    bottom, right = (top + 1).clip(max=height - 1), (left + 1).clip(max=width - 1)
    down, across = rows - top, columns - left
    upper = (1 - across) * values[top, left] + across * values[top, right]
    lower = (1 - across) * values[bottom, left] + across * values[bottom, right]
    return (1 - down) * upper + down * lower
