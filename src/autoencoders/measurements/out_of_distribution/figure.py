"""Images that no image of the dataset looks like, what becomes of them, and whether their errors tell."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from autoencoders.data.finding import Finding, first_arrays, joined
from autoencoders.detection.figures.heat_tables import kind_name
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import PICTURES, draw_ranges, seeds_note
from autoencoders.reporting.figures.mosaic import Mosaic, short
from autoencoders.reporting.figures.tiles import alike

SIDE = 0.66  # inches of a picture


def out_of_distribution_sheet(findings: dict[str, list[Finding]]) -> Figure:
    """Draw out-of-distribution images above two panels: the mean error of each kind, and its AUROC.

    Args:
        findings: By variant, one per seed, as `measure` returns them; the first row is the test images.

    Returns:
        The figure; dots are means over seeds, lines through them run from the lowest seed to the highest.
    """
    tables = joined(findings)
    kinds = list(next(iter(tables.values()))["kind"].unique())
    mosaic = _mosaic(first_arrays(findings), kinds)
    width, height = mosaic.inches(SIDE)
    below = 1.0 + len(kinds) * max(0.26, 0.085 * len(tables))
    figure, panels = style.new_figure(max(width + 0.4, 9.5), 1.2 + height + below, 2, 2, height_ratios=(height, below))
    panels[0, 0].set_subplotspec(panels[0, 0].get_gridspec()[0, :])
    panels[0, 1].remove()
    mosaic.draw(panels[0, 0])
    errors, areas = panels[1]
    colors = [style.series(index)["color"] for index in range(len(tables))]
    for axes, column in ((errors, "mse"), (areas, "auroc")):
        means = {name: table.groupby("kind")[column].agg(["mean", "min", "max"]) for name, table in tables.items()}
        draw_ranges(axes, {style.wrapped(name): mean.loc[kinds] for name, mean in means.items()}, colors)
        style.name_rows(axes, [kind_name(kind) if axes is errors else "" for kind in kinds])
    style.set_labels(errors, "Error of reconstructions", f"mean MSE ({style.set_log(errors, 'x')} scale)")
    areas.set_xlim(-0.03, 1.03)
    areas.axvline(0.5, color=style.FAINT_INK, lw=1, ls=style.DOTTED, zorder=0)
    areas.text(0.52, 0.02, "guess", transform=areas.get_xaxis_transform(), size=style.SMALL_SIZE, color=style.FAINT_INK)
    style.set_labels(areas, "Told from test images by error", "AUROC")
    if len(tables) > 1:
        style.put_legend_right(areas)
    note = (
        "Above: one pair of each kind of out-of-distribution images and its reconstructions, clipped to [0, 1] for "
        "display; beneath, mean squared pixel differences. AUROC: the chance that the error of such an image lies "
        "above a test image's; 0.5 is a guess, 0 means that each is reconstructed better than any test image. "
    )
    style.finish(figure, _finding(tables, kinds), note + seeds_note(findings, "line: lowest to highest", PICTURES))
    return figure


def _finding(tables: dict[str, pd.DataFrame], kinds: list[str]) -> str:
    """Name the kind that is hardest to tell from test images, for the variant that tells them best."""
    means = pd.DataFrame({name: table.groupby("kind")["auroc"].mean()[kinds[1:]] for name, table in tables.items()})
    best = means.mean().idxmax()
    told, hardest = int((means[best] >= 0.99).sum()), means[best].idxmin()
    return (
        f"{f'{best}: ' if len(tables) > 1 else ''}AUROC at least 0.99 for {told} of {len(kinds) - 1} kinds of "
        f"out-of-distribution images; the lowest {means[best].min():.3f}: {kind_name(hardest)}"
    )


def _mosaic(examples: dict[str, dict[str, np.ndarray]], kinds: list[str]) -> Mosaic:
    """Set reconstructions, one row per variant, below the originals, which variants of one training class share."""

    def row(name: str, key: str) -> np.ndarray:
        return np.concatenate([examples[name][f"{kind}/{key}"] for kind in kinds])

    rows, labels, captions = [], [], {}
    for names in alike({name: row(name, "originals") for name in examples}):
        rows.append(row(names[0], "originals"))
        labels.append("original")
        for name in names:
            captions[len(rows)] = [short(error) for error in row(name, "errors")]
            rows.append(row(name, "reconstructions"))
            labels.append(style.wrapped(name, 20))
    first = next(iter(examples.values()))
    starts = np.cumsum([0, *(len(first[f"{kind}/errors"]) for kind in kinds)])[:-1].tolist()
    headers = {(0, start): kind_name(kind) for start, kind in zip(starts, kinds, strict=True)}
    return Mosaic(np.stack(rows), labels, captions, headers, groups=starts[1:])
