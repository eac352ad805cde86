"""The pipelines by name, for Kedro: what the grid expands to."""

from kedro.pipeline import Pipeline

from autoencoders.pipelines import assembly, grid


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by name; `__default__` is that of the digits."""
    parameters = grid.read_parameters()
    pipelines = assembly.assemble(grid.read(parameters), grid.read_benchmarks(parameters))
    return pipelines | ({"__default__": pipelines[grid.DEFAULT]} if grid.DEFAULT in pipelines else {})
