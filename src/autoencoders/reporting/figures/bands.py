"""Curves over seeds: the mean, in a band from the lowest seed to the highest."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from autoencoders.reporting.figures import style

BAND, PICTURES = "band: lowest to highest", "pictures: first seed"  # details of the note on seeds


def draw_band(axes: Axes, table: pd.DataFrame, point: str, y: str, look: dict[str, Any], x: str | None = None) -> None:
    """Draw the mean of a column over seeds, in a band from the lowest seed to the highest.

    Args:
        axes: Panel to draw in.
        table: One row per point and seed.
        point: Column that tells which rows of different seeds are one point.
        y: Column of the heights.
        look: Arguments of the line.
        x: Column of the places along the panel, averaged over seeds; `point` itself if not given.
    """
    points = table.groupby(point)
    along, heights = points[x or point].mean(), points[y].agg(["mean", "min", "max"])
    axes.fill_between(along, heights["min"], heights["max"], color=look["color"], alpha=0.18, linewidth=0)
    dot = {"marker": "o", "markevery": None} if len(along) == 1 else {}  # of a single point there is no line
    axes.plot(along, heights["mean"], **{"linewidth": 1.6} | look | dot)


def draw_ranges(axes: Axes, tables: Mapping[str, pd.DataFrame], colors: Sequence[Any]) -> None:
    """Draw values as dots and their ranges as lines, each table on its own line within the rows of a panel.

    Args:
        axes: Panel whose rows lie at 0, 1 and so on.
        tables: Value, lower and upper end in three columns, one row per row of the panel, by label.
        colors: One per table: a colour, or a colour for each row.
    """
    for (label, table), offset, color in zip(tables.items(), lines_within_row(len(tables)), colors, strict=True):
        value, low, high = table.to_numpy(dtype=float).T
        rows = np.arange(len(table)) + offset
        axes.hlines(rows, low, high, color=color, linewidth=1.4)
        axes.scatter(value, rows, s=22, c=color, label=label)
    if len(tables) > 1:
        for row in range(1, len(table)):
            axes.axhline(row - 0.5, color=style.FAINT_INK, linewidth=0.4, alpha=0.5)


def lines_within_row(count: int) -> np.ndarray:
    """Return the height of each of several lines within a row of height 1 about 0."""
    return (np.arange(count) - (count - 1) / 2) * min(0.2, 0.66 / max(count - 1, 1))


def seeds_note(seeds: Mapping[str, Sequence[Any]], *details: str) -> str:
    """Say over how many seeds of each variant a figure averages, with details where these are several."""
    count = max(map(len, seeds.values()))
    return "One seed per variant." if count == 1 else f"{'; '.join([f'Mean over {count} seeds', *details])}."


def named_range(values: Mapping[str, float], digits: str) -> str:
    """Print the lowest and the highest value with their names; one where all are the same."""
    ends = dict.fromkeys((min(values, key=values.__getitem__), max(values, key=values.__getitem__)))
    return " to ".join(f"{values[name]:{digits}} ({name})" for name in ends)


def spread(values: Sequence[float], digits: str) -> str:
    """Print the mean of one value per seed and, where there are several, their sd."""
    mean = format(float(np.mean(values)), digits)
    return mean if len(values) == 1 else f"{mean} ± {float(f'{np.std(values, ddof=1):.1g}'):g}"
