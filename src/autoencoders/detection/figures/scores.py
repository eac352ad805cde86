"""Anomaly scores of normal images beside those of anomalies."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from autoencoders.evaluation.metrics import auroc
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.histograms import draw_shares, finish_histogram, shared_edges


def score_histograms(scores: dict[str, pd.DataFrame]) -> Figure:
    """Draw the test scores of normal images against those of anomalies, one panel per normal class.

    Args:
        scores: Per normal class one row per test image: `anomaly_score`, `is_anomaly` (bool).

    Returns:
        Histograms whose bins are the same in every panel and for both groups. Heights are shares of the group.
    """
    areas = {name: auroc(table["anomaly_score"], table["is_anomaly"]) for name, table in scores.items()}
    everything = np.concatenate([table["anomaly_score"] for table in scores.values()])
    edges = shared_edges(everything, bins=int(np.clip(np.sqrt(len(everything) / len(scores)), 12, 40)))
    size = (2.4, 1.9) if len(scores) > 2 else (4.5, 3.0)
    figure, panels = style.panel_grid(len(scores), 5, size, room=(0.0, 1.3), sharex=True, sharey=True)
    for axes, (name, table) in zip(panels.flat, scores.items(), strict=False):
        for is_anomaly, color in ((False, style.BLUE), (True, style.VERMILLION)):
            draw_shares(axes, table.loc[table["is_anomaly"] == is_anomaly, "anomaly_score"], edges, color)
        style.set_labels(axes, f"{style.wrapped(name, 16)}  AUROC {areas[name]:.3f}")
    scale = finish_histogram(panels[0, 0], edges)
    groups = {"normal": style.BLUE, "anomaly": style.VERMILLION}
    style.put_legend_right(panels[0, -1], [Patch(color=color, alpha=0.7, label=name) for name, color in groups.items()])
    note = f"Share of each group's images by anomaly score ({scale} scale); same bins in all panels."
    style.finish(figure, _finding(scores, areas), note)
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
