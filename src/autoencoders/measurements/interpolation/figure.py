"""Ways from code to code above cross-fades from image to image."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoencoders.data.finding import Finding, first_arrays, joined
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import BAND, PICTURES, draw_band, seeds_note
from autoencoders.reporting.figures.mosaic import Mosaic
from autoencoders.reporting.figures.tiles import alike


def interpolation_strips(findings: dict[str, list[Finding]]) -> Figure:
    """Draw ways between images and how far along them the nearest training image lies.

    Args:
        findings: By variant, one per seed, as `measure` returns them. What variants share is drawn once.

    Returns:
        Strips of pictures, and the distances below.
    """
    arrays, tables = first_arrays(findings), joined(findings)
    groups = alike({name: one["fades"] for name, one in arrays.items()})
    mosaic = _strips(arrays, groups)
    width, height = mosaic.inches(0.6 if len(mosaic.labels) <= 12 else 0.52)
    figure, panels = style.new_figure(max(width, 8) + 0.4, height + 4.7, 2, height_ratios=(height, 3.3))
    mosaic.draw(panels[0, 0])
    _draw_distances(panels[1, 0], tables, groups)
    table = next(iter(findings.values()))[0].table
    note = (
        f"Curves: distance over {table['pairs'][0]} pairs of test images, nearest of {table['nearest_of'][0]} training "
        "images; intensities in [0, 1]; blur alone shortens it, so compare with the ends. Strips: decoded from the "
        "code alone, above the cross-fade of the originals. "
    )
    style.finish(figure, _finding(tables), note + seeds_note(findings, BAND, PICTURES))
    return figure


def _strips(arrays: dict[str, dict[str, np.ndarray]], groups: list[list[str]]) -> Mosaic:
    """Return the strips, pair by pair, of variants that share their pairs."""
    rows, headers = [], {}  # label, (steps, C, H, W)
    for names in groups:
        for pair, ends in enumerate(arrays[names[0]]["labels"]):
            headers[len(rows), 0] = f"from {ends[0]} to {ends[1]}"
            rows += [(style.wrapped(name, 20), arrays[name]["codes"][pair]) for name in names]
            rows.append(("cross-fade", arrays[names[0]]["fades"][pair]))
    return Mosaic(np.stack([images for _, images in rows]), [label for label, _ in rows], headers=headers)


def _draw_distances(axes: Axes, tables: dict[str, pd.DataFrame], groups: list[list[str]]) -> None:
    """Draw the distance from the nearest training image along the ways."""
    styles = {name: style.series(index) for index, name in enumerate(tables)}
    for name, table in tables.items():
        draw_band(axes, table, "share", "code_distance", styles[name] | {"label": style.wrapped(name, 24)})
    for name, *_ in groups:
        label = "cross-fade" if len(groups) == 1 else f"cross-fade, {name}"
        look = {"color": style.BLACK if len(groups) == 1 else styles[name]["color"], "linestyle": style.DASHED}
        draw_band(axes, tables[name], "share", "fade_distance", look | {"label": style.wrapped(label, 24)})
    title = "Distance from the nearest training image"
    style.set_labels(axes, title, "share of the way", "root mean squared difference")
    style.put_legend_right(axes)


def _finding(tables: dict[str, pd.DataFrame]) -> str:
    """Compare the distances half-way."""
    columns = ("code_distance", "fade_distance")
    means = {name: table.groupby("share")[list(columns)].mean() for name, table in tables.items()}
    half = {name: [np.interp(0.5, mean.index, mean[column]) for column in columns] for name, mean in means.items()}
    best = min(half, key=half.__getitem__)
    code, fade = half[best]
    return f"Half-way, decoded codes lie {code:.3f} from the nearest training image, cross-fades {fade:.3f}: {best}"
