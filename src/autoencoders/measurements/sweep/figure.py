"""Errors over the width of the code."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from autoencoders.data.finding import Finding, joined
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import BAND, draw_band, seeds_note

LINES = {"train": (style.BLUE, "o"), "test": (style.ORANGE, "s"), "random": (style.GREEN, "^")}  # colour and marker
NEGLIGIBLE = 1e-6  # of the largest error: less is rounding, and is not drawn


def width_curves(findings: dict[str, list[Finding]], random_name: str) -> Figure:
    """Draw errors on training, test and random images over the width.

    Args:
        findings: By variant, one per seed, as `measure` returns them.
        random_name: Words for the random images.

    Returns:
        One panel per architecture, all on one scale: mean over the networks of one width, in a band from the lowest to
        the highest; dashed, principal components of the same code size.
    """
    table = pd.concat(joined(findings).values(), ignore_index=True)
    groups = dict(list(table.groupby("architecture", sort=False)))
    names = {"train": "training images", "test": "test images", "random": random_name}
    figure, panels = style.new_figure(2.6 + 5.4 * len(groups), 4.9, columns=len(groups), sharey=True)
    for axes, (architecture, rows) in zip(panels[0], groups.items(), strict=True):
        _draw_group(axes, rows, names)
        kernels = bool((rows["width"] != rows["latent_dim"]).any())
        style.set_labels(axes, architecture if len(groups) > 1 else "", "kernels" if kernels else "numbers in the code")
    scale = style.set_log(panels[0, 0], "y")
    panels[0, 0].set_ylabel(f"mean MSE ({scale} scale)", size=style.TEXT_SIZE, color=style.INK)
    note = ""
    if table[[f"pca_{name}_mse" for name in LINES]].notna().any(axis=None):
        panels[0, -1].plot([], [], color=style.FAINT_INK, ls=style.DASHED, label="PCA at the same\ncode size")
        note = (
            "Dashed: principal components of the training images, for these the optimum of linear codes, applied to "
            "the images of each colour. "
        )
    style.put_legend_right(panels[0, -1])
    finding = _finding(next(iter(groups.values())), random_name)
    prefix = f"{next(iter(groups))}: " if len(groups) > 1 else ""
    style.finish(figure, prefix + finding, note + seeds_note(findings, BAND))
    return figure


def _finding(rows: pd.DataFrame, random_name: str) -> str:
    """Set the error on random images beside that on test images, at the smallest and the largest width."""
    means = rows.groupby("width")[["test_mse", "random_mse"]].mean()
    low, high = means.iloc[0], means.iloc[-1]
    if len(means) == 1:
        return f"Width {low.name}: error {low['random_mse']:.3g} on {random_name}, {low['test_mse']:.3g} on test images"
    return (
        f"From width {low.name} to {high.name} the error on {random_name} goes from {low['random_mse']:.3g} to "
        f"{high['random_mse']:.3g}, on test images from {low['test_mse']:.3g} to {high['test_mse']:.3g}"
    )


def _draw_group(axes: Axes, rows: pd.DataFrame, names: dict[str, str]) -> None:
    """Draw the three curves of one architecture and their optima."""
    errors = rows[[f"{name}_mse" for name in LINES]]
    floor = NEGLIGIBLE * errors.max(axis=None)
    shown = errors.clip(lower=floor).assign(width=rows["width"])
    for name, (color, marker) in LINES.items():
        look = {"color": color, "marker": marker, "ms": 5, "label": names[name]}
        draw_band(axes, shown, "width", f"{name}_mse", look)
        optimum = rows.groupby("width")[f"pca_{name}_mse"].mean()
        optimum = optimum[optimum > floor]
        axes.plot(optimum.index, optimum, color=color, ls=style.DASHED, lw=1.3)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sorted(rows["width"].unique())))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
