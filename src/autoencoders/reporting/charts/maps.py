"""Points in a plane, each with the image that it stands for."""

from base64 import b64encode
from io import BytesIO

import numpy as np
import plotly.graph_objects as go
from PIL import Image
from plotly.subplots import make_subplots

from autoencoders.reporting.charts.layout import finish
from autoencoders.reporting.figures.maps import CLASS_COLOURS

COLUMNS = 2
PANEL = 430  # pixels


def map_chart(maps: dict[str, dict[str, np.ndarray]], axes: bool) -> go.Figure:
    """Draw every variant's points, coloured by class; a point carries its image as a `data:` address.

    Args:
        maps: Per variant points (n, 2), labels (n,) and, of the first m points, thumbnails, uint8 (m, C, H, W), which
            alone are drawn.
        axes: Whether positions have units; else axes are not drawn.
    """
    rows = -(-len(maps) // COLUMNS)
    columns = min(COLUMNS, len(maps))
    figure = make_subplots(rows, columns, subplot_titles=list(maps), horizontal_spacing=0.08, vertical_spacing=0.08)
    for place, (variant, arrays) in enumerate(maps.items()):
        shown = len(arrays["thumbnails"])
        points, labels = arrays["points"][:shown].round(4), arrays["labels"][:shown]
        pictures = np.array([address(one) for one in arrays["thumbnails"]])
        for label in np.unique(labels):
            own = labels == label
            figure.add_scatter(
                x=points[own, 0].tolist(),
                y=points[own, 1].tolist(),
                customdata=pictures[own].tolist(),
                mode="markers",
                marker={"color": CLASS_COLOURS[int(label) % len(CLASS_COLOURS)], "size": 6, "opacity": 0.8},
                name=str(label),
                legendgroup=str(label),
                showlegend=place == 0,
                hovertemplate=f"{variant}, class {label}<extra></extra>",
                row=place // COLUMNS + 1,
                col=place % COLUMNS + 1,
            )
    if not axes:
        figure.update_xaxes(visible=False)
        figure.update_yaxes(visible=False)
    return finish(figure, 60 + rows * PANEL, legend={"title": "class"})


def address(image: np.ndarray) -> str:
    """Return an image, uint8 (C, H, W) of one or three channels, as a `data:` address of a PNG."""
    pixels = image[0] if len(image) == 1 else image.transpose(1, 2, 0)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, format="png", optimize=True)
    return f"data:image/png;base64,{b64encode(buffer.getvalue()).decode('ascii')}"
