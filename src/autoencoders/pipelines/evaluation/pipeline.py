"""images, splits, weights -> errors, examples -> metrics."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.evaluation.nodes import measure, score_images


def create_one_class_pipeline() -> Pipeline:
    """Return the errors of one variant with one seed and one normal class; its scores make the metrics complete."""
    scoring = node(
        score_images,
        inputs=["images", "splits", "basis", "weights", "params:variant", "params:seed", "params:compute"],
        outputs=["errors", "examples", "pixel_statistics"],
        name="score_images",
    )
    return Pipeline([scoring], tags="evaluation")


def create_pipeline() -> Pipeline:
    """Return the evaluation of one variant with one seed."""
    measuring = node(
        measure,
        inputs=["errors", "history", "iterations", "pixel_statistics", "params:variant", "params:seed"],
        outputs="metrics",
        name="measure",
    )
    return Pipeline([create_one_class_pipeline(), measuring], tags="evaluation")
