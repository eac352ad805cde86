"""Where in the image the reconstruction is wrong."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from autoencoders.figures.mosaic import Mosaic, short
from autoencoders.figures.style import INK, SMALL_SIZE, finish, new_figure, wrapped

CMAP = "inferno"
SIDE = 0.62  # inches a picture
TOP = 99.5  # percentile of the squares that takes the brightest colour
KINDS = ("input", "reconstruction", "squared difference")
HEADERS = {"first": "first of each class", "worst": "worst", "best": "best"}

Found = tuple[pd.DataFrame, dict[str, np.ndarray]]


def error_maps(findings: dict[str, Found], columns: int) -> Figure:
    """Draw input, reconstruction and squared difference of selected images.

    Args:
        findings: By variant a table (label, error, group, a row an image) and the arrays inputs, reconstructions,
            squares (n, C, H, W) and median_error (1,).
        columns: Images a line.

    Returns:
        Three rows a line of images; one colour scale for all squares of all variants.
    """
    squares = np.concatenate([arrays["squares"].mean(axis=1).ravel() for _, arrays in findings.values()])
    top = float(np.percentile(squares, TOP)) or 1.0
    mosaic = _mosaic(findings, columns, top)
    width, height = mosaic.size
    figure, panels = new_figure(max(mosaic.label_width + SIDE * width + 1.1, 7.5), 1.15 + SIDE * height)
    mosaic.draw(panels[0, 0])
    scale = ScalarMappable(Normalize(0, top), CMAP)
    bar = figure.colorbar(scale, ax=panels[0, 0], extend="max", aspect=18, shrink=min(1, 3.2 / (SIDE * height)))
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL_SIZE, length=0)
    bar.set_label("squared difference", size=SMALL_SIZE, color=INK)
    finish(
        figure,
        _finding(findings),
        f"Beneath each difference: class label and error, the mean of the squares. The colour scale, one for all, ends "
        f"at the {TOP:g}th percentile of the squares shown.",
    )
    return figure


def _finding(findings: dict[str, Found]) -> str:
    """Set the worst image shown beside the usual test image, for the variant with the lowest usual error."""
    median = {name: float(arrays["median_error"][0]) for name, (_, arrays) in findings.items()}
    best = min(median, key=median.__getitem__)
    table = findings[best][0]
    worst = table.loc[table["error"].idxmax()]
    return (
        f"{best}: the worst image shown, of class {worst['label']}, is off by {worst['error']:.3g}, "
        f"{worst['error'] / median[best]:.1f} times the median of normal test images"
    )


def _mosaic(findings: dict[str, Found], columns: int, top: float) -> Mosaic:
    """Lay out three rows a line, as many lines as a variant's images need."""
    pictures, labels, captions, headers = [], [], [], {}
    columns = min(columns, max(len(table) for table, _ in findings.values()))
    for name, (table, arrays) in findings.items():
        heat = matplotlib.colormaps[CMAP](np.clip(arrays["squares"].mean(axis=1) / top, 0, 1))[..., :3]
        rows = (_coloured(arrays["inputs"]), _coloured(arrays["reconstructions"]), heat.transpose(0, 3, 1, 2))
        texts = [f"{label}: {short(error)}" for label, error in zip(table["label"], table["error"], strict=True)]
        begins = table.index[table["group"] != table["group"].shift()]
        for start in range(0, len(table), columns):
            line = slice(start, start + columns)
            for group in (one for one in begins if start <= one < start + columns):
                headers[(len(pictures), group - start)] = _header(table["group"][group])
            pictures += [_padded(row[line], columns) for row in rows]
            labels += [wrapped(f"{kind}, {name}", 24) if len(findings) > 1 else kind for kind in KINDS]
            captions += [(), (), texts[line]]
    return Mosaic(np.stack(pictures), labels, captions, headers)


def _header(group: str) -> str:
    return HEADERS.get(group, group)


def _coloured(pictures: np.ndarray) -> np.ndarray:
    """Return grey images (n, 1, H, W) with three channels, and coloured ones as they are."""
    return np.repeat(pictures, 3, axis=1) if pictures.shape[1] == 1 else pictures


def _padded(pictures: np.ndarray, columns: int) -> np.ndarray:
    """Fill a line up with NaN, (columns, C, H, W)."""
    full = np.full((columns, *pictures.shape[1:]), np.nan, dtype=np.float32)
    full[: len(pictures)] = pictures
    return full
