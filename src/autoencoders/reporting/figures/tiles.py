"""Arrays of numbers as pictures, ready to be laid out in a mosaic."""

from collections.abc import Mapping

import matplotlib
import numpy as np

SIDE = 112  # screen pixels of a picture's longer side, so that pictures of any size fit into one mosaic


def coloured(values: np.ndarray, limits: tuple[float, float], cmap: str, side: int = SIDE) -> np.ndarray:
    """Turn values into colours.

    Args:
        values: (..., C, H, W), C 1 or 3; NaN stays NaN. Three channels are red, green and blue.
        limits: The values drawn in the first and the last colour; those beyond are drawn like these.
        cmap: Name of the colour map of one channel.
        side: Pixels of the longer side of what is returned.

    Returns:
        (..., 3, h, w) in [0, 1], enlarged without blur until the longer side has `side` pixels.
    """
    height, width = values.shape[-2:]
    scale = side / max(height, width)
    rows, columns = ((np.arange(round(length * scale)) / scale).astype(int) for length in (height, width))
    shares = ((values - limits[0]) / (limits[1] - limits[0])).clip(0, 1)
    if values.shape[-3] == 1:
        colours = matplotlib.colormaps[cmap](shares[..., 0, :, :])[..., :3]  # (..., H, W, 3)
        colours[np.isnan(shares[..., 0, :, :])] = np.nan
        shares = np.moveaxis(colours, -1, -3)
    return shares.astype(np.float32)[..., rows[:, None], columns]


def in_rows(items: np.ndarray, columns: int) -> np.ndarray:
    """Arrange items (n, ...) row by row, (rows, columns, ...); the places left over are NaN."""
    rows = -(-len(items) // columns)
    full = np.full((rows * columns, *items.shape[1:]), np.nan, dtype=np.float32)
    full[: len(items)] = items
    return full.reshape(rows, columns, *items.shape[1:])


def squared(units: np.ndarray) -> np.ndarray:
    """Arrange the units of codes (n, units) in square pictures (n, 1, side, side); the places left over are NaN."""
    side = int(np.ceil(np.sqrt(units.shape[1])))
    full = np.full((len(units), side * side), np.nan, dtype=np.float32)
    full[:, : units.shape[1]] = units
    return full.reshape(-1, 1, side, side)


def alike(pictures: Mapping[str, np.ndarray]) -> list[list[str]]:
    """Group the names whose pictures are the same to the last bit, so that each is drawn once."""
    groups: dict[bytes, list[str]] = {}
    for name, images in pictures.items():
        groups.setdefault(images.tobytes(), []).append(name)
    return list(groups.values())
