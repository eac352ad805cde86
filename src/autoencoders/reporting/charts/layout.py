"""The one look of all charts."""

from typing import Any

import plotly.graph_objects as go

from autoencoders.reporting.figures.style import GRID, INK

FONT = {"family": "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif", "size": 13, "color": INK}


def finish(figure: go.Figure, height: int, **layout: Any) -> go.Figure:
    """Give a chart the house style and a height in pixels; its width is that of the page."""
    figure.update_layout(
        template="none", font=FONT, height=height, margin={"l": 60, "r": 20, "t": 40, "b": 50}, hovermode="closest"
    )
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    return figure.update_layout(**layout)
