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


def draw_shares(axes: Axes, values: np.ndarray, edges: np.ndarray, color: str, filled: bool = True) -> None:
    """Draw the share of a group in each bin; values beyond the edges count in the outermost bins."""
    shares = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / len(values)
    look = {"facecolor": (color, 0.3), "edgecolor": color, "linewidth": 1.2, "zorder": 2 if filled else 3}
    axes.stairs(shares, edges, fill=filled, **look)


def finish_histogram(axes: Axes, edges: np.ndarray) -> str:
    """Set the axes of a panel to the bins and to shares, and return the scale, "log" or "linear"."""
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, None))
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    if np.allclose(np.diff(edges), edges[1] - edges[0]):
        axes.xaxis.set_major_locator(MaxNLocator(4))
        return "linear"
    return style.set_log(axes, "x")
