"""Curves over seeds: the mean, in a band from the lowest seed to the highest."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes


def draw_band(axes: Axes, tables: Sequence[pd.DataFrame], x: str, y: str, style: dict[str, Any]) -> None:
    """Draw the mean of column `y` over the tables, one a seed with the same rows each, and its range.

    Args:
        axes: The panel.
        tables: One a seed; both columns are averaged row by row.
        x: The column along.
        y: The column up.
        style: Of the line.
    """
    along = np.mean([table[x] for table in tables], axis=0)
    up = np.stack([table[y] for table in tables])  # (seeds, rows)
    if len(tables) > 1:
        axes.fill_between(along, up.min(axis=0), up.max(axis=0), color=style["color"], alpha=0.18, linewidth=0)
    axes.plot(along, up.mean(axis=0), linewidth=1.6, **style)


def seeds_note(seeds: int, what: str) -> str:
    """Say how many seeds a drawing rests on; `what` shows the first one alone."""
    if seeds == 1:
        return "One seed a variant."
    return f"Numbers: mean over {seeds} seeds; bands: lowest to highest; {what}: first seed."


def spread(values: Sequence[float], digits: str) -> str:
    """Print the mean of one value a seed and, where there are several, their sd."""
    mean = format(float(np.mean(values)), digits)
    return mean if len(values) == 1 else f"{mean} ± {np.std(values, ddof=1):.1g}"
