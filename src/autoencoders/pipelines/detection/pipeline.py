"""images, splits, weights -> scores -> metrics, auroc, thresholds."""

from kedro.pipeline import Node, Pipeline, node

from autoencoders.key import Key, names
from autoencoders.pipelines.detection import nodes
from autoencoders.pipelines.joins import join

SHOWN = {
    "images": "images",
    "splits": "splits",
    "seed": "params:seed",
    "compute": "params:compute",
    "scoring": "params:scoring",
}


def create_variant_pipeline(others: list[str], exemplified: bool) -> Pipeline:
    """Return the scoring of one variant with one seed and one normal class.

    Args:
        others: The other datasets whose images it is shown.
        exemplified: Whether heatmaps of its extremes are to be drawn.
    """
    scoring = node(
        nodes.score_anomalies,
        inputs=SHOWN | {"weights": "weights", "variant": "params:variant"} | names(map(Key, others), "images"),
        outputs=["scores", "cost"],
        name="score_anomalies",
    )
    measuring = node(
        nodes.measure_one_class,
        inputs=[
            "errors",
            "scores",
            "history",
            "iterations",
            "pixel_statistics",
            "params:variant",
            "params:seed",
        ],
        outputs="metrics",
        name="measure_one_class",
    )
    looking = node(
        nodes.look_at_extremes,
        inputs=["images", "weights", "params:variant", "params:seed", "params:compute", "scores"],
        outputs="exemplars_finding",
        name="look_at_extremes",
    )
    return Pipeline([scoring, measuring, *([looking] if exemplified else [])], tags="detection")


def create_baseline_pipeline(others: list[str]) -> Pipeline:
    """Return the fit and the scoring of one baseline with one seed and one normal class.

    Args:
        others: The other datasets whose images it is shown.
    """
    scoring = node(
        nodes.score_with_baseline,
        inputs=SHOWN | {"baseline": "params:baseline"} | names(map(Key, others), "images"),
        outputs=["scores", "cost"],
        name="score_with_baseline",
        tags="training",
    )
    return Pipeline([scoring, _measure_scores()], tags="detection")


def create_ensemble_pipeline(members: list[Key]) -> Pipeline:
    """Return the scoring by several detectors together, whose scores have absolute names."""
    combining = node(
        nodes.combine_scores,
        inputs={"ensemble": "params:ensemble", "scoring": "params:scoring"} | names(members, "scores"),
        outputs="scores",
        name="combine_scores",
        tags="training",
    )
    return Pipeline([combining, _measure_scores()], tags="detection")


def create_merging_pipeline(detector: Key, classes: list[Key], images: str) -> Pipeline:
    """Return what one detector with one seed comes to over the normal classes, under absolute names.

    Args:
        detector: The detector's key.
        classes: The same for each normal class.
        images: The dataset of the images.
    """
    scoring = {"scoring": detector.parameter("scoring")} | names(classes, "scores")
    labels = {"normal_classes": detector.parameter("normal_classes"), "images": images}
    areas = ("auroc", "auroc_samples", "auroc_by_class")
    seed = {"seed": detector.parameter("seeds", detector.seed)}
    parts = [
        join(nodes.merge_classes, names(classes, "metrics"), detector, "metrics"),
        join(nodes.tabulate_auroc, seed | labels | scoring, detector, *areas),
        join(nodes.set_thresholds, seed | scoring, detector, "thresholds"),
    ]
    return Pipeline(parts, tags="detection")


def create_cost_pipeline(detector: Key, classes: list[Key], trained: bool) -> Pipeline:
    """Return what one detector with one seed costs over the normal classes, under absolute names.

    Args:
        detector: The detector's key.
        classes: The same for each normal class.
        trained: Whether a network was trained on each.
    """
    artifacts = ("cost", "history") if trained else ("cost",)
    return Pipeline([join(nodes.add_up_cost, names(classes, *artifacts), detector, "cost")], tags="detection")


def create_ensemble_cost_pipeline(detector: Key, members: list[Key]) -> Pipeline:
    """Return what an ensemble with one seed costs, under absolute names.

    Args:
        detector: The ensemble's key.
        members: The key of each detector in it.
    """
    inputs = {
        "ensemble": detector.parameter("ensembles", detector.detector),
        "scoring": detector.parameter("scoring"),
    }
    return Pipeline([join(nodes.add_up_members, inputs | names(members, "cost"), detector, "cost")], tags="detection")


def create_selection_pipeline(benchmark: Key, study: Key, scored: dict[str, list[Key]]) -> Pipeline:
    """Return the choice of an ensemble, under absolute names.

    Args:
        benchmark: The benchmark's key.
        study: The key of a study with the settings of the scores.
        scored: By world the keys whose scores to choose from.
    """
    inputs = {"members": benchmark.parameter("members"), "scoring": study.parameter("scoring")}
    for world, keys in scored.items():
        inputs |= {key._replace(suite=world).dataset("scores"): key.dataset("scores") for key in keys}
    return Pipeline([join(nodes.select_members, inputs, benchmark, "selection")], tags="detection")


def _measure_scores() -> Node:
    return node(
        nodes.measure_scores,
        inputs=["scores", "params:seed"],
        outputs="metrics",
        name="measure_scores",
    )
