"""Anomaly scores of normal images beside those of anomalies."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from autoencoders.evaluation.metrics import auroc
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.histograms import look_of, set_bins, shared_edges, shares_of

GROUPS = {"normal": style.BLUE, "anomaly": style.VERMILLION}
ROW = 0.52  # inches


def score_histograms(scores: dict[str, pd.DataFrame]) -> Figure:
    """Draw the test scores of normal images against those of anomalies, one row per normal class.

    Args:
        scores: Per normal class one row per test image: `anomaly_score`, `is_anomaly` (bool).

    Returns:
        Histograms above each other, whose bins and heights are the same in every row and for both groups.
    """
    areas = {name: auroc(table["anomaly_score"], table["is_anomaly"]) for name, table in scores.items()}
    everything = np.concatenate([table["anomaly_score"] for table in scores.values()])
    edges = shared_edges(everything, bins=int(np.clip(np.sqrt(len(everything) / len(scores)), 12, 40)))
    figure, panels = style.new_figure(8.5, 1.9 + max(ROW * len(scores), 1.6))
    axes = panels[0, 0]
    style.stack_rows(axes, list(scores), [f"{area:.3f}" for area in areas.values()], "AUROC")
    highest = _draw_rows(axes, scores, edges)
    scale = set_bins(axes, edges)
    style.set_labels(axes, x=f"anomaly score ({scale} scale)")
    style.put_legend_below(axes, 2, [Patch(**look_of(color), label=name) for name, color in GROUPS.items()])
    note = f"Height: share of each group's images in a bin, the highest {highest:.0%}; the same scales in all rows."
    style.finish(figure, _finding(scores, areas), note)
    return figure


def _draw_rows(axes: Axes, scores: dict[str, pd.DataFrame], edges: np.ndarray) -> float:
    """Draw both groups of each class on a line of their own; return the highest share."""
    shares = {
        (row, color): shares_of(table.loc[table["is_anomaly"] == (group == "anomaly"), "anomaly_score"], edges)
        for row, table in enumerate(scores.values())
        for group, color in GROUPS.items()
    }
    highest = max(map(np.max, shares.values()))
    for (row, color), found in shares.items():
        axes.stairs(row - style.RIDGE * found / highest, edges, baseline=row, fill=True, **look_of(color), zorder=2)
    return highest


def _finding(scores: dict[str, pd.DataFrame], areas: dict[str, float]) -> str:
    """State the mean AUROC over the classes and how many images it rests on."""
    sizes = {len(table) for table in scores.values()}
    n = " to ".join(f"{size}" for size in sorted({min(sizes), max(sizes)}))
    if len(scores) == 1:
        (name,) = scores
        return f"AUROC {areas[name]:.3f}, normal class {name}, n = {n} test images"
    mean = np.mean(list(areas.values()))
    return f"Mean AUROC {mean:.3f} over {len(scores)} normal classes, n = {n} test images each"
