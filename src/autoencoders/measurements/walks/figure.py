"""Walks away from images, among pixels and in the code."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoencoders.data.finding import Finding, first_arrays, joined
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import BAND, PICTURES, draw_band, seeds_note
from autoencoders.reporting.figures.mosaic import Mosaic
from autoencoders.reporting.figures.tiles import alike

COLUMNS = 3  # panels in a row


def walk_pictures(findings: dict[str, list[Finding]]) -> Figure:
    """Draw walks and how far along them the nearest training image lies.

    Args:
        findings: By variant, one per seed, as `measure` returns them. What variants share is drawn once.

    Returns:
        Pictures, then the distance from the nearest training image over the step and over the distance moved.
    """
    arrays = first_arrays(findings)
    groups = alike({name: one["pixel"] for name, one in arrays.items()})
    pictures = {}
    for names in groups:
        pictures["pixels" if len(groups) == 1 else f"pixels, {names[0]}"] = arrays[names[0]]["pixel"]
        pictures |= {f"code of {name}": arrays[name]["code"] for name in names}
    table = next(iter(findings.values()))[0].table
    headers = {(0, index): f"{step:g}" for index, step in enumerate(table["step"].unique())}
    mosaics = {name: Mosaic(images, headers=headers) for name, images in pictures.items()}
    columns = min(len(mosaics), COLUMNS)
    rows = -(-len(mosaics) // columns)
    width, height = np.max([mosaic.inches(0.48) for mosaic in mosaics.values()], axis=0)
    width, height = max(width + 0.3, 3.7), height + 0.4
    ratios = [*[height] * rows, 3.0]
    figure, panels = style.new_figure(
        columns * width + 0.4, 4.8 + rows * height, rows + 1, columns, height_ratios=ratios
    )
    for axes in [*panels.flat[len(mosaics) : rows * columns], *panels[-1, 2:]]:
        axes.set_axis_off()
    for axes, (name, mosaic) in zip(panels.flat, mosaics.items(), strict=False):
        mosaic.draw(axes, style.wrapped(name, 40))
    tables = joined(findings)
    _draw_curves(*panels[-1, :2], tables, groups)
    place = panels[-1, -1] if columns == COLUMNS else panels[-1, 0]  # an empty panel, or one with space at the left
    place.legend(handles=panels[-1, 0].lines, loc="upper left", frameon=False, fontsize=style.SMALL_SIZE)
    note = (
        "Above each picture: step, the sd of Gaussian noise along one direction per image; among pixels in intensities "
        "of [0, 1], clipped in pictures only; in the code, decoded alone, in each unit's sd over training images. "
        f"Curves: {table['images'][0]} test images, nearest of {table['nearest_of'][0]} training images. "
    )
    style.finish(figure, _finding(tables), note + seeds_note(findings, BAND, PICTURES))
    return figure


def _draw_curves(left: Axes, right: Axes, tables: dict[str, pd.DataFrame], groups: list[list[str]]) -> None:
    """Draw the distance from the nearest training image over the step and over the distance moved."""
    styles = {name: style.series(index) for index, name in enumerate(tables)}
    for axes, along in ((left, "step"), (right, "moved")):
        for name, *_ in groups:
            label = "pixels" if len(groups) == 1 else f"pixels, {name}"
            look = {"color": style.BLACK if len(groups) == 1 else styles[name]["color"], "linestyle": style.DASHED}
            pixel = tables[name].query("walk == 'pixel'")
            draw_band(axes, pixel, "step", "nearest", look | {"label": style.wrapped(label)}, along)
        for name, table in tables.items():
            look = styles[name] | {"label": style.wrapped(f"code of {name}")}
            draw_band(axes, table.query("walk == 'code'"), "step", "nearest", look, along)
        axes.set_ylim(bottom=0)
    everything = pd.concat(tables.values())
    farthest = everything.query("walk == 'code'")["moved"].max()
    right.set_xlim(0, 1.05 * farthest)
    right.set_ylim(0, 1.25 * everything.query("moved <= @farthest")["nearest"].max())
    style.set_labels(left, "Distance from the nearest training image", "step", "root mean squared difference")
    style.set_labels(right, "The same, by distance moved", "distance from where the walk began")


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
