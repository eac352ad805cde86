"""Arrays of numbers as pictures, ready to be laid out in a mosaic."""

import matplotlib
import numpy as np

LEAST_SIDE = 48  # screen pixels that a picture is enlarged to at least, so that gaps beside it stay narrow


def coloured(values: np.ndarray, limits: tuple[float, float], cmap: str) -> np.ndarray:
    """Turn values into colours.

    Args:
        values: (..., C, H, W), C 1 or 3; NaN stays NaN. Three channels are red, green and blue.
        limits: The values drawn in the first and the last colour; those beyond are drawn like these.
        cmap: Name of the colour map of one channel.

    Returns:
        (..., 3, H x k, W x k) in [0, 1], enlarged by a whole number k.
    """
    shares = ((values - limits[0]) / (limits[1] - limits[0])).clip(0, 1)
    if values.shape[-3] == 1:
        colours = matplotlib.colormaps[cmap](shares[..., 0, :, :])[..., :3]  # (..., H, W, 3)
        colours[np.isnan(shares[..., 0, :, :])] = np.nan
        shares = np.moveaxis(colours, -1, -3)
    factor = max(1, LEAST_SIDE // max(values.shape[-2:]))
    return shares.astype(np.float32).repeat(factor, axis=-2).repeat(factor, axis=-1)


def squared(items: np.ndarray) -> np.ndarray:
    """Arrange n items (n, ...) in a square (side, side, ...), row by row; the rest is NaN."""
    side = int(np.ceil(np.sqrt(len(items))))
    full = np.full((side * side, *items.shape[1:]), np.nan, dtype=np.float32)
    full[: len(items)] = items
    return full.reshape(side, side, *items.shape[1:])
