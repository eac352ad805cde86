"""What a threshold that runs over the anomaly scores trades: ROC and precision-recall curves."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from sklearn.metrics import precision_recall_curve, roc_curve

from autoencoders.evaluation.metrics import auroc, average_precision
from autoencoders.reporting.figures import style

POINTS = 20_000  # of a curve that are drawn at most
SETTLED = 0.02  # recall from which on the lowest precision sets the axis: below, single images make it jump


def roc_curves(scores: dict[str, pd.DataFrame]) -> Figure:
    """Draw the ROC curve of every normal class in one panel.

    Args:
        scores: Per normal class one row per image: `anomaly_score`, `is_anomaly` (bool).

    Returns:
        True over false positive rate; the legend gives each AUROC, the worst first.

    Raises:
        ValueError: A score is not finite, or there are only normal images or only anomalies.
    """
    areas = pd.Series({name: auroc(table["anomaly_score"], table["is_anomaly"]) for name, table in scores.items()})
    points = {
        name: roc_curve(table["is_anomaly"], table["anomaly_score"], drop_intermediate=False)[:2]
        for name, table in scores.items()
    }
    figure, axes = _draw(points, areas, "AUROC")
    axes.plot([0, 1], [0, 1], color=style.FAINT_INK, linewidth=1, linestyle=style.DOTTED, zorder=1)
    axes.text(0.6, 0.57, "chance", size=style.SMALL_SIZE, color=style.FAINT_INK)
    style.set_labels(axes, x="false positive rate", y="true positive rate")
    axes.set(ylim=(-0.01, 1.01), aspect="equal")
    style.finish(
        figure, _finding(areas, "AUROC"), "Anomalies are the positive class; the threshold runs along each curve."
    )
    return figure


def precision_recall_curves(scores: dict[str, pd.DataFrame]) -> Figure:
    """Draw the precision-recall curve of every normal class in one panel.

    Args:
        scores: Per normal class one row per image: `anomaly_score`, `is_anomaly` (bool).

    Returns:
        Precision over recall, and the precision of a guess; the legend gives each average precision, the worst first.

    Raises:
        ValueError: A score is not finite, or there are only normal images or only anomalies.
    """
    areas = pd.Series(
        {name: average_precision(table["anomaly_score"], table["is_anomaly"]) for name, table in scores.items()}
    )
    points = {name: _precision_recall(table) for name, table in scores.items()}
    prevalence = [float(table["is_anomaly"].mean()) for table in scores.values()]
    low, high = min(prevalence), max(prevalence)
    figure, axes = _draw(points, areas, "average precision", drawstyle="steps-post")
    _draw_chance(axes, low, high)
    style.set_labels(axes, x="recall: share of anomalies flagged", y="precision: share of anomalies among the flagged")
    lowest = min(low, *(precision[recall > SETTLED].min() for recall, precision in points.values()))
    axes.set(ylim=(max(lowest - 0.08 * (1 - lowest), -0.01), 1 + 0.04 * (1 - lowest)))
    share = f"{low:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{low:.0%} to {high:.0%}"
    note = (
        f"Anomalies are the positive class. They are {share} of the test images, which is the precision of a guess. "
        "Mind where the precision axis starts."
    )
    style.finish(figure, _finding(areas, "average precision"), note)
    return figure


def _precision_recall(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return recall, from 1 down to 0, and precision, which at recall 0 is that of the highest scores."""
    precision, recall, _ = precision_recall_curve(table["is_anomaly"], table["anomaly_score"])
    return recall, np.append(precision[:-1], precision[-2])


def _draw(
    points: dict[str, tuple[np.ndarray, np.ndarray]], areas: pd.Series, measure: str, drawstyle: str = "default"
) -> tuple[Figure, Axes]:
    """Draw a curve per normal class between 0 and 1, and list the areas under them, the smallest first."""
    styles = {name: style.series(index) for index, name in enumerate(points)}
    figure, panels = style.new_figure(7.6, 5.6)
    axes = panels[0, 0]
    for name, area in areas.sort_values().items():
        label = f"{area:.3f}  {style.wrapped(name, 20)}"
        axes.plot(*_thinned(*points[name]), drawstyle=drawstyle, linewidth=1.6, label=label, **styles[name])
    style.put_legend_right(axes, axes.lines, f"{measure}, normal class")
    axes.set_xlim(-0.01, 1.01)
    return figure, axes


def _thinned(*coordinates: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the coordinates (n,) of evenly spaced points of a curve, both ends among them, or of all."""
    n = len(coordinates[0])
    chosen = np.linspace(0, n - 1, POINTS).round().astype(int) if n > POINTS else slice(None)
    return (one[chosen] for one in coordinates)


def _draw_chance(axes: Axes, low: float, high: float) -> None:
    """Draw the precision of a guess, a band over classes of different prevalence."""
    axes.axhspan(low, high, color=style.FAINT_INK, alpha=0.15, linewidth=0, zorder=0)
    axes.axhline((low + high) / 2, color=style.FAINT_INK, linewidth=1, linestyle=style.DOTTED, zorder=1)
    text = f"chance {low:.3f}" if round(low, 3) == round(high, 3) else f"chance {low:.3f} to {high:.3f}"
    outline = [withStroke(linewidth=3, foreground="white")]
    look = {"va": "top", "size": style.SMALL_SIZE, "color": style.FAINT_INK, "path_effects": outline}
    axes.annotate(text, (0.01, low), xytext=(0, -3), textcoords="offset points", **look)


def _finding(areas: pd.Series, measure: str) -> str:
    """State the mean area and the worst one."""
    if len(areas) == 1:
        return f"{measure[0].upper()}{measure[1:]} {areas.iloc[0]:.3f}, normal class {areas.index[0]}"
    return f"Mean {measure} {areas.mean():.3f}; worst {areas.min():.3f}: {areas.idxmin()}"
