"""What a threshold costs: normal images flagged where it is low, anomalies missed where it is high."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from autoencoders.reporting.figures.style import (
    BLUE,
    INK,
    TEXT_SIZE,
    VERMILLION,
    finish,
    new_figure,
    put_legend_right,
    set_labels,
    set_plain_log_ticks,
    wrapped,
)

HEADLINE = 0.05  # stated rate of the rule that titles speak of, or the nearest there is
DASHES = ((0, (1, 1.4)), (0, (5, 2)), (0, (4, 1.5, 1, 1.5)), (0, (1, 4)))  # of the other rules
POINTS = 500  # a curve


def error_rates(scores: dict[str, pd.DataFrame], thresholds: dict[str, pd.DataFrame]) -> Figure:
    """Draw both error rates over the threshold, one panel a normal class.

    Args:
        scores: Per normal class (1 to 10) one row a test image: `anomaly_score`, `is_anomaly` (bool).
        thresholds: Per normal class one row a rule: rule, threshold, nominal_rate.

    Returns:
        Thresholds are divided by the class's median normal score where all scores are positive; else they are moved
        and scaled so that 0 is this median and 1 the 95 % quantile. Marked are the conformal rules, or all where
        there are none.
    """
    rules = {name: _marked(thresholds[name]) for name in scores}
    dashes = _dashes(next(iter(rules.values())))
    positive = all((table["anomaly_score"] > 0).all() for table in scores.values())
    grid = _grid(scores, rules, positive)
    columns = min(len(scores), 5)
    rows = -(-len(scores) // columns)
    width, height = max(2.3 * columns + 1.7, 9), 1.7 + (2.1 if columns > 2 else 3.2) * rows
    figure, panels = new_figure(width, height, rows, columns, sharex=True, sharey=True)
    found = []
    for axes, (name, table) in zip(panels.flat, scores.items(), strict=False):
        zero, unit = _units(table, positive)
        _draw_curves(axes, table, grid, zero + unit * grid)
        for rule, threshold in zip(rules[name]["rule"], rules[name]["threshold"], strict=True):
            if np.isfinite(threshold):
                axes.axvline((threshold - zero) / unit, color=INK, linewidth=1.1, linestyle=dashes[rule])
        found.append(_rates(table, float(rules[name].set_index("rule")["threshold"][next(iter(dashes))])))
        set_labels(axes, f"{wrapped(name, 24)}\nflags {found[-1][0]:.1%}, misses {found[-1][1]:.1%}")
    _finish_panels(panels, len(scores), grid, positive)
    put_legend_right(panels[0, -1], _handles(dashes))
    flags, misses = np.mean(found, axis=0)
    over = f" (mean over {len(scores)} normal classes)" if len(scores) > 1 else ""
    finding = f"The threshold {next(iter(dashes))} flags {flags:.1%} of normal test images and misses {misses:.1%} of"
    finish(figure, f"{finding} anomalies{over}", _note(next(iter(dashes)), positive))
    return figure


def _marked(rules: pd.DataFrame) -> pd.DataFrame:
    conformal = rules[rules["rule"].str.startswith("conformal")]
    return rules if conformal.empty else conformal


def _dashes(rules: pd.DataFrame) -> dict[str, str | tuple]:
    """Return a line style a rule, the one that titles speak of first and solid."""
    distance = (rules["nominal_rate"] - HEADLINE).abs()
    main = rules["rule"].iloc[int(distance.to_numpy().argmin())]
    others = [rule for rule in rules["rule"] if rule != main]
    return {main: "-"} | {rule: DASHES[index % len(DASHES)] for index, rule in enumerate(others)}


def _groups(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores of normal images and of anomalies, each in ascending order."""
    score, is_anomaly = table["anomaly_score"].to_numpy(dtype=float), table["is_anomaly"].to_numpy(dtype=bool)
    return np.sort(score[~is_anomaly]), np.sort(score[is_anomaly])


def _rates(table: pd.DataFrame, thresholds: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of normal images above thresholds and of anomalies at or below them."""
    normal, anomalies = _groups(table)
    missed = np.searchsorted(anomalies, thresholds, side="right") / len(anomalies)
    return 1 - np.searchsorted(normal, thresholds, side="right") / len(normal), missed


def _units(table: pd.DataFrame, positive: bool) -> tuple[float, float]:
    """Return zero and unit of the axis that a class's scores are measured on."""
    median, high = np.quantile(_groups(table)[0], [0.5, 0.95])
    return (0.0, float(median)) if positive else (float(median), float(high - median) or 1.0)


def _grid(scores: dict[str, pd.DataFrame], rules: dict[str, pd.DataFrame], positive: bool) -> np.ndarray:
    """Return the thresholds to draw, in units: from nearly all normal images to most anomalies or the last rule."""
    lows, highs = [], []
    for name, table in scores.items():
        zero, unit = _units(table, positive)
        normal, anomalies = _groups(table)
        finite = [threshold for threshold in rules[name]["threshold"] if np.isfinite(threshold)]
        lows.append((np.quantile(normal, 0.01) - zero) / unit)
        furthest = max(np.quantile(anomalies, 0.9), np.quantile(normal, 0.99), *finite)
        highs.append((furthest - zero) / unit)
    low, high = min(lows), max(highs)
    if positive and high > 3 * low:
        return np.geomspace(low, high, POINTS)
    return np.linspace(low, high, POINTS)


def _draw_curves(axes: Axes, table: pd.DataFrame, along: np.ndarray, thresholds: np.ndarray) -> None:
    flagged, missed = _rates(table, thresholds)
    axes.plot(along, flagged, color=BLUE, linewidth=1.8)
    axes.plot(along, missed, color=VERMILLION, linewidth=1.8)


def _finish_panels(panels: np.ndarray, used: int, grid: np.ndarray, positive: bool) -> None:
    """Set the shared axes, label the outer ones and hide unused panels."""
    first = panels[0, 0]
    logarithmic = not np.allclose(np.diff(grid), grid[1] - grid[0])
    first.set(xscale="log" if logarithmic else "linear", ylim=(-0.02, 1.02))
    first.set_xlim(grid[0], grid[-1])
    first.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    first.set_yticks([0, 0.25, 0.5, 0.75, 1])
    set_plain_log_ticks(first.xaxis) if logarithmic else first.xaxis.set_major_locator(MaxNLocator(4))
    for axes in panels.flat[used:]:
        axes.set_visible(False)
    lowest = panels.flat[max(used - panels.shape[1], 0) : used]
    for axes in lowest:
        axes.tick_params(labelbottom=True)
    label = "threshold / median normal score" if positive else "threshold, 0: median normal score, 1: 95% quantile"
    lowest[len(lowest) // 2].set_xlabel(label, size=TEXT_SIZE, color=INK)
    for axes in panels[:, 0]:
        axes.set_ylabel("share of images", size=TEXT_SIZE, color=INK)


def _handles(dashes: dict[str, str | tuple]) -> list[Line2D]:
    curves = {"normal images flagged": BLUE, "anomalies missed": VERMILLION}
    handles = [Line2D([], [], color=color, linewidth=1.8, label=name) for name, color in curves.items()]
    return handles + [
        Line2D([], [], color=INK, linewidth=1.1, linestyle=style, label=rule) for rule, style in dashes.items()
    ]


def _note(main: str, positive: bool) -> str:
    unit = (
        "divided by each class's median normal test score"
        if positive
        else "on each class's own scale, which puts the median of normal test scores to 0 and the 95% quantile to 1"
    )
    return (
        f"Both rates of test images by threshold, {unit}; the axis is shared. Above each panel: the rates at the "
        f"threshold {main}; vertical lines: thresholds set on held-out normal images alone."
    )
