"""Curves over seeds: the mean, in a band from the lowest seed to the highest."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

BAND, PICTURES = "band: lowest to highest", "pictures: first seed"  # details of the note on seeds


def draw_band(axes: Axes, table: pd.DataFrame, point: str, y: str, style: dict[str, Any], x: str | None = None) -> None:
    """Draw the mean of a column over seeds, in a band from the lowest seed to the highest.

    Args:
        axes: Panel to draw in.
        table: One row per point and seed.
        point: Column that tells which rows of different seeds are one point.
        y: Column of the heights.
        style: Arguments of the line.
        x: Column of the places along the panel, averaged over seeds; `point` itself if not given.
    """
    points = table.groupby(point)
    along, heights = points[x or point].mean(), points[y].agg(["mean", "min", "max"])
    axes.fill_between(along, heights["min"], heights["max"], color=style["color"], alpha=0.18, linewidth=0)
    axes.plot(along, heights["mean"], **{"linewidth": 1.6} | style)


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
