"""Learning curves: loss by iteration and by epoch."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoencoders.reporting.best import best, left_out
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import BAND, draw_band, seeds_note

BINS = 150  # points drawn per curve at most: what a panel resolves


def loss_curves(histories: dict[str, list[pd.DataFrame]], iterations: dict[str, list[pd.DataFrame]]) -> Figure:
    """Draw how the loss of each variant fell.

    Args:
        histories: Per variant one table per seed: `epoch` (rising), `train_loss`, `validation_mse`.
        iterations: Per variant one table per seed: `iteration`, `train_loss`.

    Returns:
        Loss by iteration (left) and by epoch (right), each the mean over seeds in a band from the lowest to
        the highest seed, of the best 40. The legend is sorted by final validation MSE, which the title names the best
        of.
    """
    last = {name: [history["validation_mse"].iloc[-1] for history in seeds] for name, seeds in histories.items()}
    final = best(pd.Series({name: float(np.mean(errors)) for name, errors in last.items()}))
    styles = {name: {"linewidth": 1.4} | style.series(index) for index, name in enumerate(final.index)}
    final = final.sort_values()
    labels = {name: f"{mse:.3g}  {style.wrapped(name, 22)}" for name, mse in final.items()}
    lines = sum(label.count("\n") + 1 for label in labels.values())
    figure, panels = style.new_figure(11, max(4.8, 1.8 + 0.2 * lines), columns=2)
    left, right = panels[0]
    _draw_iterations(left, {name: iterations[name] for name in styles}, styles)
    for name, label in labels.items():
        seeds = pd.concat(histories[name])
        draw_band(right, seeds, "epoch", "train_loss", styles[name] | {"label": label})
        draw_band(right, seeds, "epoch", "validation_mse", styles[name] | {"linestyle": style.DASHED})
    style.set_labels(right, "Solid: train loss; dashed: validation MSE", "epoch", "loss (log scale)")
    style.set_log(right, "y")
    right.xaxis.get_major_locator().set_params(integer=True)
    style.put_legend_right(right, title="Final validation MSE")
    note = seeds_note(histories, BAND) + left_out(len(histories))
    style.finish(figure, f"Best final validation MSE {final.iloc[0]:.3g}: {final.index[0]}", note)
    return figure


def _draw_iterations(axes: Axes, iterations: dict[str, list[pd.DataFrame]], styles: dict[str, dict[str, Any]]) -> None:
    """Draw train loss by iteration on two logarithmic axes."""
    last = max(int(table["iteration"].max()) for seeds in iterations.values() for table in seeds)
    edges = np.unique(np.geomspace(1, last + 1, BINS + 1).astype(int))
    for name, seeds in iterations.items():
        averaged = pd.concat([_averaged(table, edges) for table in seeds])
        draw_band(axes, averaged, "iteration", "train_loss", styles[name])
    widest = int(np.diff(edges).max())
    smoothing = f", mean of up to {widest} neighbours" if widest > 1 else ""
    style.set_labels(axes, "Train loss", f"iteration (log scale{smoothing})", "loss (log scale)")
    style.set_log(axes, "x", "y")


def _averaged(table: pd.DataFrame, edges: np.ndarray) -> pd.DataFrame:
    """Average iteration and loss between log-spaced edges: early steps stay single, late ones merge."""
    steps = table[["iteration", "train_loss"]].assign(iteration=table["iteration"].clip(lower=1))
    return steps.groupby(np.searchsorted(edges, steps["iteration"], side="right")).mean()
