"""Anomaly scores of normal images beside those of anomalies."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from autoencoders.evaluation.metrics import auroc
from autoencoders.reporting.figures.style import (
    BLUE,
    VERMILLION,
    finish,
    new_figure,
    put_legend_right,
    set_labels,
    set_plain_log_ticks,
    wrapped,
)


def score_histograms(scores: dict[str, pd.DataFrame]) -> Figure:
    """Draw the test scores of normal images against those of anomalies, one panel a normal class.

    Args:
        scores: Per normal class (1 to 10) one row a test image: `anomaly_score`, `is_anomaly` (bool).

    Returns:
        Histograms whose bins are the same in every panel and for both groups, evenly spaced, or log-spaced
        where the scores span more than a factor of 30. Heights are shares of the group.
    """
    areas = {name: auroc(table["anomaly_score"], table["is_anomaly"]) for name, table in scores.items()}
    everything = np.concatenate([table["anomaly_score"] for table in scores.values()])
    edges, scale = _bin_edges(everything, images=len(everything) // len(scores))
    columns = min(len(scores), 5)
    rows = -(-len(scores) // columns)
    width, height = max(2.4 * columns, 9), 1.3 + (1.9 if columns > 2 else 3) * rows
    figure, panels = new_figure(width, height, rows, columns, sharex=True, sharey=True)
    for axes, (name, table) in zip(panels.flat, scores.items(), strict=False):
        _draw_histogram(axes, table, edges)
        set_labels(axes, f"{wrapped(name, 16)}  AUROC {areas[name]:.3f}")
    _finish_panels(panels, len(scores), scale)
    note = f"Share of each group's images by anomaly score ({scale} scale); same bins in all panels."
    finish(figure, _finding(scores, areas), note)
    return figure


def _finding(scores: dict[str, pd.DataFrame], areas: dict[str, float]) -> str:
    """State the mean AUROC over the classes and how many images it rests on."""
    sizes = {len(table) for table in scores.values()}
    n = " to ".join(f"{size}" for size in sorted({min(sizes), max(sizes)}))
    if len(scores) == 1:
        (name,) = scores
        return f"AUROC {areas[name]:.3f}, normal class {name}, n = {n} test images"
    mean = np.mean(list(areas.values()))
    return f"Mean AUROC {mean:.3f} over {len(scores)} normal classes, n = {n} test images each"


def _bin_edges(values: np.ndarray, images: int) -> tuple[np.ndarray, str]:
    """Return histogram edges over all values and the scale, "log" or "linear", that they are even on."""
    low, high = float(values.min()), float(values.max())
    bins = int(np.clip(np.sqrt(images), 12, 40))
    if low > 0 and high > 30 * low:
        return np.geomspace(low * (1 - 1e-9), high * (1 + 1e-9), bins + 1), "log"
    return np.histogram_bin_edges(values, bins), "linear"


def _draw_histogram(axes: Axes, table: pd.DataFrame, edges: np.ndarray) -> None:
    """Draw both groups' shares by bin."""
    for is_anomaly, color in ((False, BLUE), (True, VERMILLION)):
        group = table.loc[table["is_anomaly"] == is_anomaly, "anomaly_score"]
        share = np.histogram(group, edges)[0] / len(group)
        axes.stairs(share, edges, fill=True, facecolor=(color, 0.3), edgecolor=color, linewidth=1.2)


def _finish_panels(panels: np.ndarray, used: int, scale: str) -> None:
    """Set the shared axes, hide unused panels and name the two groups once."""
    first = panels[0, 0]
    first.set(xscale=scale, ylim=(0, None))
    first.yaxis.set_major_locator(MaxNLocator(3))
    first.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    if scale == "log":
        set_plain_log_ticks(first.xaxis)
    else:
        first.xaxis.set_major_locator(MaxNLocator(4))
    for axes in panels.flat[used:]:
        axes.set_visible(False)
    for axes in panels.flat[max(used - panels.shape[1], 0) : used]:
        axes.tick_params(labelbottom=True)
    groups = {"normal": BLUE, "anomaly": VERMILLION}
    patches = [Patch(color=color, alpha=0.7, label=name) for name, color in groups.items()]
    put_legend_right(panels[0, -1], patches)
