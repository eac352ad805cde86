"""The one look of all figures, by explicit arguments: no pyplot and no global settings."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from matplotlib.transforms import ScaledTranslation

# Okabe and Ito (2008), "Color universal design", without yellow, which a light background swallows; then three of
# Tol's "muted" (2021), so that ten classes have ten colours.
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY_BLUE, BLACK = "#E69F00", "#56B4E9", "#000000"
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY_BLUE, BLACK, "#882255", "#999933", "#999999")
MARKERS = ("", "o", "s", "^")
INK, FAINT_INK, GRID = "#222222", "#666666", "#E4E4E4"
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 13, 10, 9
DASHED, DOTTED = (0, (4, 2)), (0, (1, 1.5))  # line styles
LEAST_WIDTH = 7  # inches, for headlines
RIDGE = 0.86  # of a row's height: the highest curve that stands on a row


def new_figure(
    width: float, height: float, rows: int = 1, columns: int = 1, **sharing: Any
) -> tuple[Figure, np.ndarray]:
    """Return an empty figure in the house style and its axes.

    Args:
        width: Inches; narrow figures are widened to `LEAST_WIDTH`.
        height: Inches.
        rows: Rows of panels.
        columns: Columns of panels.
        **sharing: Arguments of `Figure.subplots`: `sharex`, `sharey`, `width_ratios`, `height_ratios`.

    Returns:
        The figure and its axes, an array of shape (rows, columns).
    """
    figure = Figure(figsize=(max(width, LEAST_WIDTH), height), facecolor="white", layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)
    panels = figure.subplots(rows, columns, squeeze=False, **sharing)
    for axes in panels.flat:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set(color=FAINT_INK, linewidth=0.6)
        axes.tick_params(labelsize=SMALL_SIZE, labelcolor=INK, color=FAINT_INK, length=3, width=0.6)
        axes.grid(color=GRID, linewidth=0.6)
        axes.set_axisbelow(True)
    return figure, panels


def panel_grid(
    count: int, most: int, size: tuple[float, float], room: tuple[float, float] = (0.0, 1.0), **sharing: Any
) -> tuple[Figure, np.ndarray]:
    """Return a figure with panels of one size, of which the last places in the grid may be hidden.

    Args:
        count: Panels to be seen.
        most: Panels in one row at most.
        size: Width and height of a panel in inches.
        room: Width and height in inches beside and above all panels.
        **sharing: Arguments of `Figure.subplots`.

    Returns:
        The figure and its axes, an array of shape (rows, columns).
    """
    columns = min(count, most)
    rows = -(-count // columns)
    figure, panels = new_figure(columns * size[0] + room[0], rows * size[1] + room[1], rows, columns, **sharing)
    for axes in panels.flat[count:]:
        axes.set_visible(False)
    for axes in panels.flat[max(count - columns, 0) : count]:
        axes.tick_params(labelbottom=True)  # even where axes are shared and hidden ones stand below
    return figure, panels


def finish(figure: Figure, finding: str, note: str) -> None:
    """Write the finding above the panels and how to read them below, wrapped to the width; then lay all out.

    Names in them may hold any character: two dollars do not begin a formula. Call it last: the layout is settled here,
    once, where saving would otherwise draw the figure twice.
    """
    width = figure.get_figwidth()
    headline, note = textwrap.fill(finding, int(width / 0.118)), textwrap.fill(note, int(width / 0.078))
    figure.suptitle(headline, x=0.01, ha="left", size=TITLE_SIZE, weight="bold", color=INK, parse_math=False)
    figure.supxlabel(note, x=0.01, ha="left", size=SMALL_SIZE, color=FAINT_INK, parse_math=False)
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine(None)


def set_labels(axes: Axes, title: str = "", x: str = "", y: str = "") -> None:
    """Label a panel: title at its left edge, then the two axes."""
    axes.set_title(title, loc="left", size=TEXT_SIZE, color=INK)
    axes.set_xlabel(x, size=TEXT_SIZE, color=INK)
    axes.set_ylabel(y, size=TEXT_SIZE, color=INK)


def name_rows(axes: Axes, names: Sequence[str], texts: Sequence[str] = (), header: str = "", color: str = INK) -> None:
    """Name the rows of a panel at its left, the first on top, and write texts at their right, below a header."""
    axes.set_yticks(range(len(names)), names, fontsize=TEXT_SIZE)
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    for row, text in enumerate(texts):
        place = {"transform": axes.get_yaxis_transform(), "va": "center"}
        axes.text(1.02, row, text, size=SMALL_SIZE, color=color, **place)
    if header:
        axes.text(1.02, 1.0, header, transform=axes.transAxes, va="bottom", size=SMALL_SIZE, color=FAINT_INK)


def stack_rows(axes: Axes, names: Sequence[str], texts: Sequence[str] = (), header: str = "") -> None:
    """Make the rows of a panel lines to draw curves on, up to `RIDGE` high (upwards: smaller numbers)."""
    name_rows(axes, [wrapped(name) for name in names], texts, header)
    axes.set_ylim(len(names) - 0.9, -RIDGE - 0.06)
    axes.spines["left"].set_visible(False)
    for row in range(len(names)):
        axes.axhline(row, color=FAINT_INK, linewidth=0.8, zorder=2.5)


def put_legend_right(axes: Axes, handles: Sequence[Artist] | None = None, title: str = "") -> None:
    """List handles, or all that is labelled in a panel, at its right, below the headline."""
    legend = axes.legend(
        handles=handles,
        title=title,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.03),
        borderaxespad=0,
        frameon=False,
        fontsize=SMALL_SIZE,
        title_fontsize=SMALL_SIZE,
        alignment="left",
    )
    legend.get_title().set_color(FAINT_INK)


def put_legend_below(axes: Axes, columns: int, handles: Sequence[Artist] | None = None) -> None:
    """List handles, or all that is labelled in a panel, below the name of its horizontal axis."""
    below = axes.transAxes + ScaledTranslation(0, -0.45, axes.figure.dpi_scale_trans)
    place = {"loc": "upper left", "bbox_to_anchor": (0, 0), "bbox_transform": below, "borderpad": 0}
    axes.legend(handles=handles, ncols=columns, columnspacing=1, frameon=False, fontsize=SMALL_SIZE, **place)


def put_colour_scale(
    axes: Axes, colours: ScalarMappable, size: tuple[float, float] = (0.03, 1), **settings: Any
) -> Colorbar:
    """Draw a colour scale at the right of a panel, from its top down; the size is in shares of the panel's."""
    width, height = size
    scale = axes.figure.colorbar(colours, cax=axes.inset_axes((1 + width, 1 - height, width, height)), **settings)
    scale.outline.set_visible(False)
    scale.ax.tick_params(labelsize=SMALL_SIZE, length=0)
    return scale


def series(index: int) -> dict[str, Any]:
    """Return the line arguments of series `index`: a colour, and from the eleventh on a marker too."""
    cycle, place = divmod(index, len(PALETTE))
    return {
        "color": PALETTE[place],
        "marker": MARKERS[cycle % len(MARKERS)],
        "markevery": (0.02 + 0.01 * place, 0.12),
        "markersize": 4,
    }


def set_log(axes: Axes, *names: str) -> str:
    """Make the axes named, "x" or "y", logarithmic if they show anything above 0; return the scale of the last.

    Ticks are plain numbers (0.02, 0.05, 0.1), few enough not to collide.
    """
    for name in names:
        axis, least = (axes.xaxis, axes.dataLim.minposx) if name == "x" else (axes.yaxis, axes.dataLim.minposy)
        if np.isfinite(least):
            axes.set(**{f"{name}scale": "log"})
            low, high = axis.get_view_interval()
            decades = np.log10(high / low)
            steps = (1, 1.5, 2, 3, 5, 7) if decades < 1.1 else (1, 2, 5) if decades < 2.5 else (1,)
            axis.set_major_locator(MaxNLocator(5) if decades < 0.7 else LogLocator(subs=steps, numticks=8))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axis.set_minor_locator(NullLocator())
    return axis.get_scale()


def wrapped(name: str, width: int = 26) -> str:
    """Break a long name into lines, after underscores, dots and slashes where it has no spaces."""
    breakable = name.replace("_", "_\u200b").replace(".", ".\u200b").replace("/", "/\u200b")
    lines, line = [], ""
    for piece in breakable.replace(" ", " \u200b").split("\u200b"):
        if line and len(line) + len(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return "\n".join([*lines, line.rstrip()])
