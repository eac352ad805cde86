"""Many small pictures in rows and columns, drawn as one image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from autoencoders.reporting.figures.style import FAINT_INK, INK, SMALL_SIZE, TEXT_SIZE

SIDE_GAP, GROUP_GAP, CAPTION_GAP, HEADER_GAP, ROW_GAP = 0.06, 0.35, 0.3, 0.34, 0.06  # of a picture's side


@dataclass(frozen=True)
class Mosaic:
    """Pictures in rows and columns, with a label at each row and short texts about each picture.

    Attributes:
        pictures: (rows, n, C, H, W) in [0, 1], clipped for display; NaN where there is none; C is 1 or 3.
        labels: At the left of each row.
        captions: (rows, n) texts beneath the pictures; a row without any takes no space for them.
        headers: (row, column) -> text above that picture, from its left edge on.
        groups: Columns that stand further from the one before.
    """

    pictures: np.ndarray
    labels: Sequence[str]
    captions: Sequence[Sequence[str]]
    headers: Mapping[tuple[int, int], str] = field(default_factory=dict)
    groups: Sequence[int] = ()

    @cached_property
    def left(self) -> np.ndarray:
        """Return where the columns begin, (n,), in pixels."""
        n, width = self.pictures.shape[1], self.pictures.shape[-1]
        before = np.searchsorted(np.sort(self.groups), np.arange(n), side="right")  # group gaps
        return np.arange(n) * (width + _gap(SIDE_GAP, width)) + before * _gap(GROUP_GAP, width)

    @cached_property
    def top(self) -> np.ndarray:
        """Return where the rows of pictures begin, and after them the lower end, (rows + 1,), in pixels."""
        rows, height = len(self.pictures), self.pictures.shape[-2]
        lines = np.zeros(rows, dtype=int)  # of the headers above each row
        for (row, _), text in self.headers.items():
            lines[row] = max(lines[row], text.count("\n") + 1)
        above = lines * _gap(HEADER_GAP, height)
        below = [_gap(CAPTION_GAP if any(captions) else ROW_GAP, height) for captions in self.captions]
        heights = above + height + np.array(below)
        return np.append(0, np.cumsum(heights)) + np.append(above, 0)

    @property
    def size(self) -> tuple[float, float]:
        """Return width and height, in sides of a picture."""
        height, width = self.pictures.shape[-2:]
        return float(self.left[-1] / width + 1), float(self.top[-1] / height)

    @property
    def label_width(self) -> float:
        """Return about how many inches the labels take."""
        return 0.085 * max((len(line) for label in self.labels for line in label.split("\n")), default=0)

    def draw(self, axes: Axes, title: str = "") -> None:
        """Draw everything in one empty panel, whose axes it hides."""
        height, width = self.pictures.shape[-2:]
        canvas = self._canvas()
        extent = (0, canvas.shape[1], canvas.shape[0], 0)
        axes.imshow(canvas, extent=extent)
        self._outline(axes)
        for row, captions in enumerate(self.captions):
            for column, text in enumerate(captions):
                place = self.left[column] + width / 2, self.top[row] + height * 1.03
                _write(axes, place, text, ha="center", va="top", size=SMALL_SIZE - 1.5, color=FAINT_INK)
        for (row, column), text in self.headers.items():
            place = self.left[column], self.top[row] - height * 0.06
            _write(axes, place, text, ha="left", va="bottom", size=SMALL_SIZE, color=INK)
        axes.set_yticks(self.top[:-1] + height / 2, self.labels, fontsize=TEXT_SIZE, color=INK)
        axes.tick_params(length=0)
        axes.set_xticks([])
        axes.spines[:].set_visible(False)
        axes.grid(False)
        axes.set_anchor("NW")
        axes.set_title(title, loc="left", size=TEXT_SIZE, color=INK)

    def _canvas(self) -> np.ndarray:
        """Return all pictures on white, (height, width, 3)."""
        height, width = self.pictures.shape[-2:]
        canvas = np.ones((int(self.top[-1]), int(self.left[-1]) + width, 3), dtype=np.float32)
        for row, top in enumerate(self.top[:-1]):
            for column, left in enumerate(self.left):
                picture = np.nan_to_num(self.pictures[row, column], nan=1.0).clip(0, 1)  # (C, H, W)
                canvas[top : top + height, left : left + width] = picture.transpose(1, 2, 0)
        return canvas

    def _outline(self, axes: Axes) -> None:
        """Outline every picture thinly, so that drawings on white have an edge too."""
        height, width = self.pictures.shape[-2:]
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height)])
        there = np.argwhere(~np.isnan(self.pictures).any(axis=(2, 3, 4)))  # (pictures, 2), row and column
        outlines = [corners + np.array((self.left[column], self.top[row])) for row, column in there]
        axes.add_collection(PolyCollection(outlines, facecolor="none", edgecolor="#BBBBBB", lw=0.5), autolim=False)


def short(error: float) -> str:
    """Print an error narrowly enough for its picture: 1.2, 0.012, 0.0034, 2e-05, 0."""
    if error >= 0.9995:
        return f"{error:.2f}" if error < 100 else f"{error:.2g}"
    if error >= 1e-4:
        return f"{error:.4f}" if error < 0.01 else f"{error:.3f}"
    return f"{error:.1g}"


def _gap(share: float, side: int) -> int:
    return int(np.ceil(share * side))


def _write(axes: Axes, place: tuple[float, float], text: str, **style: object) -> None:
    if text:
        axes.text(*place, text, in_layout=False, **style)
