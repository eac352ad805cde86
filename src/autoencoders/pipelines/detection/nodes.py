"""From weights to anomaly scores, AUROC and thresholds. The libraries that compute are imported when a node runs."""

from typing import Any

import numpy as np

from autoencoders.detection.baselines import Baseline
from autoencoders.detection.scoring import Scoring
from autoencoders.pipelines.annotations import Arrays, DataFrame, Facts, Metrics
from autoencoders.pipelines.grid import Ensemble
from autoencoders.training.variant import Compute, Variant

EXEMPLARS = 2  # images of each group that heatmaps show


def score_anomalies(
    images: np.ndarray,
    labels: np.ndarray,
    facts: Facts,
    fit_indices: Arrays,
    held_out_indices: Arrays,
    weights: Arrays,
    variant: Variant,
    seed: int,
    compute: Compute,
    scoring: Scoring,
    normal_class: list[int],
    **others: Any,
) -> DataFrame:
    """Score the calibration and test images, and probes, by every score; by the anomaly score untrained, too.

    `others` are images, parts and facts of other datasets, named `<dataset>/images` and so on.

    Returns:
        A row an image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous), the other scores.
    """
    from autoencoders.detection import detectors as detection
    from autoencoders.training import engine

    device = engine.resolve_device(compute)
    shape = tuple(facts["image_shape"])
    source = detection.Source(images, labels, facts, others, device, variant.scale)
    held_out = source.held_out(held_out_indices, normal_class)
    return detection.score_network(
        model=engine.restore(variant, shape, weights, device),
        untrained=engine.build(variant, shape, seed, device).eval(),
        train=source.pixels(fit_indices["train"]),
        images=[held_out, *source.probes(held_out, scoring.out_of_distribution, seed)],
        settings=scoring,
        corruption=variant.corruption,
        seed=seed,
    )


def look_at_extremes(
    images: np.ndarray, facts: Facts, weights: Arrays, variant: Variant, compute: Compute, scores: DataFrame
) -> tuple[DataFrame, Arrays]:
    """Reconstruct the test images at the ends of the scale, those that are mistaken among them.

    Returns:
        A row an image: index, label, score, group, error; and the arrays of its heatmaps.
    """
    from autoencoders.data.images import pixels
    from autoencoders.detection import exemplars
    from autoencoders.training import engine

    device = engine.resolve_device(compute)
    chosen = exemplars.choose(scores, EXEMPLARS)
    shown = pixels(images, chosen["index"].to_numpy(), facts, device, variant.scale)
    return exemplars.look(engine.restore(variant, tuple(facts["image_shape"]), weights, device), chosen, shown)


def score_with_baseline(
    images: np.ndarray,
    labels: np.ndarray,
    facts: Facts,
    fit_indices: Arrays,
    held_out_indices: Arrays,
    baseline: Baseline,
    seed: int,
    compute: Compute,
    scoring: Scoring,
    normal_class: list[int],
    **others: Any,
) -> DataFrame:
    """Fit a detector without a network on the same training images, and score the same images with it.

    Returns:
        A row an image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous).
    """
    from autoencoders.detection import detectors as detection
    from autoencoders.training import engine

    device = engine.resolve_device(compute)
    source = detection.Source(images, labels, facts, others, device, "unit")
    held_out = source.held_out(held_out_indices, normal_class)
    shown = [held_out, *source.probes(held_out, scoring.out_of_distribution, seed)]
    return detection.score_baseline(baseline, source.pixels(fit_indices["train"]), shown, seed)


def combine_scores(ensemble: Ensemble, scoring: Scoring, **members: DataFrame) -> DataFrame:
    """Combine the scores of an ensemble's members, named by their variant.

    Returns:
        A row an image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous).
    """
    from autoencoders.detection import detectors as detection

    columns = {scoring.anomaly_score: "anomaly_score"}
    return detection.combined([(members[one.detector], columns.get(one.score, one.score)) for one in ensemble.members])


def select_members(members: int, scoring: Scoring, **scores: DataFrame) -> DataFrame:
    """Choose an ensemble from scores of test images, named `<dataset>/<variant>/<class>`, by forward selection.

    Returns:
        A row a member: step, detector, score, the ensemble's mean AUROC so far on each dataset, and over these.
    """
    from autoencoders.detection import selection

    datasets: dict[str, dict[str, DataFrame]] = {}
    for name, table in scores.items():
        dataset, _, place = name.partition("/")
        datasets.setdefault(dataset, {})[place] = table[table["split"] == "test"]
    sides = {
        name: selection.pairs(tables, scoring.anomaly_score, list(scoring.scores)) for name, tables in datasets.items()
    }
    return selection.forward(sides, members)


def measure_one_class(
    errors: DataFrame,
    scores: DataFrame,
    history: DataFrame,
    iterations: DataFrame,
    pixel_statistics: Arrays,
    variant: Variant,
    seed: int,
    normal_class: list[int],
) -> Metrics:
    """Sum one one-class training up in numbers, the sanity checks among them (1 held, 0 failed)."""
    from autoencoders.detection import detectors as detection
    from autoencoders.evaluation import errors as evaluation
    from autoencoders.training import engine

    latent_dim = engine.latent_dim(variant, pixel_statistics["image_sd"].shape)
    errors = evaluation.summary(errors, history, iterations, pixel_statistics, latent_dim, normal_class)
    return errors | detection.summary(scores, seed) | {"seed": seed}


def measure_scores(scores: DataFrame, seed: int) -> Metrics:
    """Sum the scores of a baseline or an ensemble up in numbers, the sanity checks among them."""
    from autoencoders.detection import detectors as detection

    return detection.summary(scores, seed) | {"seed": seed}


def merge_classes(**metrics: Metrics) -> Metrics:
    """Merge the metrics of one-class experiments, named by their normal class, into one detector's."""
    from autoencoders.evaluation.metrics import over_classes

    return over_classes(metrics)


def tabulate_auroc(scoring: Scoring, seed: int, **scores: DataFrame) -> DataFrame:
    """Tabulate AUROC by score and normal class, with bootstrap intervals; `scores` are named by normal class.

    Returns:
        score (empty for the anomaly score), normal_class (`mean` over all), seed, auroc, low, high.
    """
    from autoencoders.detection import detectors as detection

    return detection.auroc_table(scores, scoring, seed).assign(seed=seed)


def set_thresholds(scoring: Scoring, **scores: DataFrame) -> DataFrame:
    """Set thresholds on the scores of calibration images and count what they flag among test images.

    Returns:
        A row a normal class and rule, and for each rule one over `all` classes.
    """
    from autoencoders.detection import detectors as detection

    return detection.threshold_table(scores, scoring.thresholds)
