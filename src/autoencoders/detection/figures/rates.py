"""The nominal false positive rates of rules beside the empirical ones."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import lines_within_row

POOLED = "all"  # the normal class of the pooled rows
TICKS = (0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)
FALSE_POSITIVES = ["empirical_rate", "low", "high"]
DETECTIONS = ["detection_rate", "detection_low", "detection_high"]


def empirical_rates(rates: dict[str, pd.DataFrame]) -> Figure:
    """Draw nominal and empirical false positive rates by rule, and the detection rates beside them.

    Args:
        rates: Per normal class one row per rule, as `rates.standard_rates` returns them; under `all` the rows that
            `rates.pool` makes of them.

    Returns:
        Small dots are normal classes, the diamond is all of them together, the line through it a 95 % interval.
    """
    pooled = rates[POOLED].set_index("rule")
    classes = {name: table.set_index("rule") for name, table in rates.items() if name != POOLED}
    figure, panels = style.new_figure(12, 1.9 + 0.62 * len(pooled), 1, 2, sharey=True, width_ratios=[3, 2])
    left, right = panels[0]
    rows = np.arange(len(pooled))
    _shade(left, rows, pooled["nominal_low"], pooled["nominal_high"], 0.30)
    drawn = pooled.index.str.startswith(("conformal", "quantile", "randomised"))
    _shade(left, rows[drawn], pooled["drawn_low"][drawn], pooled["drawn_high"][drawn], 0.18)
    draw_nominal(left, pooled["nominal_rate"])
    for axes, columns in ((left, FALSE_POSITIVES), (right, DETECTIONS)):
        if len(classes) > 1:
            for table, offset in zip(classes.values(), lines_within_row(len(classes)), strict=True):
                colours = _colours(table) if axes is left else style.ORANGE
                axes.scatter(table[columns[0]], rows + offset, s=20, c=colours, linewidths=0)
            for row in rows[1:]:
                axes.axhline(row - 0.5, color=style.FAINT_INK, linewidth=0.4, alpha=0.5)
        values = pooled[columns].to_numpy()  # (rules, 3)
        axes.hlines(rows, values[:, 1], values[:, 2], color=style.BLUE, linewidth=2.4)
        axes.plot(
            values[:, 0], rows, "D", color=style.BLUE, markersize=6.5, markeredgecolor="white", markeredgewidth=0.8
        )
        texts, header = [f"{rate:.1%}" for rate in values[:, 0]], "pooled" if len(classes) > 1 else ""
        if axes is left and len(classes) > 1:
            header = "pooled · in band"
            counts = [f" · {inside}" if inside else "" for inside in _counts(classes)]
            texts = [f"{text}{inside}" for text, inside in zip(texts, counts, strict=True)]
        style.name_rows(axes, list(pooled.index), texts, header, style.BLUE)
    if len(classes) > 1:
        _name_lowest(right, classes)
    set_rate_axis(left)
    right.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    style.set_labels(left, "Normal test images flagged", "false positive rate (log scale above 1%)")
    style.set_labels(right, "Anomalies flagged", "detection rate")
    style.put_legend_right(right, _handles(len(classes)))
    right.get_legend().set_bbox_to_anchor((1.2, 1.03), transform=right.transAxes)
    style.finish(figure, _finding(pooled), _note(len(classes), pooled.iloc[0]))
    return figure


def draw_nominal(axes: Axes, rates: pd.Series) -> None:
    """Draw the nominal rate of each rule as a bar across its row."""
    rows = np.arange(len(rates))
    axes.vlines(rates, rows - 0.43, rows + 0.43, color=style.INK, linewidth=1.6)


def set_rate_axis(axes: Axes) -> None:
    """Show false positive rates on an axis that is linear up to 1 % and logarithmic above."""
    axes.set_xscale("symlog", linthresh=0.01, linscale=0.5)
    highest = axes.get_xlim()[1]
    axes.set_xlim(0, highest)
    axes.set_xticks([tick for tick in TICKS if tick <= highest])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))
    axes.xaxis.set_minor_locator(MaxNLocator(1))
    axes.tick_params(axis="x", which="minor", length=0)


def _shade(axes: Axes, rows: np.ndarray, low: pd.Series, high: pd.Series, alpha: float) -> None:
    axes.barh(rows, high - low, left=low, height=0.86, color=style.FAINT_INK, alpha=alpha, lw=0)


def _outside(table: pd.DataFrame) -> pd.Series:
    """Tell of one class's rules whether the rate lies outside the band of chance; not where the band is not known."""
    return (table["empirical_rate"] < table["drawn_low"]) | (table["empirical_rate"] > table["drawn_high"])


def _colours(table: pd.DataFrame) -> list[str]:
    return [style.VERMILLION if outside else style.ORANGE for outside in _outside(table)]


def _counts(classes: dict[str, pd.DataFrame]) -> list[str]:
    """Say for each rule of how many classes the rate lies in its band, where that is known."""
    inside = sum(~_outside(table) for table in classes.values())
    known = next(iter(classes.values()))["drawn_low"].notna()
    return [f"{count}/{len(classes)}" if told else "" for count, told in zip(inside, known, strict=True)]


def _name_lowest(axes: Axes, classes: dict[str, pd.DataFrame]) -> None:
    """Name the normal class whose anomalies each rule detects least."""
    low, high = axes.get_xlim()
    axes.set_xlim(low - 0.14 * (high - low), high)  # for a name at the lowest end
    look = {"ha": "right", "va": "center", "size": style.SMALL_SIZE - 1, "color": style.FAINT_INK, "in_layout": False}
    detected = np.array([table["detection_rate"] for table in classes.values()])  # (classes, rules)
    for row, place in enumerate(detected.argmin(axis=0)):
        name, table = list(classes.items())[place]
        at = table["detection_rate"].iloc[row], row + lines_within_row(len(classes))[place]
        axes.annotate(str(name), at, xytext=(-5, -0.5), textcoords="offset points", **look)


def _handles(classes: int) -> list[Line2D | Patch]:
    pooled = "all classes, pooled" if classes > 1 else "empirical rate"
    handles = [
        Line2D([], [], color=style.INK, linewidth=1.6, label="nominal rate"),
        Patch(facecolor=style.FAINT_INK, alpha=0.48, label="expected: other test images"),
        Patch(facecolor=style.FAINT_INK, alpha=0.18, label="and other calibration images"),
        Line2D([], [], color=style.BLUE, marker="D", linewidth=2.4, label=pooled),
    ]
    if classes > 1:
        for color, label in ((style.ORANGE, "one normal class"), (style.VERMILLION, "outside its band")):
            handles.append(Line2D([], [], color=color, marker="o", markersize=3.5, linewidth=0, label=label))
    return handles


def _finding(pooled: pd.DataFrame) -> str:
    """Set the nominal rates of the conformal rules beside the empirical ones."""
    valid = pooled[pooled.index.str.startswith("conformal")]
    empirical = _series([f"{rate:.1%}" for rate in valid["empirical_rate"]])
    nominal = _series([f"{100 * rate:.3g}%" for rate in valid["nominal_rate"]])
    return f"Conformal thresholds flag {empirical} of normal test images at nominal rates of {nominal}"


def _series(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _note(classes: int, one: pd.Series) -> str:
    over = f", {classes} normal classes together" if classes > 1 else ""
    return (
        f"n = {one['n_test']:,.0f} normal test images, {one['n_anomalies']:,.0f} anomalies and "
        f"{one['n_calibration']:,.0f} held-out normal images that set the thresholds{over}. Line through a diamond: "
        "95% Wilson interval. Shade: where 95% of pooled rates fall by chance if the rule is right, for drawn test "
        "images and, light, drawn calibration images too. In band: of how many classes the rate falls where 95% do, "
        "both draws counted (beta-binomial). The nominal rate of mean + k sd assumes Gaussian scores."
    )
