"""Thresholds on errors: where they stand, and the nominal rate of each rule beside the empirical one."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from autoencoders.data.finding import Finding, first_arrays, joined
from autoencoders.detection.figures.rates import FALSE_POSITIVES, draw_nominal, set_rate_axis
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import draw_ranges, seeds_note
from autoencoders.reporting.figures.histograms import draw_shares, finish_histogram, shared_edges

BINS = 60
GROUPS = {"calibration_errors": style.FAINT_INK, "test_errors": style.SKY_BLUE, "anomaly_errors": style.ORANGE}
COLOURS = {
    "batch means": style.VERMILLION,
    "mean": style.PURPLE,
    "quantile": style.GREEN,
    "conformal": style.BLUE,
    "randomised": style.SKY_BLUE,
}
MEDIAN, MEAN = style.DOTTED, style.DASHED  # lines


def threshold_sheet(findings: dict[str, list[Finding]]) -> Figure:
    """Draw one histogram per variant with the thresholds as lines, and one panel of nominal and empirical rates.

    Args:
        findings: By variant, one per seed, as `measure` returns them.

    Returns:
        The figure; a rule's colour is the same in all panels.
    """
    arrays, tables = first_arrays(findings), joined(findings)
    columns = 1 if len(tables) == 1 else 2 if len(tables) <= 8 else 4
    rows, rules = -(-len(tables) // columns), next(iter(tables.values()))["rule"].nunique()
    width, right_width = (6.2 if columns == 1 else 3.4), 5.2
    height = max(2.2 + 2.1 * rows, 1.6 + 0.55 * rules * max(1, len(tables) / 6), 5.0)
    ratios = [width] * columns + [right_width]
    figure, panels = style.new_figure(sum(ratios), height, rows, columns + 1, width_ratios=ratios)
    rates, *spare = panels[:, -1]
    rates.set_subplotspec(panels[0, 0].get_gridspec()[:, -1])
    for axes in [*spare, *panels[:, :-1].flat[len(tables) :]]:
        axes.remove()
    edges = shared_edges(np.concatenate([one for found in arrays.values() for one in found.values()]), BINS)
    for index, (axes, name) in enumerate(zip(panels[:, :-1].flat, tables, strict=False)):
        _draw_errors(axes, arrays[name], edges)
        _draw_thresholds(axes, findings[name][0].table)
        scale = finish_histogram(axes, edges)
        lowest = index >= len(tables) - columns
        style.set_labels(axes, style.wrapped(name, 40), f"error ({scale} scale)" if lowest else "")
    _draw_rates(rates, tables)
    table = pd.concat(tables.values())
    style.put_legend_below(panels[-1, 0], 5 if columns == 1 else 2, _handles(table["anomalies"].iloc[0]))
    note = _note(table, len(tables)) + seeds_note(findings, "histograms and thresholds: first seed")
    style.finish(figure, _finding(table), note)
    return figure


def _finding(table: pd.DataFrame) -> str:
    """Set the faulty rule beside the guaranteed one, mean over variants and seeds."""
    means = table.groupby("rule", sort=False)[["nominal_rate", "empirical_rate"]].mean()
    faulty = means[means.index.str.contains("batch means")].iloc[0]
    valid = means[means.index.str.startswith("conformal")]
    valid = valid.loc[(valid["nominal_rate"] - 0.05).abs().idxmin()]
    return (
        f"The batch-mean rule flags {faulty['empirical_rate']:.0%} of normal test images at a nominal rate of "
        f"{faulty['nominal_rate']:.0%}, "
        f"the conformal rule {valid['empirical_rate']:.1%} at one of {valid['nominal_rate']:.1%}"
    )


def _note(table: pd.DataFrame, variants: int) -> str:
    calibration, n = (
        " to ".join(dict.fromkeys(f"{value:,}" for value in (table[column].min(), table[column].max())))
        for column in ("n_calibration", "n_test")
    )
    note = (
        f"Thresholds from {calibration} held-out normal images; line: 95% Wilson interval from {n} normal test images; "
        f"anomalies: {table['anomalies'].iloc[0]}. Shade: where these rules' rate falls for 95% of draws of "
        "calibration images. "
    )
    return note + ("Rows of dots within a rule: the variants, in the order of the panels. " if variants > 1 else "")


def _draw_errors(axes: Axes, errors: dict[str, np.ndarray], edges: np.ndarray) -> None:
    """Draw shares by bin, and the median and the mean of the calibration errors."""
    for key, color in GROUPS.items():
        draw_shares(axes, errors[key], edges, color, filled=key != "calibration_errors")
    calibration = errors["calibration_errors"]
    axes.axvline(np.median(calibration), color=style.INK, lw=1.1, ls=MEDIAN)
    axes.axvline(calibration.mean(), color=style.INK, lw=1.1, ls=MEAN)


def _draw_thresholds(axes: Axes, table: pd.DataFrame) -> None:
    """Draw finite thresholds; quantiles dashed over the conformal ones, which they all but cover.

    Randomised rules share those of their conformal kin.
    """
    own = table[table["coin"].isna() & np.isfinite(table["threshold"])]
    for rule, threshold in zip(own["rule"], own["threshold"], strict=True):
        dashes = (0, (4, 3)) if rule.startswith("quantile") else "-"
        axes.axvline(threshold, color=_color(rule), lw=1.5, ls=dashes, zorder=4)


def _draw_rates(axes: Axes, tables: dict[str, pd.DataFrame]) -> None:
    """Draw one row per rule: the nominal rate as a bar across, the empirical ones as dots with their intervals."""
    columns = ["nominal_rate", *FALSE_POSITIVES, "detection_rate", "n_calibration"]
    means = {name: table.groupby("rule", sort=False)[columns].mean() for name, table in tables.items()}
    first = next(iter(means.values()))
    colors = [_color(rule) for rule in first.index]
    _draw_chance(axes, first)
    draw_nominal(axes, first["nominal_rate"])
    draw_ranges(axes, {name: mean[FALSE_POSITIVES] for name, mean in means.items()}, [colors] * len(means))
    detected = np.array([mean["detection_rate"] for mean in means.values()])  # (variants, rules)
    ends = zip(detected.min(axis=0), detected.max(axis=0), strict=True)
    texts = [" to ".join(dict.fromkeys(f"{end:.0%}" for end in pair)) for pair in ends]
    style.name_rows(axes, [style.wrapped(rule, 16) for rule in first.index], texts, "detects")
    for label, color in zip(axes.get_yticklabels(), colors, strict=True):
        label.set_color(color)
    set_rate_axis(axes)
    style.set_labels(axes, "Normal test images flagged (bar: nominal)", "false positive rate (log scale above 1%)")


def _draw_chance(axes: Axes, rules: pd.DataFrame) -> None:
    """Shade where 95% of calibration draws put these rules' rates (the beta distribution's sd, twice)."""
    for row, (rule, one) in enumerate(rules.iterrows()):
        if rule.startswith(("conformal", "randomised")):
            alpha, n = one["nominal_rate"], one["n_calibration"]
            spread = 1.96 * np.sqrt(alpha * (1 - alpha) / (n + 2))
            axes.barh(row, 2 * spread, left=alpha - spread, height=0.86, color=style.BLUE, alpha=0.13, lw=0)


def _handles(anomalies: str) -> list[Patch | Line2D]:
    calibration, normal, strange = GROUPS.values()
    return [
        Patch(facecolor="none", edgecolor=calibration, label="calibration"),
        Patch(facecolor=(normal, 0.3), edgecolor=normal, label="normal test"),
        Patch(facecolor=(strange, 0.3), edgecolor=strange, label=anomalies),
        Line2D([], [], color=style.INK, lw=1.1, ls=MEDIAN, label="median"),
        Line2D([], [], color=style.INK, lw=1.1, ls=MEAN, label="mean"),
    ]


def _color(rule: str) -> str:
    return next((color for word, color in COLOURS.items() if word in rule), style.INK)
