"""Variants side by side on their test error, against PCA."""

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
    set_log,
    wrapped,
)

PCA = "PCA at the same code size"
ROUNDING = 1e-4  # relative difference below which two numbers are the same


def comparison_bars(table: pd.DataFrame) -> Figure:
    """Draw the test MSE of every variant as a dot and that of PCA as a hollow one, best variant on top.

    Args:
        table: variant, test/mse_mean, test/mse_sd (over seeds, NaN for one seed) and, where any variant has it,
            test/pca_mse_mean; NaN where there is none.

    Returns:
        The plot; its title says how many variants beat PCA and how the best one compares.
    """
    table = table.set_index("variant").sort_values("test/mse_mean", ascending=False)  # last is on top
    mean, sd = table["test/mse_mean"], table["test/mse_sd"]
    pca = table.get("test/pca_mse_mean", mean * np.nan)
    figure, panels = new_figure(8.5, 1.7 + 0.36 * len(table))
    axes = panels[0, 0]
    rows = np.arange(len(table))
    axes.errorbar(mean, rows, xerr=sd.fillna(0), fmt="o", color=BLUE, ms=8, capsize=0, lw=2, label="variant")
    if pca.notna().any():
        axes.hlines(rows, mean, pca, color="#BBBBBB", linewidth=1.2, zorder=1)
        axes.plot(pca, rows, "o", mfc="white", mec=VERMILLION, mew=1.6, ms=8, label=PCA, zorder=1.5)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=SMALL_SIZE)
    _finish_axes(axes, mean, sd)
    note = "Line through a dot: ± one sd over seeds." if sd.notna().any() else "One seed per variant."
    finish(figure, _finding(mean, pca), note)
    return figure


def _finish_axes(axes: Axes, mean: pd.Series, sd: pd.Series) -> None:
    """Name the rows left, print their values right, and choose the scale."""
    axes.set_yticks(range(len(mean)), [wrapped(str(name)) for name in mean.index], fontsize=TEXT_SIZE)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(mean) - 0.4)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    for row, (value, spread) in enumerate(zip(mean, sd, strict=True)):
        text = f"{value:#.3g}" if np.isnan(spread) else f"{value:#.3g} ± {spread:.1g}"
        axes.text(1.02, row, text, transform=axes.get_yaxis_transform(), va="center", size=SMALL_SIZE)
    low, high = axes.dataLim.intervalx
    scale = set_log(axes, "x") if low > 0 and high > 20 * low else "linear"
    set_labels(axes, x=f"test MSE (lower is better; {scale} scale)")


def _finding(mean: pd.Series, pca: pd.Series) -> str:
    """Say how many variants beat PCA and how the best one compares."""
    best, value = mean.index[-1], mean.iloc[-1]
    if pca.isna().all():
        return f"Best test MSE {value:.3g}: {best}"
    beaten = f"{(pca - mean > ROUNDING * pca).sum()} of {pca.notna().sum()} variants beat {PCA}"
    if np.isnan(pca[best]):
        return f"{beaten}; best test MSE {value:.3g}: {best}"
    change = value / pca[best] - 1
    than = "the same" if abs(change) < ROUNDING else f"{abs(change):.0%} {'less' if change < 0 else 'more'}"
    return f"{beaten}; the best, {best}, has {than} test MSE"
