"""What detectors cost beside how well they detect."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from autoencoders.reporting.figures import style

CHEAP = 2.0  # minutes of training: the best detector within them is named beside the best of all
PERFECT = 1e-4  # distance of AUROC to 1 that is drawn for less
ROW, LEAST = 0.27, 10  # of the list: inches, and how many rows there is room for at least
UNITS = {3600: "h", 60: "min", 1: "s", 1e-3: "ms", 1e-6: "µs"}  # by seconds
COLUMNS = {"AUROC, %": 0.56, "training": 0.77, "an image": 0.97}  # right edges, as shares of the list's width


def cost_and_quality(table: pd.DataFrame) -> Figure:
    """Draw mean AUROC over the processor time of training and of scoring, and list both.

    Args:
        table: From `cost.beside_quality`.

    Returns:
        Two panels of numbered dots, logarithmic towards an AUROC of 1, and the list of their names. Filled dots are
        Pareto-optimal in their panel, and a line runs along them.
    """
    figure, panels = style.new_figure(13.5, 1.9 + ROW * max(len(table), LEAST), 1, 3, width_ratios=[4, 4, 4.6])
    training, scoring, names = panels[0]
    _draw_panel(training, 60 * table["training_minutes"], table, "training_optimal")
    _draw_panel(scoring, 1e-6 * table["microseconds"], table, "scoring_optimal")
    style.set_labels(training, "Training on all normal classes", "processor time (log scale)", "mean AUROC")
    style.set_labels(scoring, "Scoring an image", "processor time (log scale)")
    scoring.tick_params(labelleft=False)
    _list_names(names, table)
    note = (
        "Processor time of one seed where it ran: of all epochs with their validation, and of what scores gather of "
        "training images; of scoring by the anomaly score alone, with all its views. An ensemble costs what its "
        "members do, each counted once. Filled: Pareto-optimal, none is as good and cheaper, or as cheap and better."
    )
    style.finish(figure, _finding(table), note)
    return figure


def _draw_panel(axes: Axes, seconds: pd.Series, table: pd.DataFrame, optimal: str) -> None:
    """Draw a numbered dot for each detector, and a line along the optimal ones."""
    distance = (1 - table["auroc"]).clip(lower=PERFECT)
    front = seconds[table[optimal]].sort_values().index
    axes.step(seconds[front], distance[front], where="post", color=style.BLUE, linewidth=1.2, alpha=0.6, zorder=1)
    for number, (place, row) in enumerate(table.iterrows(), start=1):
        edge, face, ink = (style.BLUE, style.BLUE, "white") if row[optimal] else (style.FAINT_INK, "white", style.INK)
        dot = {"markersize": 13, "markeredgecolor": edge, "markerfacecolor": face}
        axes.plot(seconds[place], distance[place], "o", zorder=3, **dot)
        look = {"ha": "center", "va": "center_baseline", "size": style.SMALL_SIZE - 1, "color": ink}
        axes.text(seconds[place], distance[place], str(number), zorder=4, **look)
    axes.margins(0.12)
    style.set_log(axes, "x", "y")
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: duration(value)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * (1 - value):.4g}%"))


def _list_names(axes: Axes, table: pd.DataFrame) -> None:
    """List what the numbers stand for, the best first, with both costs; bold what is optimal in a panel."""
    axes.set(xlim=(0, 1), ylim=(max(len(table), LEAST) + 0.2, -0.8))
    axes.axis("off")
    for header, right in COLUMNS.items():
        axes.text(right, -0.3, header, ha="right", size=style.SMALL_SIZE, color=style.FAINT_INK)
    for number, row in enumerate(table.itertuples(), start=1):
        weight = "bold" if row.training_optimal or row.scoring_optimal else "normal"
        look = {"va": "center", "size": style.SMALL_SIZE, "color": style.INK}
        axes.text(0.0, number - 0.3, f"{number}  {row.detector}", weight=weight, **look)
        texts = (f"{100 * row.auroc:.2f}", duration(60 * row.training_minutes), duration(1e-6 * row.microseconds))
        for text, right in zip(texts, COLUMNS.values(), strict=True):
            axes.text(right, number - 0.3, text, ha="right", **look)


def duration(seconds: float) -> str:
    """Print a time to two digits, in the unit that fits: 2.1 µs, 10 ms, 4 s, 12 min, 1.5 h."""
    factor, unit = next((factor, unit) for factor, unit in UNITS.items() if seconds >= factor or unit == "µs")
    number = seconds / factor
    return f"{number:,.0f} {unit}" if number >= 9.95 else f"{number:.2g} {unit}"


def _finding(table: pd.DataFrame) -> str:
    """Name the best detector, and the best of those that train within `CHEAP` minutes."""
    best, cheap = table.iloc[0], table[table["training_minutes"] < CHEAP]
    took = duration(60 * best["training_minutes"])
    said = f"Best: {best['detector']}, mean AUROC {best['auroc']:.2%} in {took} of processor time"
    if best["training_minutes"] < CHEAP or cheap.empty:
        return said
    second = cheap.iloc[0]
    return f"{said}; in under {CHEAP:g} min: {second['detector']}, {second['auroc']:.2%}"
