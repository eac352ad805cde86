"""The report: one self-contained HTML page of a suite's studies."""

from autoencoders.report.benchmark import benchmark_report
from autoencoders.report.render import render_report
from autoencoders.report.section import Chart, Picture, Section
from autoencoders.report.suite import suite_report

__all__ = ["Chart", "Picture", "Section", "benchmark_report", "render_report", "suite_report"]
