"""Variants side by side on what ranks them, against PCA."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from autoencoders.reporting.best import best, left_out
from autoencoders.reporting.figures import style
from autoencoders.reporting.headline import BETTER, EQUAL, RESTORED, WORSE, headline, judged_at, verdicts

PCA = "PCA at the same code size"


def comparison_bars(table: pd.DataFrame) -> Figure:
    """Draw the test MSE of every variant as a dot and that of PCA as a hollow one, best variant on top.

    Args:
        table: variant; the metrics that rank and that tell where PCA stands, means over seeds and NaN where there is
            none (see `headline`); and test/mse_sd or test/denoising_mse_sd, NaN for one seed.

    Returns:
        The plot of the best 40; its title says how many of all are better than PCA and how the best one compares.
    """
    noisy = f"{RESTORED}_mean" in table
    metric, beside = ("test/denoising_mse", "test/pca_denoising_mse") if noisy else ("test/mse", "test/pca_mse")
    ordered = table.set_index("variant").sort_values(f"{metric}_mean")
    rows = ordered.loc[best(ordered[f"{metric}_mean"]).index]
    mean, sd = rows[f"{metric}_mean"], rows[f"{metric}_sd"]
    pca = rows.get(f"{beside}_mean", mean * np.nan)
    figure, panels = style.new_figure(8.5, 1.7 + 0.36 * len(rows))
    axes = panels[0, 0]
    places = np.arange(len(rows))
    axes.errorbar(mean, places, xerr=sd.fillna(0), fmt="o", color=style.BLUE, ms=8, capsize=0, lw=2, label="variant")
    if pca.notna().any():
        axes.hlines(places, mean, pca, color="#BBBBBB", linewidth=1.2, zorder=1)
        axes.plot(pca, places, "o", mfc="white", mec=style.VERMILLION, mew=1.6, ms=8, label=PCA, zorder=1.5)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=style.SMALL_SIZE)
    spread = ["" if np.isnan(one) else f" ± {one:.1g}" for one in sd]
    texts = [f"{value:#.3g}{text}" for value, text in zip(mean, spread, strict=True)]
    style.name_rows(axes, [style.wrapped(str(name)) for name in mean.index], texts)
    axes.spines["left"].set_visible(False)
    low, high = axes.dataLim.intervalx
    scale = style.set_log(axes, "x") if low > 0 and high > 20 * low else "linear"
    what = f"MSE from test images with noise of {judged_at(rows)}" if noisy else "test MSE"
    style.set_labels(axes, x=f"{what} (lower is better; {scale} scale)")
    note = "Line through a dot: ± one sd over seeds." if sd.notna().any() else "One seed per variant."
    style.finish(figure, finding(table), f"{note}{left_out(len(table))}")
    return figure


def finding(table: pd.DataFrame) -> str:
    """Say which variant is best, and how many are better than PCA or worse: see `verdicts`."""
    ranking, against = headline(table), verdicts(table)
    best_one = ranking.ranked[0]
    said = f"{best_one} is best, {ranking.said(best_one)}"
    if against.isna().all():
        return said
    counts = [f"{(against == word).sum()} {word}" for word in (BETTER, EQUAL, WORSE) if (against == word).any()]
    return f"{said}; against {PCA}: {', '.join(counts)}"
