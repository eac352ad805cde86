"""What is left of more and more noise: curves and pictures."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from autoencoders.reporting.figures.mosaic import Mosaic, short
from autoencoders.reporting.figures.style import (
    FAINT_INK,
    INK,
    SMALL_SIZE,
    TEXT_SIZE,
    finish,
    new_figure,
    series_style,
    set_labels,
    set_plain_log_ticks,
    wrapped,
)

NOISY_LABEL = "noisy input"
SIDE = 0.72  # inches a picture


@dataclass(frozen=True)
class Ladder:
    """One variant's restorations at rising levels of noise.

    Attributes:
        table: A row a level and seed: level, network_mse, pca_mse, noisy_mse, network_psnr.
        arrays: original (C, H, W); network, pca, noisy (levels, C, H, W); latent_dim (1,); trained_at (1,).
    """

    table: pd.DataFrame
    arrays: dict[str, np.ndarray]

    @property
    def pca_label(self) -> str:
        """Return the name of the projection at this code size."""
        return f"PCA {int(self.arrays['latent_dim'][0])}"


def noise_ladder(ladders: dict[str, Ladder], level_name: str) -> Figure:
    """Draw the error left at each level of noise, by variant, and one test image on its way.

    Args:
        ladders: By variant.
        level_name: What the levels are.

    Returns:
        Curves over the levels (mean and range over seeds) against PCA at each code size and the untouched input,
        on a logarithmic scale that reads as PSNR on the right; beside them the pictures.
    """
    mosaic = _mosaic(ladders)
    width, height = mosaic.size
    pictures_width = mosaic.label_width + SIDE * width
    handles = 2 + len(ladders) + len({ladder.pca_label for ladder in ladders.values()})
    figure, panels = new_figure(
        6.4 + pictures_width,
        max(4.6, 1.5 + SIDE * height, 3.2 + 0.1 * handles),
        columns=2,
        width_ratios=(6.0, pictures_width),
    )
    _draw_curves(panels[0, 0], ladders, level_name)
    mosaic.draw(panels[0, 1], f"One test image at each level ({level_name})")
    seeds = max(int(ladder.table.groupby("level").size().max()) for ladder in ladders.values())
    note = (
        "Error against the clean image, mean over test images; PSNR: of the mean error. PCA N: the noisy image kept "
        "to N principal components."
    )
    if any(np.isfinite(ladder.arrays["trained_at"][0]) for ladder in ladders.values()):
        note += " Ring: the level that the variant was trained on."
    note += " Beneath each picture: its error."
    if seeds > 1:
        note += f" Line: mean over {seeds} seeds, band: lowest to highest; pictures: the first seed."
    finish(figure, _finding(ladders, level_name), note)
    return figure


def _finding(ladders: dict[str, Ladder], level_name: str) -> str:
    """Compare the best variant at the strongest noise with its two rivals."""
    means = {name: ladder.table.groupby("level").mean().iloc[-1] for name, ladder in ladders.items()}
    best = min(means, key=lambda name: means[name]["network_mse"])
    row = means[best]
    return (
        f"{level_name[0].upper()}{level_name[1:]} {row.name:g}: the untouched input is off by {row['noisy_mse']:.3g}, "
        f"{ladders[best].pca_label} by {row['pca_mse']:.3g}, {best} by {row['network_mse']:.3g}"
    )


def _draw_curves(axes: Axes, ladders: dict[str, Ladder], level_name: str) -> None:
    """Draw the variants, and each distinct baseline once."""
    for index, (name, ladder) in enumerate(ladders.items()):
        style = series_style(index) | {"markevery": None}
        over_seeds = ladder.table.groupby("level")["network_mse"].agg(["mean", "min", "max"])
        axes.fill_between(
            over_seeds.index, over_seeds["min"], over_seeds["max"], color=style["color"], alpha=0.18, lw=0
        )
        axes.plot(over_seeds.index, over_seeds["mean"], lw=1.8, label=wrapped(name, 30), **(style | {"marker": "."}))
        level = float(ladder.arrays["trained_at"][0])
        if over_seeds.index.min() <= level <= over_seeds.index.max():
            error = np.exp(np.interp(level, over_seeds.index, np.log(over_seeds["mean"].clip(lower=1e-12))))
            axes.plot(level, error, "o", mfc="none", mec=style["color"], mew=1.8, ms=8)
    _draw_baselines(axes, ladders)
    set_labels(axes, "Error that is left", f"{level_name}", "MSE (log scale)")
    axes.set_yscale("log")
    set_plain_log_ticks(axes.yaxis)
    _add_psnr_axis(axes, _offset(ladders))
    below = axes.transAxes + ScaledTranslation(0, -0.45, axes.figure.dpi_scale_trans)
    axes.legend(
        frameon=False, fontsize=SMALL_SIZE, loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=below, ncols=2
    )


def _draw_baselines(axes: Axes, ladders: dict[str, Ladder]) -> None:
    """Draw PCA (dashed) and the untouched input (dotted), each once where variants share it."""
    shared = len({ladder.pca_label for ladder in ladders.values()}) == 1 and _same(ladders, "pca_mse")
    for index, (name, ladder) in enumerate(ladders.items()):
        means = ladder.table.groupby("level").mean()
        if index == 0 or not shared:
            color = INK if shared else series_style(index)["color"]
            label = ladder.pca_label if shared else wrapped(f"{ladder.pca_label} beside {name}", 30)
            axes.plot(means.index, means["pca_mse"], color=color, ls=(0, (4, 2)), lw=1.4, label=label)
    noisy = means["noisy_mse"].where(means["noisy_mse"] > 0)
    axes.plot(noisy.index, noisy, color=FAINT_INK, ls=(0, (1, 1.5)), lw=1.8, label=NOISY_LABEL)


def _same(ladders: dict[str, Ladder], column: str) -> bool:
    first, *others = (ladder.table.groupby("level")[column].mean() for ladder in ladders.values())
    return all(np.allclose(one, first, rtol=1e-3) for one in others)


def _offset(ladders: dict[str, Ladder]) -> float:
    """Return PSNR + 10 log10(MSE), which is 0 where errors are in [0, 1] intensity and more in other units."""
    table = next(iter(ladders.values())).table
    table = table[table["network_mse"] > 0]
    return float((table["network_psnr"] + 10 * np.log10(table["network_mse"])).median()) if len(table) else 0.0


def _add_psnr_axis(axes: Axes, offset: float) -> None:
    """Read the errors as dB on the right: what is logarithmic in MSE is linear in PSNR."""
    axes.set_ylim(*axes.get_ylim())
    right = axes.twinx()
    right.set_ylim(*(offset - 10 * np.log10(axes.get_ylim())))
    right.set_ylabel("PSNR, dB", size=TEXT_SIZE, color=INK)
    right.tick_params(labelsize=SMALL_SIZE, labelcolor=INK, color=FAINT_INK, length=3, width=0.6)
    right.spines[:].set_visible(False)


def _mosaic(ladders: dict[str, Ladder]) -> Mosaic:
    """Set the noisy image above its projection and restorations; what variants share is shown once."""
    rows: list[tuple[str, np.ndarray, np.ndarray]] = []  # label, pictures, original
    for name, ladder in ladders.items():
        arrays = ladder.arrays
        for label, key in ((NOISY_LABEL, "noisy"), (ladder.pca_label, "pca"), (wrapped(name, 20), "network")):
            known = key != "network" and any(label == one and np.allclose(arrays[key], two) for one, two, _ in rows)
            if not known:
                rows.append((label, arrays[key], arrays["original"]))
    levels = next(iter(ladders.values())).table["level"].unique()
    return Mosaic(
        np.stack([pictures for _, pictures, _ in rows]),
        [label for label, _, _ in rows],
        [[short(error) for error in np.square(made - clean).mean(axis=(1, 2, 3))] for _, made, clean in rows],
        {(0, column): f"{level:g}" for column, level in enumerate(levels)},
    )
