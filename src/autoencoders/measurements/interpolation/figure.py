"""Ways from code to code above cross-fades from image to image."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoencoders.reporting.figures.bands import draw_band, seeds_note
from autoencoders.reporting.figures.mosaic import Mosaic
from autoencoders.reporting.figures.style import finish, new_figure, put_legend_right, series_style, set_labels, wrapped

FADE = {"color": "#000000", "linestyle": (0, (4, 2))}


def interpolation_strips(
    codes: dict[str, np.ndarray],
    fades: dict[str, np.ndarray],
    labels: dict[str, np.ndarray],
    tables: dict[str, list[pd.DataFrame]],
) -> Figure:
    """Draw ways between images and how far along them the nearest training image lies.

    Args:
        codes: Per variant images decoded along straight ways between codes, (pairs, steps, C, H, W) in [0, 1].
        fades: Per variant the cross-fades between the same images, shaped likewise; drawn once where all are alike.
        labels: Per variant the labels (pairs, 2) of the images at both ends.
        tables: Per variant and seed: `share` of the way, `code_distance`, `fade_distance`, `pairs`, `nearest_of`.

    Returns:
        Strips of pictures, left, and the distances, right.
    """
    first = next(iter(fades.values()))
    alike = all(np.array_equal(images, first) for images in fades.values())
    mosaic = _strips(codes, fades, labels, alike)
    rows, side = len(mosaic.pictures), 0.6
    width, height = mosaic.label_width + 0.3 + side * mosaic.size[0], side * mosaic.size[1]
    if rows > 12:
        width, height = width - 0.15 * mosaic.size[0], 0.75 * height
    figure, panels = new_figure(width + 6.4, max(1.3 + height, 5.0), columns=2, width_ratios=[width, 6.2])
    mosaic.draw(panels[0, 0])
    _draw_distances(panels[0, 1], tables, alike)
    table = next(iter(tables.values()))[0]
    note = (
        f"Curves: mean over {table['pairs'][0]} pairs of test images, nearest of {table['nearest_of'][0]} training "
        "images; intensities in [0, 1]; blur alone shortens it, so compare with the ends. Strips: decoded from the "
        "code alone, above the cross-fade of the originals. "
    )
    finish(figure, _finding(tables), note + seeds_note(max(map(len, tables.values())), "strips"))
    return figure


def _strips(
    codes: dict[str, np.ndarray], fades: dict[str, np.ndarray], labels: dict[str, np.ndarray], alike: bool
) -> Mosaic:
    """Return the strips, pair by pair; of variants whose pairs differ, variant by variant."""
    groups = [tuple(codes)] if alike else [(name,) for name in codes]
    rows, headers = [], {}  # label, (steps, C, H, W)
    for names in groups:
        for pair, ends in enumerate(labels[names[0]]):
            headers[(len(rows), 0)] = f"from {ends[0]} to {ends[1]}"
            rows += [(wrapped(name, 20), codes[name][pair]) for name in names]
            rows.append(("cross-fade", fades[names[0]][pair]))
    return Mosaic(np.stack([images for _, images in rows]), [label for label, _ in rows], [()] * len(rows), headers)


def _draw_distances(axes: Axes, tables: dict[str, list[pd.DataFrame]], alike: bool) -> None:
    """Draw the distance from the nearest training image along the ways."""
    for index, (name, seeds) in enumerate(tables.items()):
        draw_band(axes, seeds, "share", "code_distance", series_style(index) | {"label": wrapped(name, 24)})
    for index, (name, seeds) in enumerate(list(tables.items())[: 1 if alike else None]):
        label = "cross-fade" if alike else f"cross-fade, {name}"
        style = FADE if alike else FADE | {"color": series_style(index)["color"]}
        draw_band(axes, seeds, "share", "fade_distance", style | {"label": wrapped(label, 24)})
    set_labels(axes, "Distance from the nearest training image", "share of the way", "root mean squared difference")
    put_legend_right(axes, axes.lines)
    axes.set_box_aspect(1)
    axes.set_anchor("NW")


def _finding(tables: dict[str, list[pd.DataFrame]]) -> str:
    """Compare the distances half-way."""
    half = {
        name: np.mean([np.interp(0.5, table["share"], table["code_distance"]) for table in seeds])
        for name, seeds in tables.items()
    }
    best = min(half, key=half.__getitem__)
    fade = np.mean([np.interp(0.5, table["share"], table["fade_distance"]) for table in tables[best]])
    return (
        f"Half-way, decoded codes lie {half[best]:.3f} from the nearest training image, cross-fades {fade:.3f}: {best}"
    )
