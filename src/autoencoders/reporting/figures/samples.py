"""A look at the images themselves."""

import numpy as np
from matplotlib.figure import Figure

from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.mosaic import Mosaic
from autoencoders.reporting.figures.tiles import in_rows


def sample_grid(images: np.ndarray, total: int, name: str) -> Figure:
    """Draw images (n, C, H, W) in [0, 1], ten to a row; `total` is of how many, `name` of what."""
    figure = Mosaic(in_rows(images, 10)).alone(0.7, room=0.4)
    style.finish(figure, f"{len(images)} of {total:,} training images: {name}", "")
    return figure
