"""Runs spread over machines: a runner for Kedro on the scheduler and the workers of Dask (`distributed`)."""

from autoencoders.cluster.runner import DaskRunner

__all__ = ["DaskRunner"]
