"""The report: one self-contained HTML page of a dataset's studies."""

from autoencoders.report.dataset import dataset_report
from autoencoders.report.render import render_report
from autoencoders.report.section import Picture, Section

__all__ = ["Picture", "Section", "dataset_report", "render_report"]
