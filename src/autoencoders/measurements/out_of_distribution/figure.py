"""Images that no image of the dataset looks like, what becomes of them, and whether their errors tell."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoencoders.reporting.figures.mosaic import Mosaic, short
from autoencoders.reporting.figures.style import (
    FAINT_INK,
    SMALL_SIZE,
    TEXT_SIZE,
    finish,
    new_figure,
    put_legend_right,
    series_style,
    set_labels,
    set_plain_log_ticks,
    wrapped,
)

SIDE = 0.66  # inches a picture


def probe_sheet(tables: dict[str, pd.DataFrame], examples: dict[str, dict[str, np.ndarray]]) -> Figure:
    """Draw pictures of every probe above two panels: the mean error of each, and its AUROC against test images.

    Args:
        tables: By variant, a row a probe and seed: kind, mse, auroc; the first probe is the test images.
        examples: By variant, `<probe>/originals`, `<probe>/reconstructions` (n, C, H, W) and `<probe>/errors` (n,).

    Returns:
        The figure; dots are means over seeds, lines through them run from the lowest seed to the highest.
    """
    probes = list(next(iter(tables.values()))["kind"].unique())
    mosaic = _mosaic(examples, probes)
    width, height = mosaic.size
    below = 1.0 + len(probes) * max(0.26, 0.085 * len(tables))
    figure, panels = new_figure(
        max(mosaic.label_width + SIDE * width + 0.4, 9.5),
        1.2 + SIDE * height + below,
        rows=2,
        columns=2,
        height_ratios=(SIDE * height, below),
    )
    panels[0, 0].set_subplotspec(panels[0, 0].get_gridspec()[0, :])
    panels[0, 1].remove()
    mosaic.draw(panels[0, 0])
    for axes, column in zip(panels[1], ("mse", "auroc"), strict=True):
        _draw_dots(axes, tables, probes, column)
    _finish_dots(panels[1], tables, probes)
    note = (
        "Above: one pair of each probe and its reconstructions, clipped to [0, 1] for display; beneath, mean squared "
        "pixel differences. AUROC: the chance that a probe's error lies above a test image's; 0.5 is a guess, 0 means "
        "that every probe is reconstructed better than any test image."
    )
    seeds = max(int(table.groupby("kind").size().max()) for table in tables.values())
    finish(figure, _finding(tables, probes), note + (f" Dots: mean over {seeds} seeds." if seeds > 1 else ""))
    return figure


def _finding(tables: dict[str, pd.DataFrame], probes: list[str]) -> str:
    """Name the probe that is hardest to tell from test images, for the variant that tells probes best."""
    means = {name: table.groupby("kind")["auroc"].mean()[probes[1:]] for name, table in tables.items()}
    best = max(means, key=lambda name: means[name].mean())
    hardest = means[best].idxmin()
    told = int((means[best] >= 0.99).sum())
    of = f"{best}: " if len(tables) > 1 else ""
    return (
        f"{of}AUROC at least 0.99 for {told} of {len(probes) - 1} probes; "
        f"the lowest {means[best][hardest]:.3f}: {_spoken(hardest)}"
    )


def _mosaic(examples: dict[str, dict[str, np.ndarray]], probes: list[str]) -> Mosaic:
    """Set reconstructions, a row a variant, below the originals, which variants of one training class share."""
    most = {probe: max(len(one[f"{probe}/errors"]) for one in examples.values()) for probe in probes}
    rows, labels, captions = [], [], []
    for name, arrays in examples.items():
        originals = _row(arrays, probes, most, "originals")
        if not any(np.array_equal(originals, row, equal_nan=True) for row in rows):
            rows.append(originals)
            labels.append("original")
            captions.append([""] * len(originals))
        rows.append(_row(arrays, probes, most, "reconstructions"))
        labels.append(wrapped(name, 20))
        captions.append([text for probe in probes for text in _captions(arrays[f"{probe}/errors"], most[probe])])
    starts = np.cumsum([0, *most.values()])[:-1]
    headers = {(0, int(start)): _spoken(probe) for start, probe in zip(starts, probes, strict=True)}
    return Mosaic(np.stack(rows), labels, captions, headers, groups=[int(start) for start in starts[1:]])


def _row(arrays: dict[str, np.ndarray], probes: list[str], most: dict[str, int], key: str) -> np.ndarray:
    """Return one row of pictures (n, C, H, W), NaN where a probe has fewer than others."""
    parts = []
    for probe in probes:
        pictures = arrays[f"{probe}/{key}"]
        padding = np.full((most[probe] - len(pictures), *pictures.shape[1:]), np.nan, dtype=np.float32)
        parts += [pictures, padding]
    return np.concatenate(parts)


def _captions(errors: np.ndarray, count: int) -> list[str]:
    return [short(error) for error in errors] + [""] * (count - len(errors))


def _draw_dots(axes: Axes, tables: dict[str, pd.DataFrame], probes: list[str], column: str) -> None:
    """Draw one column of all variants, a row a probe, the first probe on top."""
    for index, (name, table) in enumerate(tables.items()):
        over_seeds = table.groupby("kind")[column].agg(["mean", "min", "max"]).loc[probes]
        rows = np.arange(len(probes)) + (index - (len(tables) - 1) / 2) * min(0.16, 0.7 / len(tables))
        color = series_style(index)["color"]
        axes.hlines(rows, over_seeds["min"], over_seeds["max"], color=color, lw=1.6)
        axes.plot(over_seeds["mean"], rows, "o", color=color, ms=6, label=wrapped(name))
    axes.set_ylim(len(probes) - 0.5, -0.5)
    axes.set_yticks(range(len(probes)), [])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _finish_dots(panels: np.ndarray, tables: dict[str, pd.DataFrame], probes: list[str]) -> None:
    """Name the probes once, mark the test images' error and the AUROC of a guess, and set the scales."""
    errors, areas = panels
    errors.set_yticks(range(len(probes)), [_spoken(probe) for probe in probes], fontsize=TEXT_SIZE)
    scale = "log" if any((table["mse"] > 0).any() for table in tables.values()) else "linear"
    errors.set_xscale(scale)
    if scale == "log":
        set_plain_log_ticks(errors.xaxis)
    set_labels(errors, "Error of reconstructions", f"mean MSE ({scale} scale)")
    areas.set_xlim(-0.03, 1.03)
    areas.axvline(0.5, color=FAINT_INK, lw=1, ls=(0, (2, 3)), zorder=0)
    areas.text(0.52, 0.02, "guess", transform=areas.get_xaxis_transform(), ha="left", size=SMALL_SIZE, color=FAINT_INK)
    set_labels(areas, "Told from test images by error", "AUROC")
    if len(tables) > 1:
        put_legend_right(areas, [line for line in areas.lines if not line.get_label().startswith("_")])


def _spoken(probe: str) -> str:
    return f"{probe} noise" if probe in ("uniform", "gaussian") else probe.replace("_", " ")
