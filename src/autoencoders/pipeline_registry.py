"""The pipelines by name, for Kedro: what the grid expands to."""

from kedro.framework.project import pipelines as registered
from kedro.pipeline import Pipeline

from autoencoders.pipelines import assembly, grid


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by name, and those of one seed that Kedro was asked for; `__default__` is the digits'."""
    parameters = grid.read_parameters()
    suites, benchmarks = grid.read(parameters), grid.read_benchmarks(parameters)
    pipelines = assembly.assemble(suites, benchmarks)
    pipelines |= assembly.with_one_seed(registered._requested_pipelines or [], suites, benchmarks)
    return pipelines | ({"__default__": pipelines[grid.DEFAULT]} if grid.DEFAULT in pipelines else {})
