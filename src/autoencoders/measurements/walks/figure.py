"""Walks away from images, among pixels and in the code."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoencoders.data.finding import Finding, first_arrays, joined
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import BAND, PICTURES, draw_band, seeds_note
from autoencoders.reporting.figures.mosaic import Mosaic, beside
from autoencoders.reporting.figures.tiles import alike

SIDE = 0.48  # inches of a picture
COLUMNS = 3  # walks in a line


def walk_pictures(findings: dict[str, list[Finding]]) -> Figure:
    """Draw walks and how far along them the nearest training image lies.

    Args:
        findings: By variant, one per seed, as `measure` returns them. What variants share is drawn once.

    Returns:
        Pictures, then the distance from the nearest training image over the distance moved.
    """
    arrays = first_arrays(findings)
    groups = alike({name: one["pixel"] for name, one in arrays.items()})
    pictures = {}
    for names in groups:
        pictures["pixels" if len(groups) == 1 else f"pixels, {names[0]}"] = arrays[names[0]]["pixel"]
        pictures |= {f"code of {name}": arrays[name]["code"] for name in names}
    table = next(iter(findings.values()))[0].table
    headers = {(0, index): f"{step:g}" for index, step in enumerate(table["step"].unique())}
    blocks = {style.wrapped(name, 40): Mosaic(images, headers=headers) for name, images in pictures.items()}
    mosaic = beside(blocks, COLUMNS)
    width, height = mosaic.inches(SIDE)
    figure, panels = style.new_figure(max(width, 8) + 0.4, height + 4.6, 2, height_ratios=(height, 3.2))
    mosaic.draw(panels[0, 0])
    tables = joined(findings)
    _draw_curves(panels[1, 0], tables, groups)
    note = (
        "Above each picture: step, the sd of Gaussian noise along one direction per image; among pixels in intensities "
        "of [0, 1], clipped in pictures only; in the code, decoded alone, in each unit's sd over training images. "
        f"Curves: {table['images'][0]} test images, nearest of {table['nearest_of'][0]} training images. "
    )
    style.finish(figure, _finding(tables), note + seeds_note(findings, BAND, PICTURES))
    return figure


def _draw_curves(axes: Axes, tables: dict[str, pd.DataFrame], groups: list[list[str]]) -> None:
    """Draw the distance from the nearest training image over the distance moved."""
    styles = {name: style.series(index) for index, name in enumerate(tables)}
    for name, *_ in groups:
        label = "pixels" if len(groups) == 1 else f"pixels, {name}"
        look = {"color": style.BLACK if len(groups) == 1 else styles[name]["color"], "linestyle": style.DASHED}
        pixel = tables[name].query("walk == 'pixel'")
        draw_band(axes, pixel, "step", "nearest", look | {"label": style.wrapped(label)}, "moved")
    for name, table in tables.items():
        look = styles[name] | {"label": style.wrapped(f"code of {name}")}
        draw_band(axes, table.query("walk == 'code'"), "step", "nearest", look, "moved")
    everything = pd.concat(tables.values())
    farthest = everything.query("walk == 'code'")["moved"].max()
    axes.set_xlim(0, 1.05 * farthest)
    axes.set_ylim(0, 1.25 * everything.query("moved <= @farthest")["nearest"].max())
    title = "Distance from the nearest training image"
    style.set_labels(axes, title, "distance from where the walk began", "root mean squared difference")
    axes.legend(loc="upper left", frameon=False, fontsize=style.SMALL_SIZE)


def _finding(tables: dict[str, pd.DataFrame]) -> str:
    """Compare the distances of walks that moved equally far: as far as those in the code went."""
    ends = {}  # moved, nearest in the code, nearest among pixels
    for name, table in tables.items():
        means = table.groupby(["walk", "step"])[["moved", "nearest"]].mean()
        (moved, in_code), pixel = means.loc["code"].iloc[-1], means.loc["pixel"]
        ends[name] = moved, in_code, float(np.interp(moved, pixel["moved"], pixel["nearest"]))
    best = min(ends, key=lambda name: ends[name][1] / ends[name][2])
    moved, in_code, in_pixels = ends[best]
    return (
        f"Walks that moved by {moved:.2f} end {in_code:.2f} from the nearest training image in the code, "
        f"{in_pixels:.2f} among pixels: {best}"
    )
