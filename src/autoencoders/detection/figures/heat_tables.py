"""Detectors beside each other as heat tables: on normal classes, next to published rows, and on probes."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from autoencoders.reporting.figures.style import (
    BLUE,
    FAINT_INK,
    INK,
    SMALL_SIZE,
    TEXT_SIZE,
    VERMILLION,
    finish,
    new_figure,
    wrapped,
)

MEAN = "mean"
BELOW = "▼"  # at the name of a detector that loses to the reference
SHADES = LinearSegmentedColormap.from_list("shades", ["#F7FAFC", "#9CC7E2", "#0A4F80"])
ABOUT_CHANCE = LinearSegmentedColormap.from_list("about_chance", [VERMILLION, "#F6D9C6", "#FFFFFF", "#C2DDED", BLUE])
BLIND = 0.05  # AUROC within this of 0.5 is a blind spot
DARK = 0.55  # luminance below which ink is white
CELL, ROW, LETTER = 0.62, 0.3, 0.078  # inches: a column, a row, a letter of a name


def benchmark_table(ours: pd.DataFrame, published: pd.DataFrame | None = None, dataset: str = "") -> Figure:
    """Draw AUROC in percent of every detector on every normal class, best first, and published rows beneath.

    Args:
        ours: Index: detectors; columns: normal classes, then mean, its sd over seeds and its interval low to high (NaN
            where there is none), below_reference (bool); AUROC in [0, 1].
        published: Index: sources; columns: the same normal classes, NaN where nothing is printed, and mean.
        dataset: Its name, for the headline.

    Returns:
        The table; the best of a column, to the digit shown and over both parts, is bold, the second underlined.
    """
    columns = [*ours.columns[: ours.columns.get_loc(MEAN)], MEAN]
    ours = ours.sort_values(MEAN, ascending=False, kind="stable")
    parts = [ours[columns]]
    if published is not None and len(published):
        gap = pd.DataFrame(np.nan, index=[""], columns=columns)
        parts += [gap, published[columns].sort_values(MEAN, ascending=False, kind="stable")]
    table = 100 * pd.concat(parts).astype(float)
    labels = [f"{BELOW} {name}" if below else str(name) for name, below in ours["below_reference"].items()]
    labels = [wrapped(label, 36) for label in [*labels, *map(str, table.index[len(ours) :])]]
    figure, axes = _new_table(labels, columns, right=1.9)
    top, bottom = 100.0, min(90.0, max(50.0, 10 * np.floor(np.nanquantile(table, 0.05) / 10)))
    _draw_cells(axes, table.to_numpy(), SHADES, Normalize(bottom, top), "{:.1f}", gap=len(ours))
    _mark_best(axes, table.to_numpy().round(1))
    _write_spread(axes, ours)
    axes.axvline(len(columns) - 1.5, color="white", linewidth=6)
    for label, below in zip(axes.get_yticklabels(), ours["below_reference"], strict=False):
        label.set_color(VERMILLION if below else INK)
    axes.get_xticklabels()[-1].set_weight("bold")
    if len(parts) > 1:
        axes.text(-0.5, len(ours), "published", va="center", size=SMALL_SIZE, color=FAINT_INK, style="italic")
    finish(figure, _headline(ours, published, dataset), _note(ours, bottom))
    return figure


def score_heat_table(table: pd.DataFrame, anomaly_score: str) -> Figure:
    """Draw mean AUROC in percent by detector and score, to show what the score does and what the network.

    Args:
        table: Index: detectors, best first; columns: scores, NaN where a detector has none; AUROC in [0, 1].
        anomaly_score: The column that ranks detectors.

    Returns:
        The table; the best score of a detector is bold.
    """
    values = 100 * table.to_numpy(dtype=float)
    labels = [wrapped(str(name), 36) for name in table.index]
    figure, axes = _new_table(labels, [str(name) for name in table.columns], right=0.4)
    _draw_cells(axes, values, SHADES, Normalize(70, 100), "{:.1f}")
    texts = {text.get_position(): text for text in axes.texts}
    for row, found in enumerate(values.round(1)):
        for column in np.flatnonzero(found == np.nanmax(found)):
            texts[column, row].set_weight("bold")
    axes.get_xticklabels()[list(table.columns).index(anomaly_score)].set_weight("bold")
    note = "Mean AUROC in percent over normal classes, colour from 70 or less to 100; the best score of a detector is "
    note += f"bold, {anomaly_score} ranks the detectors; untrained: {anomaly_score} of the network before training."
    finish(figure, _gain(table, anomaly_score), note)
    return figure


def _gain(table: pd.DataFrame, anomaly_score: str) -> str:
    """Say what the anomaly score gains over the plain error of the same networks."""
    networks = table.dropna()
    if anomaly_score == "mse" or "mse" not in table or networks.empty:
        low, high = table[anomaly_score].min(), table[anomaly_score].max()
        return f"Mean AUROC by {anomaly_score} from {low:.1%} to {high:.1%}"
    gain = 100 * (networks[anomaly_score] - networks["mse"])
    return f"{anomaly_score} instead of mse: {gain.min():+.1f} to {gain.max():+.1f} points of AUROC"


def probe_heat_table(table: pd.DataFrame) -> Figure:
    """Draw how well each detector tells probes from normal images.

    Args:
        table: Index: detectors; columns: probes; AUROC in [0, 1], NaN where there is none.

    Returns:
        The table, the best detector on top and the hardest probe at the right; white is chance, blue better,
        orange worse: probes that pass for more normal than normal images.
    """
    ordered = table.loc[table.mean(axis=1).sort_values(ascending=False, kind="stable").index]
    ordered = ordered[table.mean().sort_values(ascending=False, kind="stable").index].astype(float)
    labels = [wrapped(str(name), 36) for name in ordered.index]
    probes = [str(name).replace("_", " ") for name in ordered.columns]
    figure, axes = _new_table(labels, probes, right=1.2)
    values = ordered.to_numpy()
    _draw_cells(axes, values, ABOUT_CHANCE, Normalize(0, 1), "{:.2f}")
    for text, value in zip(axes.texts, values.flat, strict=True):
        text.set_weight("bold" if value < 0.5 + BLIND else "normal")
    scale = figure.colorbar(axes.collections[0], ax=axes, ticks=[0, 0.5, 1], pad=0.015, aspect=14, anchor=(0, 1))
    scale.ax.set_yticklabels(["0", "0.5 chance", "1"])
    scale.outline.set_visible(False)
    scale.ax.tick_params(labelsize=SMALL_SIZE, length=0)
    note = (
        "AUROC of each probe against normal test images, the best detector on top, the hardest probe at the right. "
        f"Bold: blind spots (within {BLIND:g} of chance) and, orange, worse than chance: probes that pass for more "
        "normal than normal images."
    )
    finish(figure, _blind_spots(ordered), note)
    return figure


def _new_table(labels: list[str], columns: list[str], right: float) -> tuple[Figure, Axes]:
    """Return a figure wide and high enough for a table with `right` inches beside it, and its labelled panel."""
    longest = max(len(line) for label in labels for line in label.split("\n"))
    lines = sum(1 + 0.55 * label.count("\n") for label in labels)
    headers = [wrapped(str(name), 9) for name in columns]
    width = max(LETTER * longest + CELL * len(columns) + right + 0.4, 7)
    height = 1.45 + 0.17 * max(header.count("\n") for header in headers) + ROW * lines
    figure, panels = new_figure(width, max(height, 2.6))
    axes = panels[0, 0]
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(labels) - 0.5, -0.5))
    axes.set_yticks(range(len(labels)), labels, fontsize=TEXT_SIZE)
    axes.set_xticks(range(len(columns)), headers, fontsize=TEXT_SIZE)
    axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
    axes.grid(False)
    return figure, axes


def _draw_cells(
    axes: Axes, values: np.ndarray, cmap: Colormap, norm: Normalize, form: str, gap: int | None = None
) -> None:
    """Colour each cell and write its value, light on dark; a dash for none, nothing in the row of the gap."""
    rows, columns = values.shape
    edges = np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5
    axes.pcolormesh(*edges, np.ma.masked_invalid(values), cmap=cmap, norm=norm, edgecolors="white", linewidth=1)
    for (row, column), value in np.ndenumerate(values):
        place = {"ha": "center", "va": "center", "size": SMALL_SIZE, "in_layout": False}
        if not np.isnan(value):
            axes.text(column, row, form.format(value), color=_ink(cmap(norm(value))), **place)
        elif row != gap:
            axes.text(column, row, "–", color=FAINT_INK, **place)


def _ink(color: tuple[float, float, float, float]) -> str:
    """Return the ink that is legible on a colour, by its luminance (ITU-R BT.709)."""
    return "white" if np.dot(color[:3], (0.2126, 0.7152, 0.0722)) < DARK else INK


def _mark_best(axes: Axes, values: np.ndarray) -> None:
    """Set the highest value of each column in bold, all that tie with it, and underline the second."""
    texts = {text.get_position(): text for text in axes.texts}
    for column, found in enumerate(values.T):
        ranks = np.unique(found[~np.isnan(found)])[::-1]
        for row in np.flatnonzero(found == ranks[:1]) if len(ranks) else ():
            texts[column, row].set_weight("bold")
        for row in np.flatnonzero(found == ranks[1]) if len(ranks) > 1 else ():
            ink = texts[column, row].get_color()
            axes.plot(column, row + 0.31, marker="_", markersize=22, color=ink)


def _write_spread(axes: Axes, ours: pd.DataFrame) -> None:
    """Write sd and interval of each mean right of the table, where there are any."""
    spread = {
        "± sd": ["" if np.isnan(sd) else f"± {100 * sd:.2f}" for sd in ours["sd"]],
        "95% interval": [
            "" if np.isnan(low) else f"{100 * low:.1f} to {100 * high:.1f}"
            for low, high in zip(ours["low"], ours["high"], strict=True)
        ],
    }
    along = 6.0  # points right of the table
    for header, texts in spread.items():
        if any(texts):
            style = {"textcoords": "offset points", "size": SMALL_SIZE, "annotation_clip": False}
            axes.annotate(header, (1, 1), (along, 5), xycoords="axes fraction", color=FAINT_INK, **style)
            for row, text in enumerate(texts):
                where = {"xycoords": axes.get_yaxis_transform(), "va": "center"}
                axes.annotate(text, (1, row), (along, 0), color=INK, **where, **style)
            along += 7 * max(map(len, texts))


def _headline(ours: pd.DataFrame, published: pd.DataFrame | None, dataset: str) -> str:
    """Set our best mean beside the best published one."""
    best = ours.iloc[0]
    finding = f"{ours.index[0]}, mean AUROC {best[MEAN]:.1%}"
    if not np.isnan(best["low"]):
        finding += f" ({100 * best['low']:.1f} to {100 * best['high']:.1f})"
    where = f" on {dataset}" if dataset else ""
    if published is None or published.empty:
        return f"Best{where}: {finding}"
    return f"Best of ours{where}: {finding}; best published: {published[MEAN].idxmax()}, {published[MEAN].max():.1%}"


def _note(ours: pd.DataFrame, bottom: float) -> str:
    note = f"AUROC in percent by normal class, colour from {bottom:.0f} or less to 100. Bold: best of its column, "
    note += "underlined: second, to the digit shown, over all rows."
    if ours["sd"].notna().any():
        note += " ± sd of the mean over seeds."
    if ours["low"].notna().any():
        note += " 95% bootstrap interval of the mean over test images."
    return note + (f" {BELOW} mean below PCA's." if ours["below_reference"].any() else "")


def _blind_spots(table: pd.DataFrame) -> str:
    """Count the cells at and below chance, and name the hardest probe."""
    count = int(table.notna().to_numpy().sum())
    worse = int((table < 0.5 - BLIND).to_numpy().sum())
    blind = int(((table - 0.5).abs() <= BLIND).to_numpy().sum())
    hardest = table.columns[-1]
    return (
        f"{worse} of {count} pairs of detector and probe are worse than chance, {blind} at chance; "
        f"hardest probe: {str(hardest).replace('_', ' ')}, mean AUROC {table[hardest].mean():.2f}"
    )
