"""images, weights -> scores -> metrics, auroc, thresholds."""

from kedro.pipeline import Node, Pipeline, node

from autoencoders.pipelines.detection.nodes import (
    combine_scores,
    look_at_extremes,
    measure_one_class,
    measure_scores,
    merge_classes,
    score_anomalies,
    score_with_baseline,
    select_members,
    set_thresholds,
    tabulate_auroc,
)

IMAGES = {one: one for one in ("images", "labels", "facts", "fit_indices", "held_out_indices")}
SETTINGS = {one: f"params:{one}" for one in ("seed", "compute", "scoring", "normal_class")}


def create_variant_pipeline(probes: list[str], shown: bool) -> Pipeline:
    """Return the scoring of one variant with one seed and one normal class.

    Args:
        probes: The other datasets that it is shown.
        shown: Whether heatmaps are to be drawn.
    """
    scoring = node(
        score_anomalies,
        inputs=IMAGES | {"weights": "weights", "variant": "params:variant"} | SETTINGS | _other(probes),
        outputs="scores",
        name="score_anomalies",
    )
    measuring = node(
        measure_one_class,
        inputs={
            "errors": "errors",
            "scores": "scores",
            "history": "history",
            "iterations": "iterations",
            "pixel_statistics": "pixel_statistics",
            "variant": "params:variant",
            "seed": "params:seed",
            "normal_class": "params:normal_class",
        },
        outputs="metrics",
        name="measure_one_class",
    )
    looking = node(
        look_at_extremes,
        inputs={
            "images": "images",
            "facts": "facts",
            "weights": "weights",
            "variant": "params:variant",
            "compute": "params:compute",
            "scores": "scores",
        },
        outputs=["exemplars_table", "exemplars_arrays"],
        name="look_at_extremes",
    )
    return Pipeline([scoring, measuring, *([looking] if shown else [])], tags="detection")


def create_baseline_pipeline(probes: list[str]) -> Pipeline:
    """Return the fit and the scoring of one baseline with one seed and one normal class.

    Args:
        probes: The other datasets that it is shown.
    """
    scoring = node(
        score_with_baseline,
        inputs=IMAGES | {"baseline": "params:baseline"} | SETTINGS | _other(probes),
        outputs="scores",
        name="score_with_baseline",
        tags="training",
    )
    return Pipeline([scoring, _measure_scores()], tags="detection")


def create_ensemble_pipeline(members: list[str]) -> Pipeline:
    """Return the scoring by several variants together; inputs are named `variant/scores`."""
    combining = node(
        combine_scores,
        inputs={"ensemble": "params:ensemble", "scoring": "params:scoring"}
        | {name: f"{name}/scores" for name in members},
        outputs="scores",
        name="combine_scores",
        tags="training",
    )
    return Pipeline([combining, _measure_scores()], tags="detection")


def create_selection_pipeline(scores: list[str]) -> Pipeline:
    """Return the choice of an ensemble; inputs are named `dataset/variant/class`."""
    choosing = node(
        select_members,
        inputs={"members": "params:members", "scoring": "params:scoring"} | {name: name for name in scores},
        outputs="selection",
        name="select_members",
    )
    return Pipeline([choosing], tags="detection")


def create_merging_pipeline(classes: list[str]) -> Pipeline:
    """Return what one detector with one seed comes to over the normal classes; inputs are named `class/scores`."""
    scores = {name: f"{name}/scores" for name in classes}
    return Pipeline(
        [
            node(
                merge_classes,
                inputs={name: f"{name}/metrics" for name in classes},
                outputs="metrics",
                name="merge_classes",
            ),
            node(
                tabulate_auroc,
                inputs={"scoring": "params:scoring", "seed": "params:seed"} | scores,
                outputs="auroc",
                name="tabulate_auroc",
            ),
            node(
                set_thresholds,
                inputs={"scoring": "params:scoring"} | scores,
                outputs="thresholds",
                name="set_thresholds",
            ),
        ],
        tags="detection",
    )


def _measure_scores() -> Node:
    return node(
        measure_scores,
        inputs={"scores": "scores", "seed": "params:seed"},
        outputs="metrics",
        name="measure_scores",
    )


def _other(probes: list[str]) -> dict[str, str]:
    return {f"{other}/{one}": f"{other}/{one}" for other in probes for one in ("images", "parts", "facts")}
