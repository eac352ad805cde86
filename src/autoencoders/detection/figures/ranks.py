"""Detectors in every world, and the critical difference of their mean ranks."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from autoencoders.detection import ranks
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.heat_table import SHADES, fill_cells, heat_figure

PANEL, BAR = 2.2, 0.13  # inches: the panel of mean ranks, the room of a bar


def rank_table(table: pd.DataFrame) -> Figure:
    """Draw AUROC by detector and world, coloured by rank, with the mean ranks and their critical difference.

    Args:
        table: From `ranks.rank`.

    Returns:
        The table, the best mean rank on top; at its right mean ranks as dots, and bars that join detectors whose mean
        ranks lie less than the critical difference apart (Demšar 2006, figure 1, with the axis across the rows).
    """
    if ranks.shared(table).empty:
        figure, panels = style.new_figure(7, 1.5)
        panels[0, 0].set_axis_off()
        style.finish(figure, ranks.headline(table), "")
        return figure
    ranked, worlds, p = ranks.shared(table), ranks.by_world(table, ranks.RANK), ranks.chance(table)
    mean_ranks = ranked["mean_rank"].to_numpy()
    difference = None if p is None or p > ranks.ALPHA else ranks.critical_difference(*worlds.shape)
    runs = [] if difference is None else ranks.alike(mean_ranks, difference)
    areas = 100 * ranks.by_world(table, ranks.AUROC).assign(mean=ranked["mean_auroc"].to_numpy())
    shades = worlds.assign(mean=mean_ranks)
    bars = BAR * (len(runs) + 1)
    figure, panels = heat_figure(areas, right=0.1, panel=bars + PANEL)
    colours = ScalarMappable(Normalize(1, max(len(ranked), 2)), SHADES.reversed())
    cells = fill_cells(panels[0, 0], areas, shades, colours, "{:.1f}")
    for place in map(tuple, np.argwhere((shades == shades.min()).to_numpy())):
        cells[place].set_weight("bold")
    panels[0, 0].axvline(worlds.shape[1] - 0.5, color="white", linewidth=6)
    panels[0, 0].get_xticklabels()[-1].set_weight("bold")
    _draw_mean_ranks(panels[0, 1], mean_ranks, bars / PANEL)
    _draw_alike(panels[0, 1], runs, difference)
    style.finish(figure, ranks.headline(table), _note(worlds.shape[1], p, difference))
    return figure


def _draw_mean_ranks(axes: Axes, mean_ranks: np.ndarray, bars: float) -> None:
    """Draw mean ranks as dots, beside room for bars, as a share of the dots' own."""
    rows, width = np.arange(len(mean_ranks)), 1.2 * len(mean_ranks)
    axes.hlines(rows, 1, mean_ranks, color=style.GRID, linewidth=1)
    axes.plot(mean_ranks, rows, "o", color=style.BLUE, markersize=5)
    for row, value in enumerate(mean_ranks):
        place = {"xytext": (5, 0), "textcoords": "offset points", "va": "center"}
        axes.annotate(f"{value:.1f}", (value, row), size=style.SMALL_SIZE, color=style.INK, **place)
    axes.set_xlim(1 - bars * width, 1 + width)
    axes.set_xticks([])
    axes.tick_params(length=0, labelleft=False)
    axes.spines[:].set_visible(False)
    axes.grid(False)
    axes.text(1, -0.95, "mean rank", va="bottom", size=style.TEXT_SIZE, color=style.INK)


def _draw_alike(axes: Axes, runs: list[tuple[int, int]], difference: float | None) -> None:
    """Draw a bar beside the rows of each run, and how long the critical difference is."""
    if difference is None:
        return
    low = axes.get_xlim()[0]
    step = (1 - low) / (len(runs) + 1)
    for place, (first, last) in enumerate(runs):
        along = low + step * (place + 0.7)
        axes.plot([along, along], [first - 0.3, last + 0.3], color=style.INK, linewidth=3, solid_capstyle="butt")
    axes.plot([1, 1 + difference], [-0.72, -0.72], "|-", color=style.VERMILLION, linewidth=1.4, clip_on=False)


def _note(worlds: int, p: float | None, difference: float | None) -> str:
    note = (
        "Mean AUROC in percent over normal classes and seeds; the darker, the better its rank in the column, the best "
    )
    note += "bold."
    if p is None:
        return f"{note} {worlds} worlds, or the detectors in them, are too few to test mean ranks."
    if difference is None:
        return f"{note} Friedman's test does not tell the detectors apart (p = {p:.2g})."
    return (
        f"{note} Bars join detectors whose mean ranks lie less than the critical difference of {difference:.1f} apart, "
        f"the red line's length (Nemenyi, 5%; Friedman p = {p:.1g}). The test takes the worlds for independent, which "
        "those of the same images are not."
    )
