"""From weights to anomaly scores, AUROC and thresholds. The libraries that compute are imported when a node runs."""

from autoencoders.data.finding import Finding
from autoencoders.data.images import ImageSet
from autoencoders.detection.baselines import Baseline
from autoencoders.detection.ensembles import Ensemble
from autoencoders.detection.scoring import Scoring
from autoencoders.key import Key, by_key
from autoencoders.pipelines.annotations import Arrays, DataFrame, Metrics
from autoencoders.training.variant import Compute, Variant

EXEMPLARS = 2  # images of each group that heatmaps show


def score_anomalies(
    splits: Arrays,
    weights: Arrays,
    variant: Variant,
    seed: int,
    compute: Compute,
    scoring: Scoring,
    **images: ImageSet,
) -> tuple[DataFrame, DataFrame]:
    """Score the calibration and test images, and out-of-distribution ones, by every score of a network.

    `images` are the study's own image set and, by name, those of other datasets.

    Returns:
        One row per image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous), the other scores;
        and what each score costs: score, fit_seconds, scoring_seconds, images.
    """
    from autoencoders.detection import detectors
    from autoencoders.evaluation.subject import subject_of

    subject = subject_of(images, splits, variant, weights, seed, compute)
    return detectors.score_network(subject, detectors.images_to_score(subject, scoring.out_of_distribution), scoring)


def score_with_baseline(
    splits: Arrays, baseline: Baseline, seed: int, compute: Compute, scoring: Scoring, **images: ImageSet
) -> tuple[DataFrame, DataFrame]:
    """Fit a detector without a network on the same training images, and score the same images with it.

    Returns:
        One row per image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous); and what it costs.
    """
    from autoencoders.detection import detectors
    from autoencoders.evaluation.subject import subject_of

    subject = subject_of(images, splits, None, None, seed, compute)
    return detectors.score_baseline(subject, detectors.images_to_score(subject, scoring.out_of_distribution), baseline)


def combine_scores(ensemble: Ensemble, scoring: Scoring, **scores: DataFrame) -> DataFrame:
    """Combine the scores of an ensemble's members.

    Returns:
        One row per image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous).
    """
    from autoencoders.detection.ensembles import combined

    tables = {key.detector: table for key, table in by_key(scores).items()}
    return combined(ensemble, tables, scoring.anomaly_score)


def look_at_extremes(
    images: ImageSet, weights: Arrays, variant: Variant, seed: int, compute: Compute, scores: DataFrame
) -> Finding:
    """Reconstruct the test images at the ends of the scale, those that are mistaken among them.

    Returns:
        One row per image: index, label, score, group, error; and the arrays of its heatmaps.
    """
    from autoencoders.detection import exemplars
    from autoencoders.evaluation.subject import subject_of

    subject = subject_of({"images": images}, {}, variant, weights, seed, compute)
    chosen = exemplars.choose(scores, EXEMPLARS)
    return exemplars.look(subject.model, chosen, subject.at(chosen["index"].to_numpy()))


def select_members(members: int, scoring: Scoring, **scores: DataFrame) -> DataFrame:
    """Choose an ensemble by forward selection over worlds, whose names stand in the keys for the suites'.

    Returns:
        One row per member: step, detector, score, the ensemble's mean AUROC so far in each world, over these, and in
        worlds left out of the choice.
    """
    from autoencoders.detection import selection

    worlds: dict[str, dict[Key, DataFrame]] = {}
    for key, table in by_key(scores).items():
        worlds.setdefault(key.suite, {})[key] = table
    others = [name for name in scoring.scores if name != scoring.anomaly_score]
    sides = {name: selection.pairs(tables, scoring.anomaly_score, others) for name, tables in worlds.items()}
    return selection.forward(sides, members)


def measure_one_class(
    errors: DataFrame,
    scores: DataFrame,
    history: DataFrame,
    iterations: DataFrame,
    pixel_statistics: Arrays,
    variant: Variant,
    seed: int,
) -> Metrics:
    """Sum one one-class training up in numbers, the sanity checks among them (1 passed, 0 failed)."""
    from autoencoders.detection import results
    from autoencoders.evaluation import errors as evaluation

    normal = scores.loc[~scores["is_anomaly"], "label"].unique().tolist()
    found = evaluation.summary(errors, history, iterations, pixel_statistics, variant, normal)
    return found | results.summary(scores, seed) | {"seed": seed}


def measure_scores(scores: DataFrame, seed: int) -> Metrics:
    """Sum the scores of a baseline or an ensemble up in numbers, the sanity checks among them."""
    from autoencoders.detection import results

    return results.summary(scores, seed) | {"seed": seed}


def merge_classes(**metrics: Metrics) -> Metrics:
    """Merge the metrics of one-class experiments into one detector's."""
    from autoencoders.evaluation.metrics import over_classes

    return over_classes({key.normal_class: found for key, found in by_key(metrics).items()})


def tabulate_auroc(
    scoring: Scoring, seed: int, normal_classes: dict[str, list[int | str]], images: ImageSet, **scores: DataFrame
) -> tuple[DataFrame, Arrays, DataFrame]:
    """Tabulate one detector's AUROC by score and normal class, with bootstrap intervals.

    Returns:
        score (empty for the anomaly score), normal_class (`mean` over all), seed, auroc, low, high; by score the mean
        in each bootstrap sample, which is the same for all detectors; and detector, seed, normal_class,
        anomalous_class and the AUROC of this class alone.
    """
    from autoencoders.detection import results

    found = by_key(scores)
    tables = {key.normal_class: table for key, table in found.items()}
    table, samples = results.auroc_table(tables, scoring)
    normal = {name: images.labels_of(classes) for name, classes in normal_classes.items()}
    by_class = results.by_anomalous_class(tables, normal, images.info["class_names"])
    by_class.insert(0, "detector", next(key.detector for key in found))
    by_class.insert(1, "seed", seed)
    return table.assign(seed=seed), samples, by_class


def add_up_cost(**found: DataFrame) -> DataFrame:
    """Add up what one detector costs over the normal classes, with the training of its networks.

    Returns:
        score, training_seconds, fit_seconds, microseconds (to score an image), all of processor time.
    """
    from autoencoders.detection import cost

    return cost.over_classes(by_key(found, "cost").values(), by_key(found, "history").values())


def add_up_members(ensemble: Ensemble, scoring: Scoring, **costs: DataFrame) -> DataFrame:
    """Add up what an ensemble's members cost, each network and each score of it counted once."""
    from autoencoders.detection import cost

    return cost.of_ensemble(ensemble, {key.detector: one for key, one in by_key(costs).items()}, scoring.anomaly_score)


def set_thresholds(scoring: Scoring, seed: int, **scores: DataFrame) -> DataFrame:
    """Set thresholds on the scores of calibration images and count what they flag among test images.

    Returns:
        One row per normal class and rule, and for each rule one over `all` classes.
    """
    from autoencoders.detection import results

    tables = {key.normal_class: table for key, table in by_key(scores).items()}
    return results.threshold_table(tables, scoring.thresholds, seed)
