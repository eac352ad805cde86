"""Figures that rooms above share: arrays and tables in, `matplotlib.figure.Figure` out."""
