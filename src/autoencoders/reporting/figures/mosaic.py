"""Many small pictures in rows and columns, drawn as one image."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from autoencoders.reporting.figures import style

SIDE_GAP, GROUP_GAP, CAPTION_GAP, HEADER_GAP, TITLE_GAP, ROW_GAP = 0.06, 0.35, 0.3, 0.34, 0.4, 0.06  # of a side
LETTER = 0.085  # inches of a label


@dataclass(frozen=True)
class Mosaic:
    """Pictures in rows and columns, with a label at each row and short texts about each picture.

    Attributes:
        pictures: (rows, n, C, H, W) in [0, 1], clipped for display; NaN where there is none; C is 1 or 3.
        labels: Texts at the left of the rows.
        captions: Texts beneath the pictures of a row, by row.
        headers: Texts above pictures, from their left edges on, by row and column.
        titles: Texts above the headers, likewise.
        groups: Columns that stand further from the one before.
        best: Captions to stress, by row and column.
    """

    pictures: np.ndarray
    labels: Sequence[str] = ()
    captions: Mapping[int, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[tuple[int, int], str] = field(default_factory=dict)
    titles: Mapping[tuple[int, int], str] = field(default_factory=dict)
    groups: Sequence[int] = ()
    best: Set[tuple[int, int]] = frozenset()

    @cached_property
    def left(self) -> np.ndarray:
        """Return where the columns begin, (n,), in pixels."""
        n, width = self.pictures.shape[1], self.pictures.shape[-1]
        before = np.searchsorted(self.groups, np.arange(n), side="right")  # group gaps
        return np.arange(n) * (width + _gap(SIDE_GAP, width)) + before * _gap(GROUP_GAP, width)

    @cached_property
    def top(self) -> np.ndarray:
        """Return where the rows of pictures begin, and after them the lower end, (rows + 1,), in pixels."""
        rows, height = np.arange(len(self.pictures)), self.pictures.shape[-2]
        above = sum(
            np.isin(rows, [row for row, _ in texts]) * _gap(gap, height)
            for texts, gap in ((self.headers, HEADER_GAP), (self.titles, TITLE_GAP))
        )
        captioned = np.isin(rows, list(self.captions))
        below = np.where(captioned, _gap(CAPTION_GAP, height), _gap(ROW_GAP, height))
        return np.append(0, np.cumsum(above + height + below)) + np.append(above, 0)

    def inches(self, side: float) -> tuple[float, float]:
        """Return the width, labels included, and the height in inches where pictures are `side` wide."""
        width = self.pictures.shape[-1]
        letters = max((len(line) for label in self.labels for line in label.split("\n")), default=0)
        return LETTER * letters + side * (self.left[-1] / width + 1), side * self.top[-1] / width

    def alone(self, side: float, room: float = 0.9) -> Figure:
        """Return a figure that holds nothing else: pictures `side` inches wide, and `room` inches for words."""
        width, height = self.inches(side)
        figure, panels = style.new_figure(width, height + room)
        self.draw(panels[0, 0])
        return figure

    def draw(self, axes: Axes, title: str = "") -> None:
        """Draw everything in one empty panel, whose axes it hides."""
        height, width = self.pictures.shape[-2:]
        canvas = self._canvas()
        axes.imshow(canvas, extent=(0, canvas.shape[1], canvas.shape[0], 0))
        self._outline(axes)
        look = {"ha": "center", "va": "top", "size": 7.5, "color": style.FAINT_INK, "in_layout": False}
        stressed = look | {"color": style.INK, "weight": "bold"}
        for row, captions in self.captions.items():
            for column, (left, text) in enumerate(zip(self.left, captions, strict=False)):
                how = stressed if (row, column) in self.best else look
                axes.text(left + width / 2, self.top[row] + 1.03 * height, text, **how)
        headed = {row for row, _ in self.headers}
        for texts, size, weight in ((self.headers, style.SMALL_SIZE, "normal"), (self.titles, style.TEXT_SIZE, "bold")):
            look = {"va": "bottom", "size": size, "weight": weight, "color": style.INK, "in_layout": False}
            for (row, column), text in texts.items():
                above = HEADER_GAP if texts is self.titles and row in headed else 0
                axes.text(self.left[column], self.top[row] - (0.06 + above) * height, text, **look)
        middles = self.top[: len(self.labels)] + height / 2
        axes.set_yticks(middles, self.labels, fontsize=style.TEXT_SIZE, color=style.INK)
        axes.tick_params(length=0)
        axes.set_xticks([])
        axes.spines[:].set_visible(False)
        axes.grid(False)
        axes.set_anchor("NW")
        style.set_labels(axes, title)

    def _canvas(self) -> np.ndarray:
        """Return all pictures on white, (height, width, 3), in bytes, which draw three times as fast as floats."""
        height, width = self.pictures.shape[-2:]
        canvas = np.full((self.top[-1], self.left[-1] + width, 3), 255, dtype=np.uint8)
        for row, top in enumerate(self.top[:-1]):
            for column, left in enumerate(self.left):
                picture = np.nan_to_num(self.pictures[row, column], nan=1.0).clip(0, 1)  # (C, H, W)
                canvas[top : top + height, left : left + width] = np.rint(255 * picture).transpose(1, 2, 0)
        return canvas

    def _outline(self, axes: Axes) -> None:
        """Outline every picture thinly, so that drawings on white have an edge too."""
        height, width = self.pictures.shape[-2:]
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height)])
        there = np.argwhere(~np.isnan(self.pictures).all(axis=(2, 3, 4)))  # (pictures, 2), row and column
        outlines = [corners + np.array((self.left[column], self.top[row])) for row, column in there]
        look = {"facecolor": "none", "edgecolor": "#BBBBBB", "lw": 0.5, "clip_on": False}
        axes.add_collection(PolyCollection(outlines, **look), autolim=False)


def beside(blocks: Mapping[str, Mosaic], across: int) -> Mosaic:
    """Lay mosaics out as one, each below its name; their rows have the same labels.

    Args:
        blocks: The mosaics, by name, with pictures of one size.
        across: Mosaics in a line at most.
    """
    across = min(across, len(blocks))
    rows, columns = (max(block.pictures.shape[axis] for block in blocks.values()) for axis in (0, 1))
    lines = -(-len(blocks) // across)
    size = next(iter(blocks.values())).pictures.shape[2:]
    pictures = np.full((lines * rows, across * columns, *size), np.nan, dtype=np.float32)
    captions: dict[int, list[str]] = {}
    headers, titles = {}, {}
    for place, (name, block) in enumerate(blocks.items()):
        top, left = place // across * rows, place % across * columns
        pictures[top : top + block.pictures.shape[0], left : left + block.pictures.shape[1]] = block.pictures
        titles[top, left] = name
        headers |= {(top + row, left + column): text for (row, column), text in block.headers.items()}
        for row, texts in block.captions.items():
            captions.setdefault(top + row, [""] * across * columns)[left : left + len(texts)] = texts
    labels = max((block.labels for block in blocks.values()), key=len)
    labels = [*labels, *[""] * (rows - len(labels))] * lines if labels else ()
    groups = range(columns, across * columns, columns)
    return Mosaic(pictures, labels, captions, headers, titles if len(blocks) > 1 else {}, groups)


def short(error: float) -> str:
    """Print an error narrowly enough for its picture: 1.2, 0.012, 0.0034, 2e-05, 0."""
    if error >= 0.9995:
        return f"{error:.2f}" if error < 100 else f"{error:.2g}"
    if error >= 1e-4:
        return f"{error:.4f}" if error < 0.01 else f"{error:.3f}"
    return f"{error:.1g}"


def _gap(share: float, side: int) -> int:
    return int(np.ceil(share * side))
