"""Scores of groups of images, a row of dots each."""

import numpy as np
from matplotlib.figure import Figure

from autoencoders.reporting.figures import style

MOST = 1500  # dots in a row, drawn at random where there are more
ROW = 0.42  # inches
SPREAD = 0.32  # of a row's height, up and down


def score_rows(groups: dict[str, np.ndarray], threshold: float | None, finding: str, note: str) -> Figure:
    """Draw the anomaly scores of groups, a dot for each image.

    Args:
        groups: Scores (n,) by the name of the group, the first on top.
        threshold: The least score that is flagged; none: no image is.
        finding: Headline.
        note: How to read the figure.
    """
    figure, panels = style.new_figure(8, 1.5 + ROW * len(groups))
    axes = panels[0, 0]
    rng = np.random.default_rng(0)
    for row, scores in enumerate(groups.values()):
        seen = scores if len(scores) <= MOST else rng.choice(scores, MOST, replace=False)
        heights = row + rng.uniform(-SPREAD, SPREAD, len(seen))
        odd = np.full(len(seen), False) if threshold is None else seen >= threshold
        colours = np.where(odd, style.VERMILLION, style.BLUE)
        axes.scatter(seen, heights, s=9, c=colours, alpha=0.55, linewidths=0)
    texts = [_text(scores, threshold) for scores in groups.values()]
    style.name_rows(axes, [style.wrapped(name) for name in groups], texts, "images · flagged", style.FAINT_INK)
    if threshold is not None:
        axes.axvline(threshold, color=style.INK, linewidth=1, linestyle=style.DASHED)
    style.set_labels(axes, x="anomaly score, in sds from the usual")
    style.finish(figure, finding, note)
    return figure


def _text(scores: np.ndarray, threshold: float | None) -> str:
    flagged = 0.0 if threshold is None or not len(scores) else float((scores >= threshold).mean())
    return f"{len(scores):,} · {flagged:.0%}"
