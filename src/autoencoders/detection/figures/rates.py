"""The false-positive rates that rules state, and those they realise."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from autoencoders.detection import thresholds
from autoencoders.reporting.figures.style import (
    BLUE,
    FAINT_INK,
    INK,
    ORANGE,
    SMALL_SIZE,
    TEXT_SIZE,
    finish,
    new_figure,
    put_legend_right,
    set_labels,
)

POOLED = "all"  # the normal class of the pooled rows
CONFIDENCE = 0.95  # of the intervals and bands
TICKS = (0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)


def realised_rates(rates: dict[str, pd.DataFrame]) -> Figure:
    """Draw stated and realised false-positive rates by rule, and the detection rates beside them.

    Args:
        rates: Per normal class, from `thresholds.rates`, one row a rule; under `all`, if it is there, the rows that
            `thresholds.pool` makes of them, which are otherwise made here.

    Returns:
        Small dots are normal classes, the diamond is all of them together; lines are 95 % intervals.
    """
    classes = {name: table.set_index("rule") for name, table in rates.items() if name != POOLED}
    pooled = rates[POOLED] if POOLED in rates else thresholds.pool(_without_pooled(rates), CONFIDENCE)
    pooled = pooled.set_index("rule")
    figure, panels = new_figure(12, 1.9 + 0.62 * len(pooled), 1, 2, sharey=True, width_ratios=[3, 2])
    left, right = panels[0]
    for row, (rule, one) in enumerate(pooled.iterrows()):
        _draw_stated(left, row, one, drawn=rule.startswith(("conformal", "quantile")))
        ours = pd.DataFrame({name: table.loc[rule] for name, table in classes.items()}).T
        _draw_realised(left, row, ours, one, ("empirical_rate", "low", "high"))
        _draw_realised(right, row, ours, one, ("detection_rate", "detection_low", "detection_high"))
        if len(classes) > 1:
            _name_lowest(right, row, ours["detection_rate"].astype(float))
    _finish_axes(left, right, pooled, len(classes))
    put_legend_right(right, _handles(len(classes)))
    right.get_legend().set_bbox_to_anchor((1.2, 1.03), transform=right.transAxes)
    finish(figure, _finding(pooled), _note(classes, pooled))
    return figure


def _without_pooled(rates: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {name: table for name, table in rates.items() if name != POOLED}


def _draw_stated(axes: Axes, row: int, pooled: pd.Series, drawn: bool) -> None:
    """Draw the stated rate and where the pooled one falls by chance, with the thresholds' own chance if drawn."""
    bands = [("nominal_low", "nominal_high", 0.30)]
    if drawn:
        bands.append(("drawn_low", "drawn_high", 0.18))
    for low, high, alpha in bands:
        axes.barh(row, pooled[high] - pooled[low], left=pooled[low], height=0.86, color=FAINT_INK, alpha=alpha, lw=0)
    axes.vlines(pooled["nominal_rate"], row - 0.43, row + 0.43, color=INK, linewidth=1.6)


def _draw_realised(
    axes: Axes, row: int, classes: pd.DataFrame, pooled: pd.Series, columns: tuple[str, str, str]
) -> None:
    """Draw one rate of all classes, each on its own line within the row, and the pooled one across their middle."""
    rate, low, high = columns
    values = classes[list(columns)].astype(float)
    if len(values) > 1:
        rows = _lines(row, len(values))
        axes.hlines(rows, values[low], values[high], color=ORANGE, linewidth=1, alpha=0.75)
        axes.plot(values[rate], rows, "o", color=ORANGE, markersize=3.5)
    axes.hlines(row, pooled[low], pooled[high], color=BLUE, linewidth=2.4)
    axes.plot(pooled[rate], row, "D", color=BLUE, markersize=6.5, markeredgecolor="white", markeredgewidth=0.8)
    text = f"{pooled[rate]:.1%}"
    axes.text(1.02, row, text, transform=axes.get_yaxis_transform(), va="center", size=SMALL_SIZE, color=BLUE)


def _lines(row: int, classes: int) -> np.ndarray:
    """Return the height of each class's own line within a row."""
    return row + np.linspace(-0.33, 0.33, classes)


def _name_lowest(axes: Axes, row: int, rates: pd.Series) -> None:
    place = int(rates.to_numpy().argmin())
    at = rates.iloc[place], _lines(row, len(rates))[place]
    style = {"va": "center", "size": SMALL_SIZE - 1, "color": FAINT_INK, "in_layout": False}
    axes.annotate(str(rates.index[place]), at, xytext=(5, -0.5), textcoords="offset points", **style)


def _finish_axes(left: Axes, right: Axes, pooled: pd.DataFrame, classes: int) -> None:
    """Name rules, rates and scales."""
    header = "pooled" if classes > 1 else ""
    left.set_yticks(range(len(pooled)), list(pooled.index), fontsize=TEXT_SIZE)
    left.set_ylim(len(pooled) - 0.45, -0.55)
    for axes in (left, right):
        axes.tick_params(axis="y", length=0)
        axes.grid(False, axis="y")
        for row in range(1, len(pooled)):
            axes.axhline(row - 0.5, color=FAINT_INK, linewidth=0.4, alpha=0.5)
        axes.text(1.02, 1.0, header, transform=axes.transAxes, va="bottom", size=SMALL_SIZE, color=FAINT_INK)
    left.set_xscale("symlog", linthresh=0.01, linscale=0.5)
    highest = left.get_xlim()[1]
    left.set_xlim(0, highest)
    left.set_xticks([tick for tick in TICKS if tick <= highest])
    left.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))
    left.xaxis.set_minor_locator(MaxNLocator(1))
    left.tick_params(axis="x", which="minor", length=0)
    right.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    set_labels(left, "Normal test images flagged", "false-positive rate (log scale above 1%)")
    set_labels(right, "Anomalies flagged", "detection rate")


def _handles(classes: int) -> list[Line2D | Patch]:
    pooled = "all classes, pooled" if classes > 1 else "realised rate"
    handles = [
        Line2D([], [], color=INK, linewidth=1.6, label="stated rate"),
        Patch(facecolor=FAINT_INK, alpha=0.48, label="by chance: test images"),
        Patch(facecolor=FAINT_INK, alpha=0.18, label="and calibration images"),
        Line2D([], [], color=BLUE, marker="D", linewidth=2.4, label=pooled),
    ]
    if classes > 1:
        handles.append(Line2D([], [], color=ORANGE, marker="o", markersize=3.5, linewidth=1, label="one normal class"))
    return handles


def _finding(pooled: pd.DataFrame) -> str:
    """Set stated and realised rates of the valid rules side by side, or of all where none is conformal."""
    valid = pooled[pooled.index.str.startswith("conformal")]
    shown = pooled if valid.empty else valid
    realised = _series([f"{rate:.1%}" for rate in shown["empirical_rate"]])
    stated = _series([f"{100 * rate:.3g}%" for rate in shown["nominal_rate"]])
    who = "The rules" if valid.empty else "Conformal thresholds"
    return f"{who} flag {realised} of normal test images where they state {stated}"


def _series(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _note(classes: dict[str, pd.DataFrame], pooled: pd.DataFrame) -> str:
    one = pooled.iloc[0]
    over = f", {len(classes)} normal classes together" if len(classes) > 1 else ""
    return (
        f"n = {one['n_test']:,.0f} normal test images, {one['n_anomalies']:,.0f} anomalies and "
        f"{one['n_calibration']:,.0f} held-out normal images that set the thresholds{over}. Coloured lines: 95% Wilson "
        "intervals. Shade: where 95% of pooled rates fall by chance if the rule is right, for drawn test images and, "
        "light, drawn calibration images too. Mean + sd states what it would "
        "flag if scores were normally distributed."
    )
