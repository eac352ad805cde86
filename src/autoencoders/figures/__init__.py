"""Figures of the reports: arrays and tables in, `matplotlib.figure.Figure` out."""

from autoencoders.figures.benchmark import benchmark_table, probe_heat_table, score_heat_table
from autoencoders.figures.comparison import comparison_bars
from autoencoders.figures.error_rates import error_rates
from autoencoders.figures.heatmaps import error_maps
from autoencoders.figures.loss import loss_curves
from autoencoders.figures.precision_recall import precision_recall_curves
from autoencoders.figures.rates import realised_rates
from autoencoders.figures.reconstructions import reconstruction_grid
from autoencoders.figures.samples import sample_grid
from autoencoders.figures.scores import roc_curves, score_histograms

__all__ = [
    "benchmark_table",
    "comparison_bars",
    "error_maps",
    "error_rates",
    "loss_curves",
    "precision_recall_curves",
    "probe_heat_table",
    "realised_rates",
    "reconstruction_grid",
    "roc_curves",
    "sample_grid",
    "score_heat_table",
    "score_histograms",
]
