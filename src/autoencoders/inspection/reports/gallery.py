"""A gallery: pictures of judged images, each beside where it is odd."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from autoencoders.data.words import printable
from autoencoders.inspection.error_map import DARKEST, STEPS
from autoencoders.reporting.section import Exhibit

SIDE = 256  # pixels of the longer side of a picture, at most; small images are enlarged by a whole factor
GAP = 8  # pixels between the image and where it is odd
FAINT, BRIGHT = 1.5, 6.0  # sds from the usual at which the colour of what is odd begins and is at its strongest
ALARM = (213, 94, 0)
LEAST_BOX = 12  # pixels of the sides of a box, so that it is seen
QUALITY = 85  # of WebP


def exhibit(name: str, line: str, is_marked: bool, image: np.ndarray, grey: np.ndarray, row: Any) -> Exhibit:
    """Show an image and, beside it, where it is odd.

    Args:
        name: What it is called.
        line: What is said of it.
        is_marked: Whether it is flagged.
        image: uint8 (C, H, W).
        grey: Its error map as `error_map.pictured` returns it, uint8 (H, W).
        row: Top, left, height and width, in pixels, of the box of its largest error.
    """
    scale = scale_of(image.shape[1:])
    shown = np.broadcast_to(scaled(image, scale, np.mean), (3, *scaled(grey[np.newaxis], scale, np.max).shape[1:]))
    heat = scaled(grey[np.newaxis], scale, np.max)[0] / STEPS + DARKEST
    left = Image.fromarray(shown.transpose(1, 2, 0).astype(np.uint8))
    ImageDraw.Draw(left).rectangle(box_of(row, scale), outline=ALARM, width=2)
    right = Image.fromarray(overlaid(shown, heat))
    both = Image.new("RGB", (2 * left.width + GAP, left.height), "white")
    both.paste(left, (0, 0))
    both.paste(right, (left.width + GAP, 0))
    opened = BytesIO()
    both.save(opened, format="WEBP", quality=QUALITY)
    return Exhibit(name, line, is_marked, opened.getvalue())


def scale_of(size: tuple[int, int]) -> float:
    """Return by what to enlarge images of a size, or, as 1 over a whole number, to shrink them."""
    longer = max(size)
    return float(SIDE // longer) if longer <= SIDE else 1 / -(-longer // SIDE)


def scaled(values: np.ndarray, scale: float, pool: Any) -> np.ndarray:
    """Return values (C, H, W) enlarged by repeating them, or shrunk by pooling blocks; the last may be smaller."""
    if scale >= 1:
        return values.repeat(int(scale), axis=1).repeat(int(scale), axis=2)
    side = round(1 / scale)
    margins = [(0, 0), *((0, -length % side) for length in values.shape[1:])]
    padded = np.pad(values, margins, mode="edge")
    blocks = padded.reshape(len(values), padded.shape[1] // side, side, padded.shape[2] // side, side)
    return pool(blocks, axis=(2, 4))


def overlaid(image: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Return an image (3, H, W) in grey, and in colours where it is odd by heat (H, W) in sds: uint8 (H, W, 3)."""
    from matplotlib import colormaps

    strength = ((heat - FAINT) / (BRIGHT - FAINT)).clip(0, 1)
    colours = colormaps["inferno"](0.4 + 0.6 * strength)[..., :3] * 255
    share = (0.85 * np.sqrt(strength))[..., np.newaxis]
    return np.rint((1 - share) * image.mean(axis=0)[..., np.newaxis] + share * colours).astype(np.uint8)


def box_of(row: Any, scale: float) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a box on a scaled image, large enough to be seen."""
    edges = []
    for first, length in ((row["left"], row["width"]), (row["top"], row["height"])):
        centre, reach = scale * (first + length / 2), max(scale * length / 2 + 2, LEAST_BOX / 2)
        edges.append((centre - reach, centre + reach))
    (left, right), (top, bottom) = edges
    return left, top, right, bottom


def exhibits_of(rows: pd.DataFrame, shown: Iterable[tuple[np.ndarray, np.ndarray]]) -> list[Exhibit]:
    """Return the exhibits of some verdicts.

    Args:
        rows: file, score, p_value, flagged, the box of the largest error and, where it is known, class.
        shown: Image and error map of each row.
    """
    return [
        exhibit(printable(row["file"]), line_of(row), bool(row["flagged"]), image, grey, row)
        for row, (image, grey) in zip(rows.to_dict("records"), shown, strict=True)
    ]


def line_of(row: dict[str, Any]) -> str:
    """Say of a verdict what stands below its picture."""
    kind = [row["class"]] if "class" in row else []
    flagged = ["flagged"] if row["flagged"] else []
    return " · ".join([*kind, f"score {row['score']:.2f}", f"p {row['p_value']:.2g}", *flagged])
