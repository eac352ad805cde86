"""Variants side by side on one metric, against a baseline."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoencoders.reporting.figures.style import (
    BLUE,
    SMALL_SIZE,
    TEXT_SIZE,
    VERMILLION,
    finish,
    new_figure,
    set_labels,
    set_plain_log_ticks,
    wrapped,
)

HIGHER_IS_BETTER = ("auroc", "accuracy")  # how such metrics' names begin; all others are errors
ROUNDING = 1e-4  # relative difference below which two numbers are the same
ACRONYMS = {"mse": "MSE", "auroc": "AUROC"}


def comparison_bars(table: pd.DataFrame, metric: str, baseline: str | None) -> Figure:
    """Draw one metric of every variant as a dot, and the baseline's as a hollow one, best variant on top.

    Args:
        table: Index: variants; columns `<metric>_mean` and `<metric>_sd` (over seeds, NaN for one seed).
        metric: Name of the metric; larger is better if it begins with one of `HIGHER_IS_BETTER`.
        baseline: Column with the baseline's value for each variant, named as it shall be printed ("PCA at the
            same code size"); NaN where there is none. None draws no baseline.

    Returns:
        The plot; its title says how many variants beat the baseline and by how much the best one does.
    """
    higher = metric.startswith(HIGHER_IS_BETTER)
    table = table.sort_values(f"{metric}_mean", ascending=higher, na_position="first")  # last is on top
    mean, sd = table[f"{metric}_mean"], table[f"{metric}_sd"]
    figure, panels = new_figure(8.5, 1.7 + 0.36 * len(table))
    axes = panels[0, 0]
    rows = np.arange(len(table))
    if baseline is not None:
        axes.hlines(rows, mean, table[baseline], color="#BBBBBB", linewidth=1.2, zorder=1)
        axes.plot(table[baseline], rows, "o", mfc="white", mec=VERMILLION, mew=1.6, ms=8, label=baseline)
    axes.errorbar(mean, rows, xerr=sd.fillna(0), fmt="o", color=BLUE, ms=8, capsize=0, lw=2, label="variant")
    if baseline is not None:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=SMALL_SIZE)
    _finish_axes(axes, table, metric, higher)
    note = "Line through a dot: ± one sd over seeds." if sd.notna().any() else "One seed a variant."
    finish(figure, _finding(table, metric, baseline, higher), note)
    return figure


def _finish_axes(axes: Axes, table: pd.DataFrame, metric: str, higher: bool) -> None:
    """Name the rows left, print their values right, and choose the scale."""
    rows = np.arange(len(table))
    axes.set_yticks(rows, [wrapped(str(name)) for name in table.index], fontsize=TEXT_SIZE)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    for row, mean, sd in zip(rows, table[f"{metric}_mean"], table[f"{metric}_sd"], strict=True):
        text = "–" if np.isnan(mean) else f"{mean:#.3g}" + ("" if np.isnan(sd) else f" ± {sd:.1g}")
        axes.text(1.02, row, text, transform=axes.get_yaxis_transform(), va="center", size=SMALL_SIZE)
    low, high = axes.dataLim.intervalx
    scale = "log" if low > 0 and high > 20 * low else "linear"
    axes.set_xscale(scale)
    if scale == "log":
        set_plain_log_ticks(axes.xaxis)
    direction = "higher" if higher else "lower"
    set_labels(axes, x=f"{ACRONYMS.get(metric, metric)} ({direction} is better; {scale} scale)")


def _finding(table: pd.DataFrame, metric: str, baseline: str | None, higher: bool) -> str:
    """Say how many variants beat the baseline and how the best one compares."""
    best, name = table.iloc[-1], ACRONYMS.get(metric, metric)
    value = best[f"{metric}_mean"]
    if baseline is None or table[baseline].isna().all():
        return f"Best {name} {value:.3g}: {best.name}"
    gain = (table[f"{metric}_mean"] - table[baseline]) * (1 if higher else -1)
    beaten = f"{(gain > ROUNDING * table[baseline].abs()).sum()} of {gain.notna().sum()} variants beat {baseline}"
    if np.isnan(best[baseline]):
        return f"{beaten}; best {name} {value:.3g}: {best.name}"
    if higher:
        return f"{beaten}; the best, {best.name}, by {gain.iloc[-1]:+.3f}"
    change = value / best[baseline] - 1
    if abs(change) < ROUNDING:
        return f"{beaten}; the best, {best.name}, has the same {name}"
    return f"{beaten}; the best, {best.name}, has {abs(change):.0%} {'less' if change < 0 else 'more'} {name}"
