"""images, weights -> errors, examples -> metrics."""

from kedro.pipeline import Node, Pipeline, node

from autoencoders.pipelines.evaluation.nodes import mark_anomalies, measure, merge_classes, score_images


def create_pipeline() -> Pipeline:
    """Return the evaluation of one variant with one seed."""
    return Pipeline([_score_images(), _measure("errors")], tags="evaluation")


def create_one_class_pipeline() -> Pipeline:
    """Return the evaluation of one variant with one seed and one normal class."""
    marking = node(
        mark_anomalies,
        inputs={"errors": "errors", "normal_class": "params:normal_class"},
        outputs="scores",
        name="mark_anomalies",
    )
    return Pipeline([_score_images(), marking, _measure("scores")], tags="evaluation")


def create_merging_pipeline(classes: list[str]) -> Pipeline:
    """Return the merging of one variant's metrics over its normal classes."""
    return Pipeline(
        [
            node(
                merge_classes,
                inputs={name: f"{name}/metrics" for name in classes},
                outputs="metrics",
                name="merge_classes",
            ),
        ],
        tags="evaluation",
    )


def _score_images() -> Node:
    return node(
        score_images,
        inputs={
            "images": "images",
            "labels": "labels",
            "facts": "facts",
            "fit_indices": "fit_indices",
            "held_out_indices": "held_out_indices",
            "basis": "basis",
            "weights": "weights",
            "variant": "params:variant",
            "seed": "params:seed",
            "compute": "params:compute",
        },
        outputs=["errors", "examples", "pixel_statistics"],
        name="score_images",
    )


def _measure(errors: str) -> Node:
    return node(
        measure,
        inputs={
            "errors": errors,
            "history": "history",
            "iterations": "iterations",
            "pixel_statistics": "pixel_statistics",
            "variant": "params:variant",
            "seed": "params:seed",
        },
        outputs="metrics",
        name="measure",
    )
