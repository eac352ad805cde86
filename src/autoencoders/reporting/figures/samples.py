"""A look at the images themselves."""

import numpy as np
from matplotlib.figure import Figure

from autoencoders.reporting.figures.mosaic import Mosaic
from autoencoders.reporting.figures.style import finish, new_figure

COLUMNS = 10


def sample_grid(images: np.ndarray, total: int, name: str) -> Figure:
    """Draw images (n, C, H, W) in [0, 1], ten a row; `total` is of how many, `name` of what."""
    rows = -(-len(images) // COLUMNS)
    pictures = np.full((rows * COLUMNS, *images.shape[1:]), np.nan, dtype=np.float32)
    pictures[: len(images)] = images
    mosaic = Mosaic(pictures.reshape(rows, COLUMNS, *images.shape[1:]), [""] * rows, [[]] * rows)
    width, height = mosaic.size
    figure, panels = new_figure(max(0.7 * width, 6.0), 0.7 * height + 0.9)
    mosaic.draw(panels[0, 0])
    finish(figure, f"{len(images)} of {total:,} training images: {name}", "")
    return figure
