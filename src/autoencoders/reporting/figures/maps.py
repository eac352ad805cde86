"""Points in a plane, coloured by class."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from autoencoders.reporting.figures import style

# Tol (2021), "Colour schemes", the qualitative scheme "muted" and grey: ten that all eyes tell apart best.
CLASS_COLOURS = "#332288 #88CCEE #117733 #DDCC77 #CC6677 #AA4499 #44AA99 #999933 #882255 #888888".split()
CLASS_MARKERS = ("o", "^", "s", "D", "v")


def class_maps(
    maps: dict[str, dict[str, np.ndarray]],
    titles: dict[str, str],
    labels: dict[str, tuple[str, str]] | None,
    finding: str,
    note: str,
) -> Figure:
    """Draw every variant's points, with each class's label at the median of its points.

    Args:
        maps: Points (n, 2) and the labels (n,) of their classes, by variant.
        titles: Texts above the panels, by variant.
        labels: Names of the two axes, by variant; None: axes without meaning, not drawn.
        finding: Headline.
        note: How to read the panels.
    """
    classes = np.unique(np.concatenate([arrays["labels"] for arrays in maps.values()]))
    most = 2 if len(maps) in (2, 4) else 3
    side = (5.4, 4.2, 3.5)[min(len(maps), most) - 1]
    figure, panels = style.panel_grid(len(maps), most, (side, side), room=(1.1, 1.0))
    for axes, (name, arrays) in zip(panels.flat, maps.items(), strict=False):
        _draw_points(axes, arrays["points"], arrays["labels"], classes)
        style.set_labels(axes, titles[name], *(labels[name] if labels else ()))
        if not labels:
            axes.set(xticks=[], yticks=[], aspect="equal", adjustable="datalim")
            axes.spines[:].set_visible(False)
    handles = [
        Line2D([], [], linestyle="", markersize=7, label=str(label), **_style(index))
        for index, label in enumerate(classes)
    ]
    style.put_legend_right(panels[0, -1], handles, "class")
    style.finish(figure, finding, note)
    return figure


def _style(index: int) -> dict[str, str]:
    cycle, place = divmod(index, len(CLASS_COLOURS))
    return {"color": CLASS_COLOURS[place], "marker": CLASS_MARKERS[cycle % len(CLASS_MARKERS)]}


def _draw_points(axes: Axes, points: np.ndarray, members: np.ndarray, classes: np.ndarray) -> None:
    """Draw the points in a random order, lest the last class cover the others, one marker at a time."""
    order = np.random.default_rng(0).permutation(len(points))
    points, members = points[order], members[order]
    place = np.searchsorted(classes, members)
    size = float(np.clip(25000 / len(points), 3, 18))
    for cycle in np.unique(place // len(CLASS_COLOURS)):
        here = place // len(CLASS_COLOURS) == cycle
        colours = np.array(CLASS_COLOURS)[place[here] % len(CLASS_COLOURS)]
        marker = _style(cycle * len(CLASS_COLOURS))["marker"]
        axes.scatter(*points[here].T, s=size, c=colours, marker=marker, alpha=0.6, linewidths=0, rasterized=True)
    outline = [withStroke(linewidth=3, foreground="white")]
    look = {"size": 13, "weight": "bold", "color": style.INK, "path_effects": outline, "in_layout": False}
    for label in np.unique(members):
        axes.text(*np.median(points[members == label], axis=0), str(label), ha="center", va="center", **look)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_locator(MaxNLocator(5))
