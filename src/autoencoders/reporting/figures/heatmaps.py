"""Where in the image the reconstruction is wrong."""

import numpy as np
import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from autoencoders.data.finding import Finding
from autoencoders.reporting.figures import style
from autoencoders.reporting.figures.mosaic import Mosaic, beside, short
from autoencoders.reporting.figures.tiles import SIDE as LARGE
from autoencoders.reporting.figures.tiles import coloured, in_rows

CMAP = "inferno"
SIDE, WIDTH = 0.55, 10.0  # inches of a picture, and of all at most
PIXELS = 56  # of a picture's longer side, unless its image has more
TOP = 99.5  # percentile of the squares that takes the brightest colour
KINDS = ("input", "reconstruction", "squared difference")
HEADERS = {"first": "first of each class"}


def error_maps(findings: dict[str, Finding], columns: int, finding: str = "") -> Figure:
    """Draw input, reconstruction and squared difference of selected images, block by block for each variant.

    Args:
        findings: By variant a table (label, error, group; one row per image) and the arrays inputs, reconstructions,
            squares (n, C, H, W) and median_error (1,).
        columns: Images in a line at most.
        finding: Headline; if not given, it sets the worst image beside the usual one.

    Returns:
        Three rows of pictures per line of images; one colour scale for all squares of all variants.
    """
    squares = np.concatenate([found.arrays["squares"].mean(axis=1).ravel() for found in findings.values()])
    top = float(np.percentile(squares, TOP)) or 1.0
    columns = min(columns, max(len(found.table) for found in findings.values()))
    mosaics = {name: _mosaic(found, columns, top) for name, found in findings.items()}
    mosaic = beside(mosaics, int(max(WIDTH // (SIDE * (1.06 * columns + 0.35)), 1)))
    width, height = mosaic.inches(SIDE)
    figure, panels = style.new_figure(width + 1.1, height + 1.2)
    mosaic.draw(panels[0, 0])
    colours = ScalarMappable(Normalize(0, top), CMAP)
    size = 0.14 / width, min(1.7 / height, 1)
    style.put_colour_scale(panels[0, 0], colours, size, extend="max", label="squared difference")
    note = (
        f"Beneath each difference: class label and error, the mean of the squares. The colour scale is one for all and "
        f"ends at the {TOP:g}th percentile of the squares shown."
    )
    style.finish(figure, finding or _finding(findings), note)
    return figure


def _mosaic(found: Finding, columns: int, top: float) -> Mosaic:
    """Lay one variant's images out, three rows of pictures per line."""
    table, arrays = found.table, found.arrays
    squares = arrays["squares"].mean(axis=1, keepdims=True)
    scales = ((arrays["inputs"], 1.0, "gray"), (arrays["reconstructions"], 1.0, "gray"), (squares, top, CMAP))
    side = PIXELS if max(squares.shape[-2:]) <= PIXELS else LARGE
    pictures = [in_rows(coloured(values, (0, high), cmap, side), columns) for values, high, cmap in scales]
    lined = np.stack(pictures, axis=1)  # (lines, 3, columns, 3, h, w)
    texts = [f"{label}: {short(error)}" for label, error in zip(table["label"], table["error"], strict=True)]
    lines = range(len(lined))
    groups = table["group"].to_numpy()
    begins = [place for place in range(len(groups)) if place == 0 or groups[place] != groups[place - 1]]
    return Mosaic(
        lined.reshape(-1, *lined.shape[2:]),
        KINDS * len(lined),
        captions={3 * line + 2: texts[line * columns : (line + 1) * columns] for line in lines},
        headers={
            (3 * (place // columns), place % columns): HEADERS.get(groups[place], groups[place]) for place in begins
        },
    )


def _finding(findings: dict[str, Finding]) -> str:
    """Set the worst image shown beside the usual test image, for the variant with the lowest usual error."""
    medians = pd.Series({name: float(found.arrays["median_error"][0]) for name, found in findings.items()})
    best, median = medians.idxmin(), medians.min()
    table = findings[best].table
    worst = table.loc[table["error"].idxmax()]
    finding = f"{best}: the worst image shown, of class {worst['label']}, is off by {worst['error']:.3g}"
    return f"{finding}, {worst['error'] / median:.1f} times the median of normal test images" if median else finding
