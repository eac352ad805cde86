"""Walks away from images, among pixels and in the code."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from autoencoders.reporting.figures.bands import draw_band, seeds_note
from autoencoders.reporting.figures.mosaic import Mosaic
from autoencoders.reporting.figures.style import SMALL_SIZE, finish, new_figure, series_style, set_labels, wrapped

PIXEL = {"color": "#000000", "linestyle": (0, (4, 2))}
COLUMNS = 3  # panels in a row


def walk_pictures(walks: dict[str, dict[str, np.ndarray]], tables: dict[str, list[pd.DataFrame]]) -> Figure:
    """Draw walks and how far along them the nearest training image lies.

    Args:
        walks: Per variant the walks `pixel` and `code`, (n, steps, C, H, W) in [0, 1], step 0 first. Walks among pixels
            are drawn once where those of all variants are alike.
        tables: Per variant and seed: `walk`, `step`, `moved`, `nearest`, `images`, `nearest_of`.

    Returns:
        Pictures, then the distance from the nearest training image over the step and over the distance moved.
    """
    first = next(iter(walks.values()))["pixel"]
    alike = all(np.array_equal(arrays["pixel"], first) for arrays in walks.values())
    pictures = {"pixels": first} if alike else {}
    for name, arrays in walks.items():
        if not alike:
            pictures[f"pixels, {name}"] = arrays["pixel"]
        pictures[f"code of {name}"] = arrays["code"]
    table = next(iter(tables.values()))[0]
    headers = {(0, index): f"{step:g}" for index, step in enumerate(table.loc[table["walk"] == "pixel", "step"])}
    mosaics = {
        name: Mosaic(images, [""] * len(images), [()] * len(images), headers) for name, images in pictures.items()
    }
    columns = min(len(mosaics), COLUMNS)
    rows = -(-len(mosaics) // columns)
    size = np.max([mosaic.size for mosaic in mosaics.values()], axis=0) * (0.52 if columns < COLUMNS else 0.46)
    figure, panels = new_figure(
        columns * max(size[0] + 0.3, 3.7) + 0.4,
        1.6 + rows * (size[1] + 0.4) + 3.2,
        rows + 1,
        columns,
        height_ratios=[*[size[1] + 0.4] * rows, 3.0],
    )
    for axes in [*panels.flat[len(mosaics) : rows * columns], *panels[-1, 2:]]:
        axes.set_axis_off()
    for axes, (name, mosaic) in zip(panels.flat, mosaics.items(), strict=False):
        mosaic.draw(axes, wrapped(name, 40))
    _draw_curves(panels[-1], tables, alike)
    note = (
        "Above each picture: step, the sd of normal noise along one direction an image; among pixels in intensities of "
        "[0, 1], clipped in pictures only; in the code, decoded alone, in each unit's sd over training images. "
        f"Curves: mean over {table['images'][0]} test images, nearest of {table['nearest_of'][0]} training images. "
    )
    finish(figure, _finding(tables), note + seeds_note(max(map(len, tables.values())), "pictures"))
    return figure


def _draw_curves(panels: np.ndarray, tables: dict[str, list[pd.DataFrame]], alike: bool) -> None:
    """Draw the distance from the nearest training image over the step and over the distance moved."""
    for axes, along in zip(panels, ("step", "moved"), strict=False):
        for index, (name, seeds) in enumerate(tables.items()):
            if index == 0 or not alike:
                style = PIXEL if alike else PIXEL | {"color": series_style(index)["color"]}
                label = "pixels" if alike else f"pixels, {name}"
                draw_band(axes, _part(seeds, "pixel"), along, "nearest", style | {"label": wrapped(label)})
            style = series_style(index) | {"label": wrapped(f"code of {name}")}
            draw_band(axes, _part(seeds, "code"), along, "nearest", style)
        axes.set_ylim(bottom=0)
    farthest = max(_part(seeds, "code")[0]["moved"].max() for seeds in tables.values())
    shown = [table[table["moved"] <= farthest]["nearest"].max() for seeds in tables.values() for table in seeds]
    panels[1].set_xlim(0, 1.05 * farthest)
    panels[1].set_ylim(0, 1.25 * max(shown))
    set_labels(panels[0], "Distance from the nearest training image", "step", "root mean squared difference")
    set_labels(panels[1], "The same, by distance moved", "distance from where the walk began")
    place = panels[-1] if len(panels) > 2 else panels[0]  # a panel that is empty, or that two lines leave space in
    place.legend(handles=panels[0].lines, loc="upper left", frameon=False, fontsize=SMALL_SIZE)


def _part(seeds: list[pd.DataFrame], walk: str) -> list[pd.DataFrame]:
    return [table[table["walk"] == walk] for table in seeds]


def _finding(tables: dict[str, list[pd.DataFrame]]) -> str:
    """Compare the distances of walks that moved equally far: as far as those in the code went."""
    ends = {}  # moved, nearest in the code, nearest among pixels
    for name, seeds in tables.items():
        code, pixel = (_part(seeds, walk) for walk in ("code", "pixel"))
        ends[name] = np.mean(
            [
                (one["moved"].iloc[-1], one["nearest"].iloc[-1], np.interp(one["moved"].iloc[-1], *_columns(other)))
                for one, other in zip(code, pixel, strict=True)
            ],
            axis=0,
        )
    best = min(ends, key=lambda name: ends[name][1] / ends[name][2])
    moved, in_code, in_pixels = ends[best]
    return (
        f"Walks that moved by {moved:.2f} end {in_code:.2f} from the nearest training image in the code, "
        f"{in_pixels:.2f} among pixels: {best}"
    )


def _columns(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return table["moved"], table["nearest"]
