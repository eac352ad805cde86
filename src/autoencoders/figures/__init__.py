"""Figures of the reports: arrays and tables in, `matplotlib.figure.Figure` out."""

from autoencoders.figures.comparison import comparison_bars
from autoencoders.figures.loss import loss_curves
from autoencoders.figures.reconstructions import reconstruction_grid
from autoencoders.figures.samples import sample_grid
from autoencoders.figures.scores import auroc_heat_table, roc_curves, score_histograms

__all__ = [
    "auroc_heat_table",
    "comparison_bars",
    "loss_curves",
    "reconstruction_grid",
    "roc_curves",
    "sample_grid",
    "score_histograms",
]
