"""Errors over the width of the code."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from autoencoders.reporting.figures.style import (
    BLUE,
    FAINT_INK,
    GREEN,
    ORANGE,
    finish,
    new_figure,
    put_legend_right,
    set_labels,
    set_plain_log_ticks,
)

LINES = {"train": (BLUE, "o"), "test": (ORANGE, "s"), "random": (GREEN, "^")}  # colour and marker
PCA_DASHES = (0, (4, 2))
NEGLIGIBLE = 1e-6  # of the largest error: less is rounding, and is not drawn


def width_curves(table: pd.DataFrame, random_name: str) -> Figure:
    """Draw errors on training, test and random images over the width.

    Args:
        table: A row a network: architecture, width, latent_dim, <images>_mse and pca_<images>_mse for train, test and
            random images; PCA's may be NaN.
        random_name: What the random images are.

    Returns:
        A panel an architecture, all on one scale: mean over the networks of one width, in a band from the lowest to
        the highest; dashed, principal components of the same code size.
    """
    groups = dict(list(table.groupby("architecture", sort=False)))
    figure, panels = new_figure(2.6 + 5.4 * len(groups), 4.9, columns=len(groups), sharey=True)
    for axes, (architecture, rows) in zip(panels[0], groups.items(), strict=True):
        _draw_group(axes, rows)
        kernels = bool((rows["width"] != rows["latent_dim"]).any())
        set_labels(axes, architecture if len(groups) > 1 else "", "kernels" if kernels else "numbers in the code")
    first = panels[0, 0]
    scale = "log" if (table[[f"{name}_mse" for name in LINES]] > 0).any(axis=None) else "linear"
    set_labels(first, first.get_title(loc="left"), first.get_xlabel(), f"mean MSE ({scale} scale)")
    first.set_yscale(scale)
    if scale == "log":
        set_plain_log_ticks(first.yaxis)
    names = {"train": "training images", "test": "test images", "random": random_name}
    handles = [
        Line2D([], [], color=color, marker=marker, ms=5, label=names[key]) for key, (color, marker) in LINES.items()
    ]
    dashes = Line2D([], [], color=FAINT_INK, ls=PCA_DASHES, label="PCA at the same\ncode size")
    put_legend_right(panels[0, -1], [*handles, dashes])
    most = int(table.groupby(["architecture", "width"]).size().max())
    note = (
        "Dashed: principal components of the training images, for these the optimum of linear codes, applied to the "
        "images of each colour."
    )
    if most > 1:
        note += f" Line: mean over {most} networks of a width; band: lowest to highest."
    finding = _finding(table, random_name)
    finish(figure, finding[0].upper() + finding[1:] if len(groups) == 1 else finding, note)
    return figure


def _finding(table: pd.DataFrame, random_name: str) -> str:
    """Set the error on random images beside that on test images, at the smallest and the largest width."""
    rows = table[table["architecture"] == table["architecture"].iloc[0]]
    which = f"{rows['architecture'].iloc[0]}: " if len(rows) < len(table) else ""
    means = rows.groupby("width")[["test_mse", "random_mse"]].mean()
    low, high = means.iloc[0], means.iloc[-1]
    if len(means) == 1:
        return (
            f"{which}width {low.name}: error {low['random_mse']:.3g} on {random_name}, "
            f"{low['test_mse']:.3g} on test images"
        )
    return (
        f"{which}from width {low.name} to {high.name} the error on {random_name} goes from {low['random_mse']:.3g} to "
        f"{high['random_mse']:.3g}, on test images from {low['test_mse']:.3g} to {high['test_mse']:.3g}"
    )


def _draw_group(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the three curves of one architecture and their optima."""
    widths = rows.groupby("width")
    floor = NEGLIGIBLE * rows[[f"{name}_mse" for name in LINES]].max().max()
    for name, (color, marker) in LINES.items():
        over = widths[f"{name}_mse"].agg(["mean", "min", "max"]).clip(lower=floor)
        axes.fill_between(over.index, over["min"], over["max"], color=color, alpha=0.18, lw=0)
        axes.plot(over.index, over["mean"], color=color, marker=marker, ms=5, lw=1.6)
        optimum = widths[f"pca_{name}_mse"].mean()
        optimum = optimum[optimum > floor]
        axes.plot(optimum.index, optimum, color=color, ls=PCA_DASHES, lw=1.3)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sorted(rows["width"].unique())))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
