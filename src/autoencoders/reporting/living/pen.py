"""How to draw with a pen like the images of a dataset: as thick, as large, and in the same place."""

import numpy as np

INK = 0.25  # of the brightest intensity; pixels above it belong to what is drawn
CROFTON = 4 / np.pi  # lines at all angles are so much longer along the axes of the pixels than they are


def pen_like(images: np.ndarray) -> dict[str, float]:
    """Measure the strokes of bright drawings on black, on average over images.

    A stroke as long as L and as wide as w has an area of w L and a border of about 2 L.

    Args:
        images: (N, H, W), intensities in [0, 1].

    Returns:
        width, of the strokes in pixels; extent, the longer side of what is drawn in pixels; row and column, its centre
        of mass, in pixels from the top left corner.
    """
    drawn = images[images.max(axis=(1, 2)) > INK]
    if not len(drawn):
        side = float(min(images.shape[1:]))
        return {"width": side / 8, "extent": side, "row": images.shape[1] / 2, "column": images.shape[2] / 2}
    edged = np.pad(drawn, ((0, 0), (1, 1), (1, 1)))
    area = drawn.sum(axis=(1, 2))
    border = sum(np.abs(np.diff(edged, axis=axis)).sum(axis=(1, 2)) for axis in (1, 2)) / CROFTON
    ink = drawn > INK
    sides = [_extent(ink.any(axis=axis)) for axis in (2, 1)]
    centres = [(drawn.sum(axis=axis) * (np.arange(size) + 0.5)).sum(axis=1) / area for axis, size in _axes(drawn)]
    return {
        "width": float(np.mean(2 * area / border)),
        "extent": float(np.mean(np.maximum(*sides))),
        "row": float(np.mean(centres[0])),
        "column": float(np.mean(centres[1])),
    }


def _axes(images: np.ndarray) -> list[tuple[int, int]]:
    """Return the axis to sum over for each side of the images, and the side's length."""
    return [(2, images.shape[1]), (1, images.shape[2])]


def _extent(inked: np.ndarray) -> np.ndarray:
    """Return from the first to the last inked place along a side, (N,), of which places there are (N, side)."""
    first = inked.argmax(axis=1)
    last = inked.shape[1] - inked[:, ::-1].argmax(axis=1)
    return last - first
