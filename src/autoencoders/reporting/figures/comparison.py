"""Variants side by side on their test error, against PCA."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from autoencoders.reporting.best import best, left_out
from autoencoders.reporting.figures import style

PCA = "PCA at the same code size"
ROUNDING = 1e-4  # relative difference below which two numbers are the same


def comparison_bars(table: pd.DataFrame) -> Figure:
    """Draw the test MSE of every variant as a dot and that of PCA as a hollow one, best variant on top.

    Args:
        table: variant, test/mse_mean, test/mse_sd (over seeds, NaN for one seed) and, where any variant has it,
            test/pca_mse_mean; NaN where there is none.

    Returns:
        The plot of the best 40; its title says how many of all beat PCA and how the best one compares.
    """
    table = table.set_index("variant").sort_values("test/mse_mean")
    finding = _finding(table["test/mse_mean"], table.get("test/pca_mse_mean", table["test/mse_mean"] * np.nan))
    left = left_out(len(table))
    table = table.loc[best(table["test/mse_mean"]).index]
    mean, sd = table["test/mse_mean"], table["test/mse_sd"]
    pca = table.get("test/pca_mse_mean", mean * np.nan)
    figure, panels = style.new_figure(8.5, 1.7 + 0.36 * len(table))
    axes = panels[0, 0]
    rows = np.arange(len(table))
    axes.errorbar(mean, rows, xerr=sd.fillna(0), fmt="o", color=style.BLUE, ms=8, capsize=0, lw=2, label="variant")
    if pca.notna().any():
        axes.hlines(rows, mean, pca, color="#BBBBBB", linewidth=1.2, zorder=1)
        axes.plot(pca, rows, "o", mfc="white", mec=style.VERMILLION, mew=1.6, ms=8, label=PCA, zorder=1.5)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=style.SMALL_SIZE)
    spread = ["" if np.isnan(one) else f" ± {one:.1g}" for one in sd]
    texts = [f"{value:#.3g}{text}" for value, text in zip(mean, spread, strict=True)]
    style.name_rows(axes, [style.wrapped(str(name)) for name in mean.index], texts)
    axes.spines["left"].set_visible(False)
    low, high = axes.dataLim.intervalx
    scale = style.set_log(axes, "x") if low > 0 and high > 20 * low else "linear"
    style.set_labels(axes, x=f"test MSE (lower is better; {scale} scale)")
    note = "Line through a dot: ± one sd over seeds." if sd.notna().any() else "One seed per variant."
    style.finish(figure, finding, f"{note}{left}")
    return figure


def _finding(mean: pd.Series, pca: pd.Series) -> str:
    """Say how many variants beat PCA and how the best one compares."""
    best, value = mean.index[0], mean.iloc[0]
    if pca.isna().all():
        return f"Best test MSE {value:.3g}: {best}"
    beaten = f"{(pca - mean > ROUNDING * pca).sum()} of {pca.notna().sum()} variants beat {PCA}"
    if np.isnan(pca[best]):
        return f"{beaten}; best test MSE {value:.3g}: {best}"
    change = value / pca[best] - 1
    than = "the same" if abs(change) < ROUNDING else f"{abs(change):.0%} {'less' if change < 0 else 'more'}"
    return f"{beaten}; the best, {best}, has {than} test MSE"
