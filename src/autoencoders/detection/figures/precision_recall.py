"""Precision and recall of anomaly scores as the threshold moves."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from autoencoders.detection.figures.roc import roc_points
from autoencoders.reporting.figures.style import (
    FAINT_INK,
    SMALL_SIZE,
    finish,
    new_figure,
    put_legend_right,
    series_style,
    set_labels,
    wrapped,
)

SETTLED = 0.02  # recall from which on the lowest precision sets the axis: below, single images make it jump


def precision_recall_points(scores: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the curve that a threshold on the anomaly score runs through.

    Args:
        scores: One row an image: `anomaly_score` (larger is more anomalous), `is_anomaly` (bool).

    Returns:
        Recall and precision in [0, 1], both (thresholds + 1,), from recall 0, where precision is that of the highest
        scores, to recall 1, where it is the prevalence. Equal scores share a threshold.

    Raises:
        ValueError: If a score is not finite, or one of the two groups is empty.
    """
    false_positive_rate, recall = roc_points(scores)
    anomalies = scores["is_anomaly"].sum()
    caught, alarms = recall[1:] * anomalies, false_positive_rate[1:] * (len(scores) - anomalies)
    precision = caught / (caught + alarms)
    return recall, np.append(precision[:1], precision)


def average_precision(scores: pd.DataFrame) -> float:
    """Return the area under the steps of `precision_recall_points`, in [0, 1]; the prevalence is chance."""
    recall, precision = precision_recall_points(scores)
    return float(np.diff(recall) @ precision[1:])


def precision_recall_curves(scores: dict[str, pd.DataFrame]) -> Figure:
    """Draw the precision-recall curve of every normal class in one panel.

    Args:
        scores: Per normal class one row a test image: `anomaly_score`, `is_anomaly` (bool).

    Returns:
        Precision over recall; the legend gives each average precision, the worst first.
    """
    areas = pd.Series({name: average_precision(table) for name, table in scores.items()}).sort_values()
    prevalence = [float(table["is_anomaly"].mean()) for table in scores.values()]
    points = {name: precision_recall_points(table) for name, table in scores.items()}
    styles = {name: series_style(index) for index, name in enumerate(scores)}
    lowest = min(*prevalence, *(precision[recall > SETTLED].min() for recall, precision in points.values()))
    margin = 0.04 * (1 - lowest)
    figure, panels = new_figure(7.6, 5.6)
    axes = panels[0, 0]
    _draw_chance(axes, prevalence)
    handles = []
    for name, area in areas.items():
        label = f"{area:.3f}  {wrapped(name, 20)}"
        handles += axes.plot(*points[name], drawstyle="steps-pre", linewidth=1.6, label=label, **styles[name])
    set_labels(axes, x="recall: share of anomalies flagged", y="precision: share of anomalies among the flagged")
    axes.set(xlim=(-0.01, 1.01), ylim=(max(lowest - 2 * margin, -0.01), 1 + margin))
    put_legend_right(axes, handles, "average precision, normal class")
    finish(figure, _finding(areas), _note(prevalence))
    return figure


def _draw_chance(axes: Axes, prevalence: list[float]) -> None:
    """Draw the precision of a guess: a line, or a band over classes of different prevalence."""
    low, high = min(prevalence), max(prevalence)
    axes.axhspan(low, high, color=FAINT_INK, alpha=0.15, linewidth=0, zorder=0)
    axes.axhline(np.mean(prevalence), color=FAINT_INK, linewidth=1, linestyle=(0, (2, 3)), zorder=1)
    text = f"chance {low:.3f}" if round(low, 3) == round(high, 3) else f"chance {low:.3f} to {high:.3f}"
    axes.annotate(
        text,
        (0.01, low),
        xytext=(0, -3),
        textcoords="offset points",
        va="top",
        size=SMALL_SIZE,
        color=FAINT_INK,
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )


def _finding(areas: pd.Series) -> str:
    if len(areas) == 1:
        return f"Average precision {areas.iloc[0]:.3f}, normal class {areas.index[0]}"
    return f"Mean average precision {areas.mean():.3f}; worst {areas.iloc[0]:.3f}: {areas.index[0]}"


def _note(prevalence: list[float]) -> str:
    low, high = f"{min(prevalence):.0%}", f"{max(prevalence):.0%}"
    share = low if low == high else f"{low} to {high}"
    return (
        f"Anomalies are the positive class, {share} of the test images: the precision, and the average precision, of a "
        "guess. Mind where the precision axis starts."
    )
