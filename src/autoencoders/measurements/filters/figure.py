"""Weight vectors as pictures."""

import numpy as np
from matplotlib.figure import Figure

from autoencoders.data.finding import Finding
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.bands import PICTURES, named_range, seeds_note
from autoencoders.reporting.figures.mosaic import Mosaic
from autoencoders.reporting.figures.tiles import coloured, in_rows

SIDE, COLUMNS = 0.7, 12  # inches of a picture; pictures in a line at most


def filter_mosaics(findings: dict[str, list[Finding]], layer: str) -> Figure:
    """Draw the filters of every variant in rows of pictures, those with the largest norms first.

    Args:
        findings: By variant, one per seed, as `measure` returns them.
        layer: "encoder" or "decoder".

    Returns:
        Rows of pictures, each variant on a scale of its own that is symmetric about 0 and printed above them.
    """
    columns = _columns(max(len(seeds[0].arrays["filters"]) for seeds in findings.values()))
    rows, titles = [], {}
    for name, seeds in findings.items():
        filters, norm = seeds[0].arrays["filters"], seeds[0].table["norm"]  # (n, C, H, W), (units,)
        limit = float(np.abs(filters).max()) or 1.0
        shown = f"{len(filters)} of {len(norm)} filters, norms {norm[0]:.2g} to {norm[len(filters) - 1]:.2g}"
        titles[sum(map(len, rows)), 0] = f"{name}: {shown}, scale ±{limit:.2g}"
        rows.append(in_rows(coloured(filters, (-limit, limit), "RdBu_r"), columns))
    figure = Mosaic(np.concatenate(rows), titles=titles).alone(SIDE)
    colours = "White is 0, blue negative, red positive" if filters.shape[1] == 1 else "Grey is 0, in each channel"
    note = f"{colours}, up to the largest weight shown. By falling norm, row by row. Weights of noise correlate by 0. "
    style.finish(figure, _finding(findings, layer), note + seeds_note(findings, PICTURES))
    return figure


def _columns(count: int) -> int:
    """Return how many pictures stand in a line: as many as leave no line short, if that is not fewer than half."""
    return next((n for n in range(COLUMNS, COLUMNS // 2 - 1, -1) if count % n == 0), min(count, COLUMNS))


def _finding(findings: dict[str, list[Finding]], layer: str) -> str:
    """Say how smooth the filters are and what share of them is near zero."""
    smooth, zero = (
        {name: float(np.mean([one.table[column].mean() for one in seeds])) for name, seeds in findings.items()}
        for column in ("smoothness", "near_zero")
    )
    shares = " to ".join(dict.fromkeys(f"{share:.0%}" for share in (min(zero.values()), max(zero.values()))))
    what = "Encoder, first layer" if layer == "encoder" else "Decoder, last layer"
    return f"{what}: adjacent weights correlate by {named_range(smooth, '.2f')}; {shares} of filters near zero"
