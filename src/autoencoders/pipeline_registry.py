"""The pipelines by name, for Kedro: what the grid expands to."""

from typing import Any

from kedro.framework.project import pipelines as registered
from kedro.pipeline import Pipeline

from autoencoders.pipelines import assembly, grid
from autoencoders.pipelines.inspection import pipeline as inspection


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by name, and those of one seed that Kedro was asked for; `__default__` is the digits'."""
    parameters = grid.read_parameters()
    suites, benchmarks = grid.read(parameters), grid.read_benchmarks(parameters)
    asked = registered._requested_pipelines or []
    own = inspections(parameters)
    pipelines = own | assembly.assemble(suites, benchmarks, asked) | assembly.with_one_seed(asked, suites, benchmarks)
    return pipelines | ({"__default__": pipelines[grid.DEFAULT]} if grid.DEFAULT in pipelines else {})


def inspections(parameters: dict[str, Any]) -> dict[str, Pipeline]:
    """Return the pipelines that make detectors of odd images and judge by them."""
    makers = {
        grid.OWN_IMAGES: lambda block: inspection.create_own_images_pipeline(list(block.candidates.members)),
        grid.SCORE: lambda block: inspection.create_score_pipeline(),
        grid.SURFACES: lambda block: inspection.create_surfaces_pipeline(
            block.photographs, list(block.seeds), list(block.candidates.members)
        ),
    }
    return {name: makers[name](block) for name, block in grid.read_inspections(parameters).items()}
