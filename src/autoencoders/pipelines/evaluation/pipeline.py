"""images, splits, weights -> errors, examples -> metrics."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.evaluation.nodes import measure, score_images


def create_one_class_pipeline(judged: bool = False) -> Pipeline:
    """Return the errors of one variant with one seed and one normal class; its scores make the metrics complete.

    Args:
        judged: Whether the study says what all variants are judged at.
    """
    inputs = ["images", "splits", "basis", "weights", "params:variant", "params:seed", "params:compute"]
    scoring = node(
        score_images,
        inputs=inputs + ["params:judged_at"] * judged,
        outputs=["errors", "examples", "pixel_statistics"],
        name="score_images",
    )
    return Pipeline([scoring], tags="evaluation")


def create_pipeline(judged: bool = False) -> Pipeline:
    """Return the evaluation of one variant with one seed; see `create_one_class_pipeline`."""
    inputs = ["errors", "history", "iterations", "pixel_statistics", "params:variant", "params:seed"]
    measuring = node(measure, inputs=inputs + ["params:judged_at"] * judged, outputs="metrics", name="measure")
    return Pipeline([create_one_class_pipeline(judged), measuring], tags="evaluation")
