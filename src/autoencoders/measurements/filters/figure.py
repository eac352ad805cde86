"""Weight vectors as pictures."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from autoencoders.reporting.figures.bands import seeds_note
from autoencoders.reporting.figures.mosaic import Mosaic
from autoencoders.reporting.figures.style import finish, new_figure, wrapped
from autoencoders.reporting.figures.tiles import coloured, squared


def filter_mosaics(filters: dict[str, np.ndarray], tables: dict[str, list[pd.DataFrame]], layer: str) -> Figure:
    """Draw the filters of every variant in a square of pictures, those with the largest norms first.

    Args:
        filters: Per variant (n, C, H, W), by falling norm.
        tables: Per variant one table a seed, all filters: `norm`, `smoothness`, `near_zero` (0 or 1).
        layer: "encoder" or "decoder".

    Returns:
        A panel a variant, each on a scale of its own that is symmetric about 0 and printed above it.
    """
    columns = min(len(filters), 4)
    rows = -(-len(filters) // columns)
    side = 5.0 if columns == 1 else 3.6 if columns == 2 else 3.0
    figure, panels = new_figure(max(columns * side, 7.0), 1.0 + rows * (side + 0.3), rows, columns)
    for axes in panels.flat[len(filters) :]:
        axes.set_visible(False)
    for axes, (name, weights) in zip(panels.flat, filters.items(), strict=False):
        limit = float(np.abs(weights).max()) or 1.0
        pictures = coloured(_without_empty_rows(squared(weights)), (-limit, limit), "RdBu_r")
        norm = tables[name][0]["norm"]
        shown = f"{len(weights)} of {len(norm)}, norm {norm[0]:.2g} to {norm[len(weights) - 1]:.2g}"
        _mosaic(pictures).draw(axes, f"{wrapped(name)}\n{shown}; s = {limit:.2g}")
    colours = "Grey 0, each channel from -s to +s" if _channels(filters) == 3 else "White 0, blue to -s, red to +s"
    seeds = seeds_note(max(map(len, tables.values())), "pictures")
    note = f"{colours}, the largest weight shown. By falling norm, row by row. Noise correlates by 0. {seeds}"
    finish(figure, _finding(tables, layer), note)
    return figure


def _mosaic(pictures: np.ndarray) -> Mosaic:
    return Mosaic(pictures, [""] * len(pictures), [()] * len(pictures))


def _without_empty_rows(pictures: np.ndarray) -> np.ndarray:
    return pictures[~np.isnan(pictures[:, 0]).all(axis=(1, 2, 3))]


def _channels(filters: dict[str, np.ndarray]) -> int:
    return next(iter(filters.values())).shape[1]


def _finding(tables: dict[str, list[pd.DataFrame]], layer: str) -> str:
    """Say how smooth the filters are and what share of them is near zero."""
    smooth = _means(tables, "smoothness")
    zero = _means(tables, "near_zero")
    most, least = max(smooth, key=smooth.__getitem__), min(smooth, key=smooth.__getitem__)
    range_ = f"{smooth[most]:.2f} ({most})"
    if len(smooth) > 1:
        range_ = f"{smooth[least]:.2f} ({least}) to {range_}"
    shares = f"{min(zero.values()):.0%}"
    if shares != f"{max(zero.values()):.0%}":
        shares += f" to {max(zero.values()):.0%}"
    what = "first layer" if layer == "encoder" else "last layer"
    return f"{layer.capitalize()}, {what}: adjacent weights correlate by {range_}; {shares} of filters near zero"


def _means(tables: dict[str, list[pd.DataFrame]], column: str) -> dict[str, float]:
    return {name: float(np.mean([table[column].mean() for table in seeds])) for name, seeds in tables.items()}
