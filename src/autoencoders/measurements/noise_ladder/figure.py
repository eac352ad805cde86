"""What is left of more and more noise: curves and pictures."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoencoders.data.finding import Finding, first_arrays, joined
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import BAND, PICTURES, draw_band, seeds_note
from autoencoders.reporting.figures.mosaic import Mosaic, short

NOISY_LABEL = "noisy input"
SIDE = 0.72  # inches of a picture


def noise_ladder(findings: dict[str, list[Finding]], level_name: str) -> Figure:
    """Draw the error left at each level of noise, by variant, and one test image on its way.

    Args:
        findings: By variant, one per seed, as `measure` returns them.
        level_name: Words for the levels.

    Returns:
        Curves over the levels (mean and range over seeds) against PCA at each code size and the untouched input,
        on a logarithmic scale that reads as PSNR on the right; beside them the pictures.
    """
    arrays, tables = first_arrays(findings), joined(findings)
    pca = {name: f"PCA {int(one['latent_dim'][0])}" for name, one in arrays.items()}
    mosaic = _mosaic(arrays, pca, next(iter(tables.values()))["level"].unique())
    width, height = mosaic.inches(SIDE)
    size = 6.4 + width, max(4.6, 1.5 + height, 3.4 + 0.1 * (len(tables) + len(set(pca.values()))))
    figure, panels = style.new_figure(*size, columns=2, width_ratios=(6.0, width))
    _draw_curves(panels[0, 0], tables, arrays, pca)
    style.set_labels(panels[0, 0], "Error that is left", level_name, "MSE (log scale)")
    panels[0, 0].set_xticks(next(iter(tables.values()))["level"].unique())
    mosaic.draw(panels[0, 1], "One test image at each level")
    ring = any(np.isfinite(one["trained_at"][0]) for one in arrays.values())
    note = (
        "Error against the clean image, mean over test images; PSNR: of the mean error. PCA N: the noisy image kept "
        f"to N principal components. {'Ring: the level that the variant was trained on. ' if ring else ''}"
        "Beneath each picture: its error. "
    )
    style.finish(figure, _finding(tables, pca, level_name), note + seeds_note(findings, BAND, PICTURES))
    return figure


def _finding(tables: dict[str, pd.DataFrame], pca: dict[str, str], level_name: str) -> str:
    """Compare the best variant at the strongest noise with its two rivals."""
    means = pd.DataFrame({name: table.groupby("level").mean().iloc[-1] for name, table in tables.items()})
    level, best = next(iter(tables.values()))["level"].max(), means.loc["network_mse"].idxmin()
    row = means[best]
    return (
        f"{level_name[0].upper()}{level_name[1:]} {level:g}: the untouched input is off by {row['noisy_mse']:.3g}, "
        f"{pca[best]} by {row['pca_mse']:.3g}, {best} by {row['network_mse']:.3g}"
    )


def _draw_curves(
    axes: Axes, tables: dict[str, pd.DataFrame], arrays: dict[str, dict[str, np.ndarray]], pca: dict[str, str]
) -> None:
    """Draw the variants, then PCA (dashed) and the untouched input (dotted), each once where variants share it."""
    means = {name: table.groupby("level").mean() for name, table in tables.items()}
    styles = {name: style.series(index) | {"marker": ".", "markevery": None} for index, name in enumerate(tables)}
    for name, table in tables.items():
        draw_band(axes, table, "level", "network_mse", styles[name] | {"label": style.wrapped(name, 30)})
        level, errors = float(arrays[name]["trained_at"][0]), means[name]["network_mse"]
        if errors.index.min() <= level <= errors.index.max():
            error = np.exp(np.interp(level, errors.index, np.log(errors.clip(lower=1e-12))))
            axes.plot(level, error, "o", mfc="none", mec=styles[name]["color"], mew=1.8, ms=8)
    first = next(iter(means.values()))
    shared = len(set(pca.values())) == 1 and all(
        np.allclose(one["pca_mse"], first["pca_mse"], rtol=1e-3) for one in means.values()
    )
    for name in list(tables)[: 1 if shared else None]:
        color, label = (style.INK, pca[name]) if shared else (styles[name]["color"], f"{pca[name]} beside {name}")
        errors = means[name]["pca_mse"]
        axes.plot(errors.index, errors, color=color, ls=style.DASHED, lw=1.4, label=style.wrapped(label, 30))
    noisy = first["noisy_mse"].where(first["noisy_mse"] > 0)
    axes.plot(noisy.index, noisy, color=style.FAINT_INK, ls=style.DOTTED, lw=1.8, label=NOISY_LABEL)
    style.set_log(axes, "y")
    _add_psnr_axis(axes, first)
    style.put_legend_below(axes, columns=2)


def _add_psnr_axis(axes: Axes, means: pd.DataFrame) -> None:
    """Read the errors as dB on the right: what is logarithmic in MSE is linear in PSNR."""
    means = means[means["network_mse"] > 0]
    offset = (means["network_psnr"] + 10 * np.log10(means["network_mse"])).median()  # 0 for intensities in [0, 1]
    axes.set_ylim(*axes.get_ylim())
    right = axes.twinx()
    right.set_ylim(*(np.nan_to_num(offset) - 10 * np.log10(axes.get_ylim())))
    right.set_ylabel("PSNR, dB", size=style.TEXT_SIZE, color=style.INK)
    right.tick_params(labelsize=style.SMALL_SIZE, labelcolor=style.INK, color=style.FAINT_INK, length=3, width=0.6)
    right.spines[:].set_visible(False)


def _mosaic(arrays: dict[str, dict[str, np.ndarray]], pca: dict[str, str], levels: np.ndarray) -> Mosaic:
    """Set the noisy image above its projection and restorations; what variants share is shown once."""
    rows: list[tuple[str, np.ndarray, np.ndarray]] = []  # label, pictures, original
    for name, one in arrays.items():
        for label, key in ((NOISY_LABEL, "noisy"), (pca[name], "pca"), (style.wrapped(name, 20), "network")):
            if not any(label == known and np.allclose(one[key], pictures) for known, pictures, _ in rows):
                rows.append((label, one[key], one["original"]))
    errors = [np.square(made - clean).mean(axis=(1, 2, 3)) for _, made, clean in rows]
    return Mosaic(
        np.stack([pictures for _, pictures, _ in rows]),
        [label for label, _, _ in rows],
        {row: [short(error) for error in found] for row, found in enumerate(errors)},
        {(0, column): f"{level:g}" for column, level in enumerate(levels)},
    )
