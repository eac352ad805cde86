"""Learning curves: loss by iteration and by epoch."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from autoencoders.reporting.figures.style import (
    finish,
    new_figure,
    put_legend_right,
    series_style,
    set_labels,
    set_plain_log_ticks,
    wrapped,
)

BINS = 150  # points drawn per curve at most: what a panel resolves


def loss_curves(
    histories: dict[str, list[pd.DataFrame]],
    iterations: dict[str, list[pd.DataFrame]] | None,
) -> Figure:
    """Draw how the loss of each variant fell.

    Args:
        histories: Per variant one table a seed: `epoch` (1..E), `train_loss`, `validation_mse`.
        iterations: Per variant one table a seed: `iteration`, `train_loss`; None leaves that panel out.

    Returns:
        Loss by iteration (left) and by epoch (right), each the mean over seeds in a band from the lowest to
        the highest seed. The legend is sorted by final validation MSE, which the title names the best of.
    """
    final = pd.Series({name: _final_mse(seeds) for name, seeds in histories.items()}).sort_values()
    styles = {name: series_style(index) for index, name in enumerate(histories)}
    handles = _legend_handles(final, styles)
    lines = sum(handle.get_label().count("\n") + 1 for handle in handles)
    width, columns = (11, 2) if iterations else (8, 1)
    figure, panels = new_figure(width, max(4.8, 1.8 + 0.2 * lines), columns=columns)
    if iterations:
        _draw_iterations(panels[0, 0], iterations, styles)
    _draw_epochs(panels[0, -1], histories, styles)
    put_legend_right(panels[0, -1], handles, "Final validation MSE")
    seeds = max(len(tables) for tables in histories.values())
    finish(
        figure,
        f"Best final validation MSE {final.iloc[0]:.3g}: {final.index[0]}",
        f"Line: mean over {seeds} seeds; band: lowest to highest." if seeds > 1 else "One seed a variant.",
    )
    return figure


def _final_mse(seeds: list[pd.DataFrame]) -> float:
    """Return the mean over seeds of the last epoch's validation MSE."""
    return float(np.mean([history["validation_mse"].iloc[-1] for history in seeds]))


def _draw_iterations(axes: Axes, iterations: dict[str, list[pd.DataFrame]], styles: dict[str, dict[str, Any]]) -> None:
    """Draw train loss by iteration on two logarithmic axes."""
    last = max(int(table["iteration"].max()) for seeds in iterations.values() for table in seeds)
    edges = np.unique(np.geomspace(1, last + 1, BINS + 1).astype(int))
    for name, seeds in iterations.items():
        averaged = [_averaged(table, edges) for table in seeds]
        _draw_band(axes, averaged, "iteration", "train_loss", styles[name])
    widest = int(np.diff(edges).max())
    smoothing = f", mean of up to {widest} neighbours" if widest > 1 else ""
    set_labels(axes, "Train loss", f"iteration (log scale{smoothing})", "loss (log scale)")
    axes.set(xscale="log", yscale="log")
    set_plain_log_ticks(axes.xaxis)
    set_plain_log_ticks(axes.yaxis)


def _averaged(table: pd.DataFrame, edges: np.ndarray) -> pd.DataFrame:
    """Average iteration and loss between log-spaced edges: early steps stay single, late ones merge."""
    steps = table[["iteration", "train_loss"]].assign(iteration=table["iteration"].clip(lower=1))
    return steps.groupby(np.searchsorted(edges, steps["iteration"], side="right")).mean()


def _draw_epochs(axes: Axes, histories: dict[str, list[pd.DataFrame]], styles: dict[str, dict[str, Any]]) -> None:
    """Draw train loss (solid) and validation MSE (dashed) by epoch."""
    for name, seeds in histories.items():
        _draw_band(axes, seeds, "epoch", "train_loss", styles[name])
        _draw_band(axes, seeds, "epoch", "validation_mse", styles[name] | {"linestyle": (0, (4, 2))})
    set_labels(axes, "Solid: train loss; dashed: validation MSE", "epoch", "loss (log scale)")
    axes.set_yscale("log")
    axes.xaxis.get_major_locator().set_params(integer=True)
    set_plain_log_ticks(axes.yaxis)


def _draw_band(axes: Axes, seeds: list[pd.DataFrame], x: str, y: str, style: dict[str, Any]) -> None:
    """Draw the mean of column `y` over seeds and the range from the lowest to the highest seed."""
    over_seeds = pd.concat(seeds).groupby(x)[y].agg(["mean", "min", "max"])
    if len(seeds) > 1:
        low, high = over_seeds["min"], over_seeds["max"]
        axes.fill_between(over_seeds.index, low, high, color=style["color"], alpha=0.18, linewidth=0)
    axes.plot(over_seeds.index, over_seeds["mean"], linewidth=1.4, **style)


def _legend_handles(final: pd.Series, styles: dict[str, dict[str, Any]]) -> list[Line2D]:
    """Return one labelled line a variant, lowest final validation MSE first."""
    solid = {"linewidth": 2, "markevery": None}
    labels = {name: f"{mse:.3g}  {wrapped(name, 22)}" for name, mse in final.items()}
    return [Line2D([], [], label=label, **(styles[name] | solid)) for name, label in labels.items()]
