"""A table whose cells are coloured, with room beside it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.text import Text

from autoencoders.reporting.figures import style

SHADES = LinearSegmentedColormap.from_list("shades", ["#F7FAFC", "#9CC7E2", "#0A4F80"])
DARK = 0.55  # luminance below which ink is white
CELL, ROW, LETTER = 0.62, 0.3, 0.078  # inches: a column at least, a row, a letter of a name

Cells = dict[tuple[int, int], Text]  # by row and column


def draw_heat_table(
    table: pd.DataFrame, cmap: Colormap, norm: Normalize, form: str, right: float
) -> tuple[Figure, Axes, Cells]:
    """Draw a table whose cells are coloured by their values, with `right` inches beside it; see `fill_cells`."""
    figure, panels = heat_figure(table, right)
    return figure, panels[0, 0], fill_cells(panels[0, 0], table, table, ScalarMappable(norm, cmap), form)


def heat_figure(table: pd.DataFrame, right: float, panel: float = 0.0) -> tuple[Figure, np.ndarray]:
    """Return a figure that is wide and high enough for a table with wrapped names, and its axes (1, 1) or (1, 2).

    Args:
        table: What it is to show.
        right: Inches left free at the right.
        panel: Inches of a second panel with the same rows, beside the table; none: there is none.
    """
    labels, headers = _names(table)
    longest, widest = (max(len(line) for name in names for line in name.split("\n")) for names in (labels, headers))
    lines = sum(1 + 0.55 * label.count("\n") for label in labels)
    height = 1.45 + 0.17 * max(header.count("\n") for header in headers) + ROW * lines
    widths = [max(CELL, LETTER * widest) * len(headers), *([panel] if panel else [])]
    size = LETTER * longest + sum(widths) + right + 0.4, max(height, 2.6)
    return style.new_figure(*size, 1, len(widths), width_ratios=widths, sharey=True)


def fill_cells(axes: Axes, table: pd.DataFrame, shades: pd.DataFrame, colours: ScalarMappable, form: str) -> Cells:
    """Colour each cell and write its value, light on dark; a dash for none, nothing in a row without a name.

    Args:
        axes: Panel to draw in.
        table: Values to write.
        shades: Values to colour the cells by.
        colours: Their colours.
        form: Format of a value.
    """
    labels, headers = _names(table)
    edges = np.arange(len(headers) + 1) - 0.5, np.arange(len(labels) + 1) - 0.5
    look = {"cmap": colours.cmap, "norm": colours.norm, "edgecolors": "white", "linewidth": 1}
    axes.pcolormesh(*edges, np.ma.masked_invalid(shades), **look)
    cells = {}
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        text, color = form.format(value), _ink(colours.to_rgba(shades.iat[row, column]))
        if np.isnan(value):
            text, color = "–" if labels[row] else "", style.FAINT_INK
        cells[row, column] = axes.text(column, row, text, color=color, ha="center", va="center", size=style.SMALL_SIZE)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), labels, fontsize=style.TEXT_SIZE, parse_math=False)
    axes.set_xticks(range(len(headers)), headers, fontsize=style.TEXT_SIZE, parse_math=False)
    axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
    axes.grid(False)
    return cells


def _names(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the names of rows and of columns, in lines that fit."""
    labels = [style.wrapped(str(name), 36) for name in table.index]
    return labels, [style.wrapped(str(name), 8) for name in table.columns]


def _ink(color: tuple[float, float, float, float]) -> str:
    """Return the ink that is legible on a colour, by its luminance (ITU-R BT.709)."""
    return "white" if np.dot(color[:3], (0.2126, 0.7152, 0.0722)) < DARK else style.INK
