"""Detectors beside each other as heat tables: by normal class, by score, and on out-of-distribution images."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.heat_table import SHADES, Cells, draw_heat_table
from autoencoders.reporting.headline import WORSE

MEAN = "mean"
BELOW = "▼"  # at the name of a detector that loses to the reference
OUTSIDE = "†"  # at the name of a published one that learnt from other images, too
ABOUT_CHANCE = LinearSegmentedColormap.from_list(
    "about_chance", [style.VERMILLION, "#F6D9C6", "#FFFFFF", "#C2DDED", style.BLUE]
)
BLIND = 0.05  # AUROC within this of 0.5 is a blind spot


def benchmark_table(ours: pd.DataFrame, published: pd.DataFrame | None = None, dataset: str = "") -> Figure:
    """Draw AUROC in percent of every detector on every normal class, best first, and published rows beneath.

    Args:
        ours: Index: detectors; columns: normal classes, then mean, its sd over seeds and its interval low to high (NaN
            where there is none), and the columns of `standings.against`; AUROC in [0, 1].
        published: Index: sources; columns: the same normal classes, NaN where nothing is printed, mean, and
            outside_data (yes or no).
        dataset: Name of the dataset, for the headline.

    Returns:
        The table; the best of a column, to the digit shown and over both parts, is bold, the second underlined.
    """
    columns = list(ours.columns[: ours.columns.get_loc(MEAN) + 1])
    ours = ours.sort_values(MEAN, ascending=False, kind="stable")
    worse = ours["verdict"] == WORSE
    names = [f"{BELOW} {name}" if worse[name] else name for name in ours.index]
    table = ours[columns].set_axis(names)
    if published is not None and len(published):
        published = published.set_axis(_marked(published["outside_data"]))
        gap = pd.DataFrame(np.nan, index=[""], columns=columns)
        table = pd.concat([table, gap, published[columns].sort_values(MEAN, ascending=False, kind="stable")])
    table = 100 * table.astype(float)
    bottom = min(90.0, max(50.0, 10 * np.floor(np.nanquantile(table, 0.05) / 10)))
    figure, axes, cells = draw_heat_table(table, SHADES, Normalize(bottom, 100), "{:.1f}", right=3.0)
    _mark_best(axes, cells, table.to_numpy().round(1))
    _write_spread(axes, ours)
    axes.axvline(len(columns) - 1.5, color="white", linewidth=6)
    for label, marked in zip(axes.get_yticklabels(), worse, strict=False):
        label.set_color(style.VERMILLION if marked else style.INK)
    axes.get_xticklabels()[-1].set_weight("bold")
    if len(table) > len(ours):
        axes.text(
            -0.5, len(ours), "published", va="center", size=style.SMALL_SIZE, color=style.FAINT_INK, style="italic"
        )
    style.finish(figure, _headline(ours, published, dataset), _note(ours, bottom) + _outside(table.index))
    return figure


def score_heat_table(table: pd.DataFrame, anomaly_score: str) -> Figure:
    """Draw mean AUROC in percent by detector and score, to show what the score does and what the network.

    Args:
        table: Index: detectors, best first; columns: scores, NaN where a detector has none; AUROC in [0, 1].
        anomaly_score: Column that ranks detectors.

    Returns:
        The table; the best score of a detector is bold.
    """
    values = 100 * table.astype(float)
    figure, axes, cells = draw_heat_table(values, SHADES, Normalize(70, 100), "{:.1f}", right=0.4)
    best = values.round(1).eq(values.max(axis=1).round(1), axis=0).to_numpy()
    for place in map(tuple, np.argwhere(best)):
        cells[place].set_weight("bold")
    axes.get_xticklabels()[list(table.columns).index(anomaly_score)].set_weight("bold")
    note = (
        "Mean AUROC in percent over normal classes, colour from 70 or less to 100; the best score of a detector is "
        f"bold, {anomaly_score} ranks the detectors; untrained: {anomaly_score} of the network before training."
    )
    style.finish(figure, _gain(table, anomaly_score), note)
    return figure


def _gain(table: pd.DataFrame, anomaly_score: str) -> str:
    """Say what the anomaly score gains over the plain error of the same networks."""
    networks = table.dropna()
    if anomaly_score == "mse" or "mse" not in table or networks.empty:
        low, high = table[anomaly_score].min(), table[anomaly_score].max()
        return f"Mean AUROC by {anomaly_score} from {low:.1%} to {high:.1%}"
    gain = 100 * (networks[anomaly_score] - networks["mse"])
    return f"{anomaly_score} instead of mse: {gain.min():+.1f} to {gain.max():+.1f} points of AUROC"


def anomalous_class_table(areas: pd.DataFrame) -> Figure:
    """Draw in percent how well one detector tells each class alone from each normal one.

    Args:
        areas: normal_class, anomalous_class and auroc in [0, 1].

    Returns:
        The table, normal classes below one another; one row where each has one anomalous class. The hardest class of a
        row is bold, unless all are told apart to the digit shown.
    """
    normal, anomalous = (areas[f"{kind}_class"].unique().tolist() for kind in ("normal", "anomalous"))
    columns = [name for name in normal if name in anomalous] + [name for name in anomalous if name not in normal]
    table = 100 * areas.pivot(index="normal_class", columns="anomalous_class", values="auroc").loc[normal, columns]
    if not areas["normal_class"].duplicated().any():
        table = table.max().to_frame("all others").T
    bottom = min(90.0, max(50.0, 10 * np.floor(np.nanmin(table) / 10)))
    figure, axes, cells = draw_heat_table(table, SHADES, Normalize(bottom, 100), "{:.1f}", right=0.4)
    lowest = table.eq(table.min(axis=1), axis=0) & (table.round(1) < 100)
    for place in map(tuple, np.argwhere(lowest.to_numpy())):
        cells[place].set_weight("bold")
    style.set_labels(axes, x="anomalous class", y="normal class")
    axes.xaxis.set_label_position("top")
    among, hardest = table.stack().idxmin()
    note = (
        f"AUROC in percent of each class alone against the normal test images, colour from {bottom:.0f} or less to "
        "100. Bold: the hardest of a row."
    )
    style.finish(figure, f"Hardest: {hardest} among {among}, AUROC {np.nanmin(table):.1f}%", note)
    return figure


def out_of_distribution_table(table: pd.DataFrame) -> Figure:
    """Draw how well each detector tells out-of-distribution images from normal ones.

    Args:
        table: Index: detectors; columns: kinds of images; AUROC in [0, 1], NaN where there is none.

    Returns:
        The table, the best detector on top and the hardest kind at the right; white is chance, blue better,
        orange worse: images that pass for more normal than normal images.
    """
    table = table.loc[table.mean(axis=1).sort_values(ascending=False, kind="stable").index]
    table = table[table.mean().sort_values(ascending=False, kind="stable").index].astype(float)
    table.columns = [kind_name(str(name)) for name in table.columns]
    figure, axes, cells = draw_heat_table(table, ABOUT_CHANCE, Normalize(0, 1), "{:.2f}", right=1.2)
    for place in map(tuple, np.argwhere(table.to_numpy() < 0.5 + BLIND)):
        cells[place].set_weight("bold")
    scale = style.put_colour_scale(axes, axes.collections[0], ticks=[0, 0.5, 1])
    scale.ax.set_yticklabels(["0", "0.5 chance", "1"])
    note = (
        "AUROC of out-of-distribution images against normal test images, the best detector on top, the hardest kind at "
        f"the right. Bold: blind spots (within {BLIND:g} of chance) and, orange, worse than chance: images that pass "
        "for more normal than normal images."
    )
    style.finish(figure, _blind_spots(table), note)
    return figure


def _mark_best(axes: Axes, cells: Cells, values: np.ndarray) -> None:
    """Set the highest value of each column in bold, all that tie with it, and underline the second."""
    for column, found in enumerate(values.T):
        best, second, *_ = [*np.unique(found[~np.isnan(found)])[::-1], None, None]
        for row, value in enumerate(found):
            if value == best:
                cells[row, column].set_weight("bold")
            elif value == second:
                color = cells[row, column].get_color()
                axes.plot(column, row + 0.31, marker="_", markersize=22, color=color)


def _write_spread(axes: Axes, ours: pd.DataFrame) -> None:
    """Write sd and interval of each mean at the right of the table, where there are any."""
    interval = [f"{100 * low:.1f} to {100 * high:.1f}" for low, high in zip(ours["low"], ours["high"], strict=True)]
    columns = {"± sd": [f"± {100 * sd:.2f}" for sd in ours["sd"]], "95% interval": interval}
    compared = zip(ours["difference"], ours["verdict"], strict=True)
    verdicts = [f"{100 * difference:+.2f} {verdict}" for difference, verdict in compared]
    columns |= {f"against {one}": verdicts for one in ours["reference"].dropna().unique()}
    look = {"xycoords": axes.get_yaxis_transform(), "textcoords": "offset points", "size": style.SMALL_SIZE}
    along = 6.0  # points at the right of the table
    for header, texts in columns.items():
        texts = ["" if "nan" in text else text for text in texts]
        if any(texts):
            axes.annotate(header, (1, -0.6), (along, 0), va="bottom", color=style.FAINT_INK, **look)
            for row, text in enumerate(texts):
                axes.annotate(text, (1, row), (along, 0), va="center", color=style.INK, **look)
            along += 7 * max(map(len, texts))


def _headline(ours: pd.DataFrame, published: pd.DataFrame | None, dataset: str) -> str:
    """Set our best mean beside the best published one."""
    best = ours.iloc[0]
    finding = f"{best.name}, mean AUROC {best[MEAN]:.1%}"
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
    if ours["reference"].notna().any():
        note += f" Against {ours['reference'].dropna().iloc[0]}: better, or {BELOW} worse, where the 95% bootstrap "
        note += "interval of the difference, on the same samples of the test images, leaves out 0."
    return note


def _marked(outside_data: pd.Series) -> list[str]:
    """Mark the published rows that rest on other images, too."""
    return [f"{source} {OUTSIDE}" if learnt == "yes" else source for source, learnt in outside_data.items()]


def _outside(names: pd.Index) -> str:
    return f" {OUTSIDE} learnt from other images, too." if names.str.endswith(OUTSIDE).any() else ""


def _blind_spots(table: pd.DataFrame) -> str:
    """Count the cells at and below chance, and name the hardest kind of images."""
    count = int(table.notna().to_numpy().sum())
    worse = int((table < 0.5 - BLIND).to_numpy().sum())
    blind = int(((table - 0.5).abs() <= BLIND).to_numpy().sum())
    hardest = table.columns[-1]
    return (
        f"{worse} of {count} cells are worse than chance, {blind} at chance; "
        f"hardest images: {hardest}, mean AUROC {table[hardest].mean():.2f}"
    )


def kind_name(kind: str) -> str:
    """Return the words for a kind of out-of-distribution images, or for the normal test images beside them."""
    names = {"uniform": "uniform noise", "normal": "Gaussian noise", "test": "test images"}
    return names.get(kind, kind.replace("_", " "))
