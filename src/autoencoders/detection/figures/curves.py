"""What a threshold that runs over the anomaly scores trades: ROC and precision-recall curves."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from sklearn.metrics import precision_recall_curve, roc_curve

from autoencoders.evaluation.metrics import auroc, average_precision
from autoencoders.reporting.figures import style

POINTS = 20_000  # of a curve that are drawn at most
SETTLED = 0.02  # shares of images that do not set an axis: single images make a curve jump
LEAST = 0.05  # of an axis from 0 to 1 that is shown at least
ZOOMED = 0.5  # area of a corner that is shown alone, at most


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
    axes.plot([0, 1], [0, 1], color=style.FAINT_INK, linewidth=1, linestyle="--", zorder=1)
    style.set_labels(axes, x="normal images flagged (false positive rate)", y="anomalies flagged (true positive rate)")
    risen = min(true[false <= SETTLED].max() for false, true in points.values())
    settled = max(false[true >= 1 - SETTLED].min() for false, true in points.values())
    zoomed = _zoom(axes, (0.0, settled), (risen, 1.0), place=(0.6, 0.08))
    note = f"Anomalies are the positive class; the threshold runs along each curve. Dashed: chance.{zoomed}"
    style.finish(figure, _finding(areas, "AUROC"), note)
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
    style.set_labels(axes, x="anomalies flagged (recall)", y="anomalies among the flagged (precision)")
    lowest = min(low, *(precision[recall > SETTLED].min() for recall, precision in points.values()))
    bent = min(_where_below(*curve, 1 - 0.05 * (1 - lowest)) for curve in points.values())
    zoomed = _zoom(axes, (bent, 1.0), (lowest - 0.04 * (1 - lowest), 1.0), place=(0.05, 0.2))
    share = f"{low:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{low:.0%} to {high:.0%}"
    note = (
        f"Anomalies are the positive class. They are {share} of the test images, which is the precision of a guess. "
        f"Mind where the precision axis starts.{zoomed}"
    )
    style.finish(figure, _finding(areas, "average precision"), note)
    return figure


def _precision_recall(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return recall, from 1 down to 0, and precision, which at recall 0 is that of the highest scores."""
    precision, recall, _ = precision_recall_curve(table["is_anomaly"], table["anomaly_score"])
    return recall, np.append(precision[:-1], precision[-2])


def _where_below(recall: np.ndarray, precision: np.ndarray, level: float) -> float:
    """Return the recall from which on precision, its best at any higher recall, is below a level."""
    best = np.maximum.accumulate(precision)  # recall falls
    return float(recall[best >= level].max(initial=0.0))


def _zoom(axes: Axes, x: tuple[float, float], y: tuple[float, float], place: tuple[float, float]) -> str:
    """Show a corner of a panel that goes from 0 to 1 where that enlarges it, and the whole beside it, small.

    Args:
        axes: The panel, with its curves.
        x: Ends of the corner.
        y: Ends of the corner.
        place: Lower left corner of the whole in the panel, where no curve runs.

    Returns:
        A sentence for the note.
    """
    whole = (x[1] - x[0]) * (y[1] - y[0]) > ZOOMED
    (left, right), (low, high) = ((0.0, 1.0), (min(y[0], 1 - LEAST), 1.0)) if whole else (_widened(*x), _widened(*y))
    margins = 0.02 * (right - left), 0.02 * (high - low)
    axes.set(xlim=(left - margins[0], right + margins[0]), ylim=(low - margins[1], high + margins[1]))
    if whole:
        return ""
    small = axes.inset_axes((*place, 0.34, 0.34), xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xticks=[], yticks=[])
    for line in axes.lines:
        look = {"color": line.get_color(), "linestyle": line.get_linestyle(), "drawstyle": line.get_drawstyle()}
        small.plot(*line.get_data(), linewidth=0.8, **look)
    corner = {"facecolor": (style.FAINT_INK, 0.15), "edgecolor": style.INK, "linewidth": 0.6}
    small.add_patch(Rectangle((left, low), right - left, high - low, **corner))
    small.spines[:].set(color=style.FAINT_INK, linewidth=0.6)
    return " The small square is the whole, from 0 to 1, with the part that is shown."


def _widened(low: float, high: float) -> tuple[float, float]:
    """Return a range of at least `LEAST` within 0 and 1 that ends at the same end of them."""
    return (low, max(high, low + LEAST)) if low < 1 - high else (min(low, high - LEAST), high)


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
    return figure, axes


def _thinned(*coordinates: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the coordinates (n,) of evenly spaced points of a curve, both ends among them, or of all."""
    n = len(coordinates[0])
    chosen = np.linspace(0, n - 1, POINTS).round().astype(int) if n > POINTS else slice(None)
    return (one[chosen] for one in coordinates)


def _draw_chance(axes: Axes, low: float, high: float) -> None:
    """Draw the precision of a guess, a band over classes of different prevalence."""
    axes.axhspan(low, high, color=style.FAINT_INK, alpha=0.15, linewidth=0, zorder=0)
    axes.axhline((low + high) / 2, color=style.FAINT_INK, linewidth=1, linestyle="--", zorder=1)
    text = f"chance {low:.3f}" if round(low, 3) == round(high, 3) else f"chance {low:.3f} to {high:.3f}"
    outline = [withStroke(linewidth=3, foreground="white")]
    look = {"va": "top", "size": style.SMALL_SIZE, "color": style.FAINT_INK, "path_effects": outline}
    place = {"xycoords": axes.get_yaxis_transform(), "xytext": (0, -3), "textcoords": "offset points"}
    axes.annotate(text, (0.01, low), **place, **look)


def _finding(areas: pd.Series, measure: str) -> str:
    """State the mean area and the worst one."""
    if len(areas) == 1:
        return f"{measure[0].upper()}{measure[1:]} {areas.iloc[0]:.3f}, normal class {areas.index[0]}"
    return f"Mean {measure} {areas.mean():.3f}; worst {areas.min():.3f}: {areas.idxmin()}"
