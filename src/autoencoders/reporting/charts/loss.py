"""Learning curves to zoom into."""

import pandas as pd
import plotly.graph_objects as go

from autoencoders.reporting.best import best
from autoencoders.reporting.charts.layout import finish
from autoencoders.reporting.figures.style import PALETTE

TITLE = "solid: training loss; dashed: validation MSE"
DIGITS = 6  # of a number; more would only make the page longer


def loss_chart(histories: dict[str, list[pd.DataFrame]]) -> go.Figure:
    """Draw the training loss by epoch, and the validation error dashed, one colour per variant and one line per seed.

    Args:
        histories: Per variant one table per seed: `epoch` (rising), `train_loss`, `validation_mse`; the best 40 are
            drawn.
    """
    figure = go.Figure()
    last = {name: [history["validation_mse"].iloc[-1] for history in seeds] for name, seeds in histories.items()}
    shown = best(pd.Series({name: sum(errors) / len(errors) for name, errors in last.items()}))
    kinds = {"validation_mse": ("validation MSE", "dash"), "train_loss": ("training loss", "solid")}
    for index, variant in enumerate(shown.index):
        for seed, history in enumerate(histories[variant]):
            for column, (what, dash) in kinds.items():
                figure.add_scatter(
                    x=history["epoch"].tolist(),
                    y=[float(f"{value:.{DIGITS}g}") for value in history[column]],
                    mode="lines" if len(history) > 1 else "markers",
                    line={"color": PALETTE[index % len(PALETTE)], "dash": dash, "width": 1.6},
                    name=variant,
                    legendgroup=variant,
                    showlegend=seed == 0 and column == "train_loss",
                    hovertemplate=f"{variant}, epoch %{{x}}<br>{what} %{{y:.4g}}<extra></extra>",
                )
    return finish(
        figure,
        460,
        xaxis_title="epoch",
        yaxis={
            "title": TITLE,
            "type": "log",
            "exponentformat": "power",
            "dtick": 1,
        },
        legend={"orientation": "h", "y": -0.18},
    )
