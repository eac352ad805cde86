"""What a threshold costs: normal images flagged where it is low, anomalies missed where it is high."""

from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from autoencoders.reporting.figures import style

HEADLINE = 0.05  # nominal rate of the rule that titles speak of, or the nearest there is
DASHES = ("-", (0, (1, 1.4)), (0, (5, 2)), (0, (4, 1.5, 1, 1.5)), (0, (1, 4)))  # that rule's, then the others'
POINTS = 500  # of a curve
ROW = 0.62  # inches
FLAGGED, MISSED = style.BLUE, style.VERMILLION

Scaled = tuple[np.ndarray, np.ndarray, pd.Series]  # scores of normal images and of anomalies; thresholds by rule


def error_rates(scores: dict[str, pd.DataFrame], thresholds: dict[str, pd.DataFrame]) -> Figure:
    """Draw both error rates over the threshold, one row per normal class, and mark the conformal rules.

    Args:
        scores: Per normal class (1 to 10) one row per test image: `anomaly_score`, `is_anomaly` (bool).
        thresholds: Per normal class one row per rule, as `rates.standard_rates` returns them.

    Returns:
        Thresholds are divided by the class's median normal score where all scores are positive; else they are moved
        and scaled so that 0 is this median and 1 the 95 % quantile.
    """
    rules = {name: table.set_index("rule").filter(like="conformal", axis=0) for name, table in thresholds.items()}
    nominal = next(iter(rules.values()))["nominal_rate"]
    order = (nominal - HEADLINE).abs().sort_values(kind="stable").index
    main, dashes = order[0], dict(zip(order, cycle(DASHES), strict=False))
    positive = all((table["anomaly_score"] > 0).all() for table in scores.values())
    scaled = {name: _scaled(table, rules[name]["threshold"], positive) for name, table in scores.items()}
    grid = _grid(list(scaled.values()), positive)
    figure, panels = style.new_figure(9, 2.4 + max(ROW * len(scores), 2.0))
    rates = pd.DataFrame({name: rules[name].loc[main] for name in scores}).T
    rates = pd.DataFrame({"flags": rates["empirical_rate"], "misses": 1 - rates["detection_rate"]}, dtype=float)
    texts = [f"{flags:.1%} · {misses:.1%}" for flags, misses in rates.to_numpy()]
    style.stack_rows(panels[0, 0], list(scores), texts, f"at {main}:\nflagged · missed")
    for row, one in enumerate(scaled.values()):
        _draw_row(panels[0, 0], row, grid, one, dashes)
    _set_thresholds(panels[0, 0], grid, positive)
    style.put_legend_below(panels[0, 0], 2, _handles(dashes))
    flags, misses = rates.mean()
    finding = f"The threshold {main} flags {flags:.1%} of normal test images and misses {misses:.1%} of anomalies"
    over = f" (mean over {len(scores)} normal classes)" if len(scores) > 1 else ""
    style.finish(figure, finding + over, _note(main, positive))
    return figure


def _note(main: str, positive: bool) -> str:
    unit = (
        "divided by each class's median normal test score"
        if positive
        else "on each class's own scale, which puts the median of normal test scores to 0 and the 95% quantile to 1"
    )
    return (
        f"Each row runs from 0 to 100% of the test images. Thresholds are {unit}; vertical lines: those set on "
        f"held-out normal images alone. At the right: normal images flagged and anomalies missed at {main}."
    )


def _scaled(table: pd.DataFrame, thresholds: pd.Series, positive: bool) -> Scaled:
    """Return sorted scores of normal images and of anomalies, and thresholds, in the units of the axis."""
    score, is_anomaly = table["anomaly_score"].to_numpy(dtype=float), table["is_anomaly"].to_numpy(dtype=bool)
    median, high = np.quantile(score[~is_anomaly], [0.5, 0.95])
    zero, unit = (0.0, median) if positive else (median, high - median or 1.0)
    score = (score - zero) / unit
    return np.sort(score[~is_anomaly]), np.sort(score[is_anomaly]), (thresholds - zero) / unit


def _draw_row(axes: Axes, row: int, grid: np.ndarray, scaled: Scaled, dashes: dict[str, str | tuple]) -> None:
    normal, anomalies, thresholds = scaled
    for rates, color in ((1 - _share_up_to(normal, grid), FLAGGED), (_share_up_to(anomalies, grid), MISSED)):
        axes.plot(grid, row - style.RIDGE * rates, color=color, linewidth=1.6)
    for rule, threshold in thresholds[np.isfinite(thresholds)].items():
        axes.vlines(threshold, row - style.RIDGE, row, color=style.INK, linewidth=1.1, linestyle=dashes[rule])


def _share_up_to(values: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Return the share of sorted values at or below each threshold."""
    return np.searchsorted(values, thresholds, side="right") / len(values)


def _grid(scaled: list[Scaled], positive: bool) -> np.ndarray:
    """Return the thresholds to draw: from nearly all normal images to most anomalies or the last rule."""
    low = min(np.quantile(normal, 0.01) for normal, _, _ in scaled)
    high = max(
        max(np.quantile(anomalies, 0.9), np.quantile(normal, 0.99), *thresholds[np.isfinite(thresholds)])
        for normal, anomalies, thresholds in scaled
    )
    return np.geomspace(low, high, POINTS) if positive and high > 3 * low else np.linspace(low, high, POINTS)


def _set_thresholds(axes: Axes, grid: np.ndarray, positive: bool) -> None:
    """Set the horizontal axis."""
    axes.set_xlim(grid[0], grid[-1])
    if np.allclose(np.diff(grid), grid[1] - grid[0]):
        axes.xaxis.set_major_locator(MaxNLocator(6))
    else:
        style.set_log(axes, "x")
    label = "threshold / median normal score" if positive else "threshold (0: median normal score, 1: 95% quantile)"
    style.set_labels(axes, x=label)


def _handles(dashes: dict[str, str | tuple]) -> list[Line2D]:
    curves = {"normal images flagged": FLAGGED, "anomalies missed": MISSED}
    handles = [Line2D([], [], color=color, linewidth=1.6, label=name) for name, color in curves.items()]
    return handles + [
        Line2D([], [], color=style.INK, linewidth=1.1, linestyle=look, label=rule) for rule, look in dashes.items()
    ]
