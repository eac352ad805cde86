"""Images and what the variants make of them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from autoencoders.reporting.figures.style import FAINT_INK, INK, SMALL_SIZE, TEXT_SIZE, finish, new_figure, wrapped

SIDE_GAP, ERROR_GAP = 0.06, 0.3  # of an image's side: between columns, and below for the printed error


def reconstruction_grid(
    originals: np.ndarray,
    rows: dict[str, np.ndarray],
    errors: dict[str, np.ndarray],
    inputs: dict[str, np.ndarray] | None = None,
    finding: str = "",
) -> Figure:
    """Draw images above their reconstructions, one row a variant, each with its error beneath.

    Args:
        originals: (n, C, H, W) in [0, 1]; C is 1 or 3.
        rows: Per variant its reconstructions, shaped and ranged as `originals`.
        errors: Per variant (n,), the mean squared error of each reconstruction, printed beneath it.
        inputs: Per variant the corrupted images it was given, drawn above its reconstructions.
        finding: The headline; none names the variant with the lowest error.

    Returns:
        One mosaic; values outside [0, 1] are clipped for display only.
    """
    inputs = inputs or {}
    pictures, labels, printed = [originals], ["original"], [None]
    for name, reconstructions in rows.items():
        if name in inputs:
            pictures.append(inputs[name])
            labels.append(wrapped(f"input of {name}"))
            printed.append(np.square(inputs[name] - originals).mean(axis=(1, 2, 3)))
        pictures.append(reconstructions)
        labels.append(wrapped(name))
        printed.append(errors[name])
    figure = _draw_mosaic(np.stack(pictures), labels, printed)
    note = "Beneath each image: mean squared pixel difference from the original."
    finish(figure, finding or _lowest({name: errors[name] for name in rows}), note)
    return figure


def _lowest(errors: dict[str, np.ndarray]) -> str:
    mean = {name: float(np.mean(found)) for name, found in errors.items()}
    best = min(mean, key=mean.__getitem__)
    return f"Lowest mean error of these {len(errors[best])} images {mean[best]:.3g}: {best}"


def _draw_mosaic(pictures: np.ndarray, labels: list[str], printed: list[np.ndarray | None]) -> Figure:
    """Draw (rows, n, C, H, W) in one axes, with a label at each row and an error beneath each image."""
    count, n, _, height, width = pictures.shape
    mosaic, down, right = _mosaic(pictures)
    side = 0.72 if count <= 14 else 0.55  # inches an image
    label_width = 0.085 * max(len(line) for label in labels for line in label.split("\n"))
    figure, panels = new_figure(max(label_width + side * n * right / width, 6.0), 0.75 + side * count * down / width)
    axes = panels[0, 0]
    axes.imshow(mosaic, cmap="gray", vmin=0, vmax=1, extent=(0, n * right, count * down, 0))
    _draw_outlines(axes, count, n, (height, width), (down, right))
    axes.set_yticks(np.arange(count) * down + height / 2, labels, fontsize=TEXT_SIZE, color=INK)
    axes.tick_params(length=0)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.grid(False)
    axes.set_anchor("NW")
    for row, row_errors in enumerate(printed):
        for column, error in enumerate([] if row_errors is None else row_errors):
            axes.text(
                column * right + width / 2,
                row * down + height * 1.02,
                _short(error),
                ha="center",
                va="top",
                size=SMALL_SIZE - 1.5,
                color=FAINT_INK,
                in_layout=False,
            )
    return figure


def _short(error: float) -> str:
    """Print an error narrowly enough for its image: 0.012, 0.0034, 2e-05, 0."""
    if error >= 1e-4:
        return f"{error:.4f}" if error < 0.01 else f"{error:.3f}"
    return f"{error:.1g}"


def _mosaic(pictures: np.ndarray) -> tuple[np.ndarray, int, int]:
    """Lay (rows, n, C, H, W) out on white; return (height, width, C) and the two distances in pixels."""
    count, n, channels, height, width = pictures.shape
    down, right = height + int(np.ceil(ERROR_GAP * height)), width + int(np.ceil(SIDE_GAP * width))
    mosaic = np.ones((count, down, n, right, channels), dtype=np.float32)
    mosaic[:, :height, :, :width] = pictures.clip(0, 1).transpose(0, 3, 1, 4, 2)
    mosaic = mosaic.reshape(count * down, n * right, channels)
    return (mosaic[..., 0] if channels == 1 else mosaic), down, right


def _draw_outlines(axes: Axes, count: int, n: int, size: tuple[int, int], distance: tuple[int, int]) -> None:
    """Outline every image thinly, so that drawings on white have an edge too."""
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * size[::-1]  # (4, 2), x and y
    grid = np.stack(np.meshgrid(np.arange(n), np.arange(count)), axis=-1).reshape(-1, 1, 2)
    axes.add_collection(
        PolyCollection(grid * distance[::-1] + corners, facecolor="none", edgecolor="#BBBBBB", lw=0.5),
        autolim=False,
    )
