"""Weight vectors as pictures."""

import numpy as np
from matplotlib.figure import Figure

from autoencoders.data.finding import Finding
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import PICTURES, named_range, seeds_note
from autoencoders.reporting.figures.mosaic import Mosaic
from autoencoders.reporting.figures.tiles import coloured, in_rows


def filter_mosaics(findings: dict[str, list[Finding]], layer: str) -> Figure:
    """Draw the filters of every variant in a square of pictures, those with the largest norms first.

    Args:
        findings: By variant, one per seed, as `measure` returns them.
        layer: "encoder" or "decoder".

    Returns:
        One panel per variant, each on a scale of its own that is symmetric about 0 and printed above it.
    """
    side = 5.0 if len(findings) == 1 else 3.4
    figure, panels = style.panel_grid(len(findings), 4, (side, side + 0.3))
    for axes, (name, seeds) in zip(panels.flat, findings.items(), strict=False):
        filters, norm = seeds[0].arrays["filters"], seeds[0].table["norm"]  # (n, C, H, W), (units,)
        limit = float(np.abs(filters).max()) or 1.0
        tiles = in_rows(coloured(filters, (-limit, limit), "RdBu_r"), int(np.ceil(np.sqrt(len(filters)))))
        shown = f"{len(filters)} of {len(norm)}, norm {norm[0]:.2g} to {norm[len(filters) - 1]:.2g}; s = {limit:.2g}"
        Mosaic(tiles).draw(axes, f"{style.wrapped(name)}\n{shown}")
    colours = "White 0, blue to -s, red to +s" if filters.shape[1] == 1 else "Grey 0, each channel from -s to +s"
    note = f"{colours}, the largest weight shown. By falling norm, row by row. Weights of noise correlate by 0. "
    style.finish(figure, _finding(findings, layer), note + seeds_note(findings, PICTURES))
    return figure


def _finding(findings: dict[str, list[Finding]], layer: str) -> str:
    """Say how smooth the filters are and what share of them is near zero."""
    smooth, zero = (
        {name: float(np.mean([one.table[column].mean() for one in seeds])) for name, seeds in findings.items()}
        for column in ("smoothness", "near_zero")
    )
    shares = " to ".join(dict.fromkeys(f"{share:.0%}" for share in (min(zero.values()), max(zero.values()))))
    what = "Encoder, first layer" if layer == "encoder" else "Decoder, last layer"
    return f"{what}: adjacent weights correlate by {named_range(smooth, '.2f')}; {shares} of filters near zero"
