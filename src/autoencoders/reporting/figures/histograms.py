"""Groups of numbers beside each other, as shares by bin."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from autoencoders.reporting.figures import style


def shared_edges(values: np.ndarray, bins: int) -> np.ndarray:
    """Return edges (bins + 1,) of bins that hold all but the most extreme 0.1 % of values.

    They are evenly spaced, or log-spaced where the values span more than a factor of 30.
    """
    low, high = np.percentile(values, [0.05, 99.95])
    if low > 0 and high > 30 * low:
        return np.geomspace(low, high, bins + 1)
    return np.linspace(low, max(high, low + 1e-9), bins + 1)


def shares_of(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the share of a group in each bin (bins,); values beyond the edges count in the outermost bins."""
    return np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / len(values)


def draw_shares(axes: Axes, values: np.ndarray, edges: np.ndarray, color: str, filled: bool = True) -> None:
    """Draw the share of a group in each bin."""
    axes.stairs(shares_of(values, edges), edges, fill=filled, **look_of(color), zorder=2 if filled else 3)


def look_of(color: str) -> dict[str, object]:
    """Return the arguments of a group's steps."""
    return {"facecolor": (color, 0.3), "edgecolor": color, "linewidth": 1.2}


def finish_histogram(axes: Axes, edges: np.ndarray) -> str:
    """Set the axes of a panel to the bins and to shares, and return the scale, "log" or "linear"."""
    axes.set_ylim(0, None)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return set_bins(axes, edges)


def set_bins(axes: Axes, edges: np.ndarray) -> str:
    """Set the horizontal axis of a panel to the bins, and return its scale, "log" or "linear"."""
    axes.set_xlim(edges[0], edges[-1])
    if np.allclose(np.diff(edges), edges[1] - edges[0]):
        axes.xaxis.set_major_locator(MaxNLocator(4))
        return "linear"
    return style.set_log(axes, "x")
