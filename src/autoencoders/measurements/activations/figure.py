"""Codes as pictures, and how active their units are."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from autoencoders.reporting.figures.bands import seeds_note, spread
from autoencoders.reporting.figures.mosaic import Mosaic
from autoencoders.reporting.figures.style import finish, new_figure, put_legend_right, series_style, set_labels, wrapped
from autoencoders.reporting.figures.tiles import coloured, squared


def code_pictures(
    originals: dict[str, np.ndarray],
    codes: dict[str, np.ndarray],
    unit_means: dict[str, list[np.ndarray]],
    tables: dict[str, pd.DataFrame],
) -> Figure:
    """Draw images above their codes as square pictures, and the sorted mean activations of the units below.

    Args:
        originals: Per variant (n, C, H, W) in [0, 1].
        codes: Per variant the codes (n, units) of these images, unit by unit, row by row; the rest stays white.
        unit_means: Per variant and seed (units,), each unit's mean activation over the test images.
        tables: Per variant a row a seed: `mean_activation`, `share_of_zeros`, `active_units`, `dead_units`, `units`.

    Returns:
        Codes without negative values from black, 0, to white; others from blue over white, 0, to red.
    """
    rows = [("image", next(iter(originals.values())), None)]
    shared = all(np.array_equal(images, rows[0][1]) for images in originals.values())
    if not shared:
        rows = []
    for name, code in codes.items():
        if not shared:
            rows.append((f"image of {name}", originals[name], None))
        rows.append((name, np.stack([squared(one[:, None, None, None])[..., 0, 0, 0] for one in code])[:, None], code))
    n = max(len(pictures) for _, pictures, _ in rows)
    side = 0.8 if n > 6 else 1.0
    labels = [wrapped(name, 22) + (f"\n{_scale(code)}" if code is not None else "") for name, _, code in rows]
    mosaics = [
        Mosaic(coloured(pictures[None], *_colours(code)), [label], [()])
        for label, (_, pictures, code) in zip(labels, rows, strict=True)
    ]
    label_width = max(mosaic.label_width for mosaic in mosaics)
    figure, panels = new_figure(
        max(label_width + 1.1 * side * n, 6.0) + 2.6,  # 2.6 inches for the legend
        3.9 + 1.12 * side * len(rows),
        len(rows) + 1,
        height_ratios=[*[side] * len(rows), 2.6],
    )
    for axes, mosaic in zip(panels[:, 0], mosaics, strict=False):
        mosaic.draw(axes)
    _draw_means(panels[-1, 0], unit_means, tables)
    seeds = max(len(table) for table in tables.values())
    note = f"Codes row by row, each variant on its own scale: {_legend(codes)}. {seeds_note(seeds, 'pictures')}"
    finish(figure, _finding(tables), note)
    return figure


def _limit(code: np.ndarray) -> float:
    return float(np.quantile(np.abs(code), 0.995)) or float(np.abs(code).max()) or 1.0


def _colours(code: np.ndarray | None) -> tuple[tuple[float, float], str]:
    """Return the limits and the colour map of a code; those of images where there is none."""
    if code is None:
        return (0, 1), "gray"
    limit = _limit(code)
    return ((-limit, limit), "RdBu_r") if (code < 0).any() else ((0, limit), "gray")


def _scale(code: np.ndarray) -> str:
    return f"{'±' if (code < 0).any() else '0 to '}{_limit(code):.2g}"


def _legend(codes: dict[str, np.ndarray]) -> str:
    signed = {bool((code < 0).any()) for code in codes.values()}
    texts = {False: "black 0, white the end", True: "white 0, blue below, red above"}
    return "; or ".join(texts[kind] for kind in sorted(signed))


def _draw_means(axes: Axes, unit_means: dict[str, list[np.ndarray]], tables: dict[str, pd.DataFrame]) -> None:
    """Draw each unit's mean activation, the largest first, over its rank as a share of the units."""
    handles = []
    for index, (name, seeds) in enumerate(unit_means.items()):
        style = series_style(index)
        ranked = np.stack([np.sort(means)[::-1] for means in seeds])  # (seeds, units)
        share = (np.arange(ranked.shape[1]) + 0.5) / ranked.shape[1]
        if len(seeds) > 1:
            axes.fill_between(share, ranked.min(0), ranked.max(0), color=style["color"], alpha=0.18, linewidth=0)
        axes.plot(share, ranked.mean(axis=0), linewidth=1.6, **style)
        table = tables[name]
        label = (
            f"{wrapped(name)}: mean {spread(table['mean_activation'], '.3g')},\n"
            f"   {spread(table['active_units'], '.0f')} of {table['units'].iloc[0]} active, "
            f"{spread(table['dead_units'], '.0f')} dead"
        )
        handles.append(Line2D([], [], label=label, **(style | {"linewidth": 2, "markevery": None})))
    axes.axhline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    if all(means.min() >= 0 for seeds in unit_means.values() for means in seeds):
        axes.set_yscale("symlog", linthresh=1e-2)
        axes.set_ylim(bottom=0)
        set_labels(axes, x="units, the most active first (share of all)", y="mean activation\n(log, linear below 0.01)")
    else:
        set_labels(axes, x="units, the most active first (share of all)", y="mean activation")
    put_legend_right(axes, handles, "Test images")


def _finding(tables: dict[str, pd.DataFrame]) -> str:
    """Say what share of the activations is exactly zero."""
    zeros = {name: float(table["share_of_zeros"].mean()) for name, table in tables.items()}
    most, least = max(zeros, key=zeros.__getitem__), min(zeros, key=zeros.__getitem__)
    if len(zeros) == 1 or zeros[most] == zeros[least]:
        return f"{zeros[most]:.0%} of the code's activations are exactly zero" + (
            f": {most}" if len(zeros) == 1 else " in every variant"
        )
    return f"Exact zeros in the code: from {zeros[least]:.0%} ({least}) to {zeros[most]:.0%} ({most})"
