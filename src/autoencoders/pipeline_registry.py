"""The pipelines by name, for Kedro: what the grid expands to."""

from kedro.framework.project import pipelines as registered
from kedro.pipeline import Pipeline

from autoencoders.pipelines import assembly, grid


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by name, or those alone that Kedro was asked for; `__default__` is that of the digits."""
    parameters = grid.read_parameters()
    suites, benchmarks = grid.read(parameters), grid.read_benchmarks(parameters)
    asked = [grid.DEFAULT if name == "__default__" else name for name in registered._requested_pipelines or ()]
    pipelines = assembly.assemble(suites, benchmarks, asked)
    return pipelines | ({"__default__": pipelines[grid.DEFAULT]} if grid.DEFAULT in pipelines else {})
