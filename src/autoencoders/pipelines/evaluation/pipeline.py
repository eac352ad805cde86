"""images, splits, weights -> errors, examples -> metrics."""

from kedro.pipeline import Pipeline, node

from autoencoders.pipelines.evaluation.nodes import measure, score_images


def create_one_class_pipeline() -> Pipeline:
    """Return the errors of one variant with one seed and one normal class; its scores make the metrics complete."""
    scoring = node(
        score_images,
        inputs={
            "images": "images",
            "splits": "splits",
            "basis": "basis",
            "weights": "weights",
            "variant": "params:variant",
            "seed": "params:seed",
            "compute": "params:compute",
        },
        outputs=["errors", "examples", "pixel_statistics"],
        name="score_images",
    )
    return Pipeline([scoring], tags="evaluation")


def create_pipeline() -> Pipeline:
    """Return the evaluation of one variant with one seed."""
    measuring = node(
        measure,
        inputs={
            "errors": "errors",
            "history": "history",
            "iterations": "iterations",
            "pixel_statistics": "pixel_statistics",
            "variant": "params:variant",
            "seed": "params:seed",
        },
        outputs="metrics",
        name="measure",
    )
    return Pipeline([create_one_class_pipeline(), measuring], tags="evaluation")
