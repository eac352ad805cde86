"""The pipelines by name, for Kedro: what the grid expands to."""

from kedro.framework.project import pipelines as registered
from kedro.pipeline import Pipeline

from autoencoders.pipelines import assembly, grid


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by name, and those of one seed that Kedro was asked for; `__default__` is the digits'."""
    parameters = grid.read_parameters()
    suites, benchmarks = grid.read(parameters), grid.read_benchmarks(parameters)
    asked = registered._requested_pipelines or []
    pipelines = assembly.assemble(suites, benchmarks, asked) | assembly.with_one_seed(asked, suites, benchmarks)
    return pipelines | ({"__default__": pipelines[grid.DEFAULT]} if grid.DEFAULT in pipelines else {})
