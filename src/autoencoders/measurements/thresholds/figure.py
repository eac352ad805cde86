"""Thresholds on errors: where they stand, and the rate that each rule states v realises."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter
from matplotlib.transforms import ScaledTranslation

from autoencoders.reporting.figures.style import (
    BLUE,
    FAINT_INK,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    SKY_BLUE,
    SMALL_SIZE,
    VERMILLION,
    finish,
    new_figure,
    set_labels,
    set_plain_log_ticks,
    wrapped,
)

BINS = 60
GROUPS = {  # array -> name, colour
    "calibration_errors": ("calibration", FAINT_INK),
    "test_errors": ("normal test", SKY_BLUE),
    "anomaly_errors": ("anomalies", ORANGE),
}
FAMILIES = {"batch means": VERMILLION, "mean": PURPLE, "quantile": GREEN, "conformal": BLUE}  # word of a rule's name


def threshold_sheet(tables: dict[str, pd.DataFrame], errors: dict[str, dict[str, np.ndarray]]) -> Figure:
    """Draw a histogram a variant with the thresholds as lines, and one panel of stated and realised rates.

    Args:
        tables: By variant a row a rule and seed: rule, threshold, nominal_rate, empirical_rate, low, high,
            detection_rate, anomalies (which).
        errors: By variant calibration_errors, test_errors and anomaly_errors, (n,) each, of the first seed.

    Returns:
        The figure; a rule's colour is the same in all panels.
    """
    rules = list(next(iter(tables.values()))["rule"].unique())
    columns = 1 if len(tables) == 1 else 2 if len(tables) <= 8 else 4
    rows = -(-len(tables) // columns)
    right_width, text_height = 5.2, 0.55 * len(rules) * max(1, len(tables) / 6) + 1.6
    figure, panels = new_figure(
        (6.2 if columns == 1 else 3.4 * columns) + right_width,
        max(2.2 + 2.1 * rows, text_height, 5.0),
        rows,
        columns + 1,
        width_ratios=[*([(6.2 if columns == 1 else 3.4 * columns) / columns] * columns), right_width],
    )
    rates, *spare = panels[:, -1]
    rates.set_subplotspec(panels[0, 0].get_gridspec()[:, -1])
    for axes in spare:
        axes.remove()
    edges, scale = _edges(errors)
    for axes, name in zip(panels[:, :-1].flat, tables, strict=False):
        _draw_histogram(axes, errors[name], edges)
        _draw_thresholds(axes, tables[name], len(tables) == 1)
        axes.set_xscale(scale)
        axes.set_xlim(edges[0], edges[-1])
        (set_plain_log_ticks(axes.xaxis) if scale == "log" else axes.xaxis.set_major_locator(MaxNLocator(5)))
        axes.yaxis.set_major_locator(MaxNLocator(3))
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        set_labels(axes, wrapped(name, 40), f"error ({scale} scale)" if axes in panels[-1] else "")
    for axes in list(panels[:, :-1].flat)[len(tables) :]:
        axes.set_visible(False)
    _draw_rates(rates, tables, rules)
    _put_legend(panels[-1, 0], tables)
    finish(figure, _finding(tables), _note(tables))
    return figure


def _finding(tables: dict[str, pd.DataFrame]) -> str:
    """Set the faulty rule beside the guaranteed one, mean over variants and seeds."""
    table = pd.concat(tables.values())
    means = table.groupby("rule", sort=False)[["nominal_rate", "empirical_rate"]].mean()
    faulty = means[means.index.str.contains("batch means")].iloc[0]
    valid = means[means.index.str.startswith("conformal")]
    valid = valid.loc[(valid["nominal_rate"] - 0.05).abs().idxmin()]
    return (
        f"Of normal test images the batch-mean rule flags {faulty['empirical_rate']:.0%} where it seems to state "
        f"{faulty['nominal_rate']:.0%}; the conformal one {valid['empirical_rate']:.1%} where it states "
        f"{valid['nominal_rate']:.1%}"
    )


def _note(tables: dict[str, pd.DataFrame]) -> str:
    table = pd.concat(tables.values())
    n = "{:,} to {:,}".format(*table["n_test"].agg(["min", "max"]))
    n = f"{table['n_test'].max():,}" if table["n_test"].nunique() == 1 else n
    calibration = sorted({table["n_calibration"].min(), table["n_calibration"].max()})
    note = (
        f"Thresholds from {' to '.join(f'{one:,}' for one in calibration)} held-out normal images; line: 95% Wilson "
        f"interval from {n} normal test images; anomalies: {table['anomalies'].iloc[0]}. "
        "Shade: where the conformal rate falls for 95% of draws of calibration images."
    )
    if len(tables) > 1:
        note += " Rows of dots within a rule: the variants, in the order of the panels."
    seeds = max(int(one.groupby("rule").size().max()) for one in tables.values())
    return note + (f" Rates: mean over {seeds} seeds; histograms and thresholds: the first." if seeds > 1 else "")


def _edges(errors: dict[str, dict[str, np.ndarray]]) -> tuple[np.ndarray, str]:
    """Return shared bin edges over all errors, log-spaced where these span more than a factor of 30."""
    values = np.concatenate([one for arrays in errors.values() for one in arrays.values()])
    low, high = np.percentile(values, [0.05, 99.95])
    if low > 0 and high > 30 * low:
        return np.geomspace(low, high, BINS + 1), "log"
    return np.linspace(low, max(high, low + 1e-9), BINS + 1), "linear"


def _draw_histogram(axes: Axes, errors: dict[str, np.ndarray], edges: np.ndarray) -> None:
    """Draw shares by bin, the few errors beyond the edges in the outermost bins; median and mean of calibration."""
    for key, (_, color) in GROUPS.items():
        share = np.histogram(errors[key].clip(edges[0], edges[-1]), edges)[0] / len(errors[key])
        filled = key != "calibration_errors"
        axes.stairs(
            share, edges, fill=filled, facecolor=(color, 0.35), edgecolor=color, lw=1.2, zorder=2 if filled else 3
        )
    calibration = errors["calibration_errors"]
    axes.axvline(np.median(calibration), color=INK, lw=1.1, ls=(0, (1, 1.5)))
    axes.axvline(calibration.mean(), color=INK, lw=1.1, ls=(0, (5, 2)))
    axes.set_ylim(0, None)


def _draw_thresholds(axes: Axes, table: pd.DataFrame, alone: bool) -> None:
    """Draw the first seed's finite thresholds; quantiles dashed over the conformal ones, which they all but cover."""
    first = table.drop_duplicates("rule")
    for rule, threshold in zip(first["rule"], first["threshold"], strict=True):
        if np.isfinite(threshold):
            dashes = (0, (4, 3)) if rule.startswith("quantile") else "-"
            axes.axvline(threshold, color=_color(rule), lw=1.8 if alone else 1.3, ls=dashes, zorder=4)


def _draw_rates(axes: Axes, tables: dict[str, pd.DataFrame], rules: list[str]) -> None:
    """Draw a row a rule: the stated rate as a bar across, the realised ones as dots with their intervals."""
    detected = {rule: [] for rule in rules}
    _draw_chance(axes, next(iter(tables.values())), rules)
    for index, table in enumerate(tables.values()):
        means = table.groupby("rule")[["nominal_rate", "empirical_rate", "low", "high", "detection_rate"]].mean()
        offset = (index - (len(tables) - 1) / 2) * min(0.2, 0.7 / len(tables))
        for row, rule in enumerate(rules):
            one = means.loc[rule]
            axes.vlines(one["nominal_rate"], row - 0.42, row + 0.42, color=INK, lw=1.6)
            axes.hlines(row + offset, one["low"], one["high"], color=_color(rule), lw=1.6)
            axes.plot(one["empirical_rate"], row + offset, "o", color=_color(rule), ms=5)
            detected[rule].append(one["detection_rate"])
    for row, rule in enumerate(rules):
        low, high = min(detected[rule]), max(detected[rule])
        text = f"{high:.0%}" if round(low, 2) == round(high, 2) else f"{low:.0%} to {high:.0%}"
        axes.text(1.03, row, text, transform=axes.get_yaxis_transform(), va="center", size=SMALL_SIZE)
    axes.text(1.03, 1.01, "detects", transform=axes.transAxes, va="bottom", size=SMALL_SIZE, color=FAINT_INK)
    axes.set_yticks(range(len(rules)), [wrapped(rule, 16) for rule in rules], fontsize=SMALL_SIZE)
    for label, rule in zip(axes.get_yticklabels(), rules, strict=True):
        label.set_color(_color(rule))
    axes.set_ylim(len(rules) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    axes.set_xscale("symlog", linthresh=0.01, linscale=0.4)
    axes.set_xlim(left=0)
    ticks = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]
    axes.set_xticks([tick for tick in ticks if tick <= 1.05 * axes.get_xlim()[1]])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    axes.xaxis.set_minor_locator(MaxNLocator(1))
    axes.tick_params(axis="x", which="minor", length=0)
    set_labels(axes, "Normal test images flagged (bar: stated)", "false-positive rate (log scale above 1%)")


def _draw_chance(axes: Axes, table: pd.DataFrame, rules: list[str]) -> None:
    """Shade where a conformal rule's rate falls for 95% of calibration draws (the beta distribution's sd, twice)."""
    for row, rule in enumerate(rules):
        if rule.startswith("conformal"):
            one = table[table["rule"] == rule].iloc[0]
            alpha, n = one["nominal_rate"], one["n_calibration"]
            spread = 1.96 * np.sqrt(alpha * (1 - alpha) / (n + 2))
            axes.barh(row, 2 * spread, left=alpha - spread, height=0.84, color=BLUE, alpha=0.13, lw=0)


def _put_legend(axes: Axes, tables: dict[str, pd.DataFrame]) -> None:
    """Explain groups and lines below the first column of histograms."""
    anomalies = next(iter(tables.values()))["anomalies"].iloc[0]
    names = {key: name if key != "anomaly_errors" else anomalies for key, (name, _) in GROUPS.items()}
    handles = [
        Patch(facecolor="none" if key == "calibration_errors" else (color, 0.35), edgecolor=color, label=names[key])
        for key, (_, color) in GROUPS.items()
    ]
    handles += [
        Line2D([], [], color=INK, lw=1.1, ls=(0, (1, 1.5)), label="median"),
        Line2D([], [], color=INK, lw=1.1, ls=(0, (5, 2)), label="mean"),
    ]
    below = axes.transAxes + ScaledTranslation(0, -0.45, axes.figure.dpi_scale_trans)
    axes.legend(
        handles=handles,
        frameon=False,
        fontsize=SMALL_SIZE,
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=below,
        borderpad=0,
        columnspacing=1,
        ncols=5 if len(tables) == 1 else 2,
    )


def _color(rule: str) -> str:
    return next(color for word, color in FAMILIES.items() if word in rule)
