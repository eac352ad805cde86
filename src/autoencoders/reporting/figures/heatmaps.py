"""Where in the image the reconstruction is wrong."""

from dataclasses import dataclass

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from autoencoders.reporting.figures.mosaic import Mosaic, short
from autoencoders.reporting.figures.style import INK, SMALL_SIZE, finish, new_figure

CMAP = "inferno"
SIDES = 0.5, 0.62  # inches a picture, at least and at most
WIDTH, SHAPE = 16, 1.5  # inches of pictures, and width over height, to aim at
TOP = 99.5  # percentile of the squares that takes the brightest colour
KINDS = ("input", "reconstruction", "squared difference")
HEADERS = {"first": "first of each class", "worst": "worst", "best": "best", "chosen": "chosen"}

Found = tuple[pd.DataFrame, dict[str, np.ndarray]]


def error_maps(findings: dict[str, Found], columns: int, finding: str = "") -> Figure:
    """Draw input, reconstruction and squared difference of selected images.

    Args:
        findings: By variant a table (label, error, group, a row an image) and the arrays inputs, reconstructions,
            squares (n, C, H, W) and median_error (1,).
        columns: Images a line.
        finding: The headline; else it sets the worst image beside the usual one.

    Returns:
        Three rows a line of images; one colour scale for all squares of all variants.
    """
    squares = np.concatenate([arrays["squares"].mean(axis=1).ravel() for _, arrays in findings.values()])
    top = float(np.percentile(squares, TOP)) or 1.0
    mosaic = _mosaic(findings, columns, top)
    width, height = mosaic.size
    side = np.clip(WIDTH / width, *SIDES)
    pictures_width = mosaic.label_width + side * width
    figure, panels = new_figure(
        max(pictures_width + 1.1, 7.5), 1.15 + side * height, columns=2, width_ratios=(pictures_width, 0.5)
    )
    mosaic.draw(panels[0, 0])
    _draw_scale(panels[0, 1], top, share=min(0.9, 3 / (side * height)))
    finish(
        figure,
        finding or _finding(findings),
        f"Beneath each difference: class label and error, the mean of the squares. The colour scale, one for all, ends "
        f"at the {TOP:g}th percentile of the squares shown.",
    )
    return figure


def _draw_scale(axes: Axes, top: float, share: float) -> None:
    """Draw the colour scale on the uppermost share of a panel that holds nothing else."""
    axes.set_axis_off()
    place = axes.inset_axes((0, 1 - share, 0.3, share * 0.92))
    bar = axes.figure.colorbar(ScalarMappable(Normalize(0, top), CMAP), cax=place, extend="max")
    bar.outline.set_visible(False)
    place.tick_params(labelsize=SMALL_SIZE, length=0)
    bar.set_label("squared difference", size=SMALL_SIZE, color=INK)


def _finding(findings: dict[str, Found]) -> str:
    """Set the worst image shown beside the usual test image, for the variant with the lowest usual error."""
    median = {name: float(arrays["median_error"][0]) for name, (_, arrays) in findings.items()}
    best = min(median, key=median.__getitem__)
    table = findings[best][0]
    worst = table.loc[table["error"].idxmax()]
    finding = f"{best}: the worst image shown, of class {worst['label']}, is off by {worst['error']:.3g}"
    if median[best] == 0:
        return finding
    return f"{finding}, {worst['error'] / median[best]:.1f} times the median of normal test images"


@dataclass(frozen=True)
class _Block:
    """One variant's images: pictures (rows, columns, 3, H, W), the texts beneath, and those above by place."""

    pictures: np.ndarray
    captions: list[list[str]]
    headers: dict[tuple[int, int], str]


def _mosaic(findings: dict[str, Found], columns: int, top: float) -> Mosaic:
    """Set the variants' blocks side by side and below one another, to about the shape of a screen."""
    columns = min(columns, max(len(table) for table, _ in findings.values()))
    rows = max(len(KINDS) * -(-len(table) // columns) for table, _ in findings.values())
    blocks = [
        _block(found, (rows, columns), top, name if len(findings) > 1 else "") for name, found in findings.items()
    ]
    across = _blocks_across(len(blocks), rows, columns)
    nothing = _Block(np.full_like(blocks[0].pictures, np.nan), [[""] * columns] * rows, {})
    blocks += [nothing] * (-len(blocks) % across)
    bands = [blocks[start : start + across] for start in range(0, len(blocks), across)]
    captions = [[text for block in band for text in block.captions[row]] for band in bands for row in range(rows)]
    headers = {
        (down * rows + row, right * columns + column): text
        for down, band in enumerate(bands)
        for right, block in enumerate(band)
        for (row, column), text in block.headers.items()
    }
    return Mosaic(
        np.concatenate([np.concatenate([block.pictures for block in band], axis=1) for band in bands]),
        list(KINDS) * (rows // len(KINDS) * len(bands)),
        captions,
        headers,
        groups=range(columns, across * columns, columns),
    )


def _blocks_across(count: int, rows: int, columns: int) -> int:
    """Return how many blocks to set side by side: near to the shape of a screen, and few places left empty."""

    def fault(across: int) -> float:
        down = -(-count // across)
        return abs(np.log(across * columns / (down * 1.25 * rows) / SHAPE)) + (across * down - count) / count

    return min(range(1, count + 1), key=fault)


def _block(found: Found, size: tuple[int, int], top: float, name: str) -> _Block:
    """Lay one variant's images out, three rows a line; the rest of the rows and columns stays empty."""
    table, arrays = found
    rows, columns = size
    heat = matplotlib.colormaps[CMAP](np.clip(arrays["squares"].mean(axis=1) / top, 0, 1))[..., :3]
    kinds = (_coloured(arrays["inputs"]), _coloured(arrays["reconstructions"]), heat.transpose(0, 3, 1, 2))
    pictures = np.full((rows, columns, *kinds[0].shape[1:]), np.nan, dtype=np.float32)
    captions = [[""] * columns for _ in range(rows)]
    headers = {}
    begins = set(table.index[table["group"] != table["group"].shift()])
    for place, (label, error, group) in enumerate(zip(table["label"], table["error"], table["group"], strict=True)):
        line, column = divmod(place, columns)
        first = line * len(KINDS)
        pictures[first : first + len(KINDS), column] = [kind[place] for kind in kinds]
        captions[first + len(KINDS) - 1][column] = f"{label}: {short(error)}"
        if place in begins:
            headers[first, column] = HEADERS.get(group, group)
    if name:
        headers[0, 0] = f"{name}\n{headers[0, 0]}"
    return _Block(pictures, captions, headers)


def _coloured(pictures: np.ndarray) -> np.ndarray:
    """Return grey images (n, 1, H, W) with three channels, and coloured ones as they are."""
    return np.repeat(pictures, 3, axis=1) if pictures.shape[1] == 1 else pictures
