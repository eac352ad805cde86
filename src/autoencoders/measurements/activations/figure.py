"""Codes as pictures, and how active their units are."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from autoencoders.data.finding import Finding, first_arrays, joined
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import BAND, PICTURES, draw_band, named_range, seeds_note, spread
from autoencoders.reporting.figures.mosaic import Mosaic
from autoencoders.reporting.figures.tiles import alike, coloured, in_rows, squared


def code_pictures(findings: dict[str, list[Finding]]) -> Figure:
    """Draw images above their codes as square pictures, and the sorted mean activations of the units below.

    Args:
        findings: By variant, one per seed, as `measure` returns them.

    Returns:
        Codes without negative values from black, 0, to white; others from blue over white, 0, to red.
    """
    arrays = first_arrays(findings)
    groups = alike({name: one["originals"] for name, one in arrays.items()})
    rows = []  # label, pictures
    for names in groups:
        label = "image" if len(groups) == 1 else f"image of {names[0]}"
        rows.append((style.wrapped(label, 22), coloured(arrays[names[0]]["originals"], (0, 1), "gray")))
        rows += [_code_row(name, arrays[name]["codes"]) for name in names]
    most = max(len(pictures) for _, pictures in rows)
    mosaic = Mosaic(np.concatenate([in_rows(pictures, most) for _, pictures in rows]), [label for label, _ in rows])
    width, height = mosaic.inches(0.9)
    figure, panels = style.new_figure(width + 2.6, height + 3.9, 2, height_ratios=(height, 2.6))  # 2.6 for the legend
    mosaic.draw(panels[0, 0])
    tables = joined(findings)
    _draw_means(panels[1, 0], findings, tables)
    note = (
        "Codes row by row, each variant on its own scale: black is 0 and white the highest activation, or, where "
        "activations have signs, white is 0, blue negative and red positive. "
    )
    style.finish(figure, _finding(tables), note + seeds_note(findings, BAND, PICTURES))
    return figure


def _code_row(name: str, codes: np.ndarray) -> tuple[str, np.ndarray]:
    """Return the label and the pictures of one variant's codes, which end at the 99.5 % quantile of activations."""
    high = float(np.quantile(np.abs(codes), 0.995)) or float(np.abs(codes).max()) or 1.0
    signed = (codes < 0).any()
    low, cmap, sign = (-high, "RdBu_r", "±") if signed else (0, "gray", "0 to ")
    return f"{style.wrapped(name, 22)}\n{sign}{high:.2g}", coloured(squared(codes), (low, high), cmap)


def _draw_means(axes: Axes, findings: dict[str, list[Finding]], tables: dict[str, pd.DataFrame]) -> None:
    """Draw each unit's mean activation, the largest first, over its rank as a share of the units."""
    lowest = 0.0
    for index, (name, seeds) in enumerate(findings.items()):
        means = pd.concat([pd.DataFrame({"mean": np.sort(one.arrays["unit_means"])[::-1]}) for one in seeds])
        means["share"] = (means.index + 0.5) / (means.index.max() + 1)
        table = tables[name]
        label = (
            f"{style.wrapped(name)}: mean {spread(table['mean_activation'], '.3g')},\n"
            f"   {spread(table['active_units'], '.0f')} of {table['units'].iloc[0]} active, "
            f"{spread(table['dead_units'], '.0f')} dead"
        )
        draw_band(axes, means, "share", "mean", style.series(index) | {"label": label})
        lowest = min(lowest, means["mean"].min())
    axes.axhline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    scale = ""
    if lowest >= 0:
        axes.set_yscale("symlog", linthresh=1e-2)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        scale = "\n(log, linear below 0.01)"
    style.set_labels(axes, x="units, the most active first (share of all)", y=f"mean activation{scale}")
    style.put_legend_right(axes, title="Test images")


def _finding(tables: dict[str, pd.DataFrame]) -> str:
    """Say what share of the activations is exactly zero."""
    zeros = {name: float(table["share_of_zeros"].mean()) for name, table in tables.items()}
    return f"Exact zeros in the code: {named_range(zeros, '.0%')}"
