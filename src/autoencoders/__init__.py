"""Autoencoders on images: one grid of experiments, run by Kedro, tracked by MLflow."""

__version__ = "0.1.0"
