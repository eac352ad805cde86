"""One-class detection: tables of scores, their metrics and thresholds."""

import numpy as np
import pandas as pd
import pytest

from autoencoders.data.images import ImageSet
from autoencoders.detection import detectors, results
from autoencoders.detection.baselines import Baseline
from autoencoders.detection.ensembles import Ensemble, combined
from autoencoders.detection.scoring import Scoring
from autoencoders.evaluation.subject import Subject, subject_of
from autoencoders.training import engine
from autoencoders.training.variant import Compute, Variant

COMPUTE = Compute(device="cpu", threads=1)
PCA = {
    "model": {"architecture": "pca", "latent_dim": 2},
    "scale": "unit",
    "corruption": {"kind": "none"},
    "penalty": {"kind": "none"},
}

SCORING = {
    "anomaly_score": "mse",
    "bootstrap_samples": 50,
    "thresholds": {"k": 2.0, "alpha": [0.1]},
    "out_of_distribution": {"kinds": ["blank", "inverted"], "images": 5},
    "scores": {
        "mse": {"kind": "restoration", "views": 0, "smoothing": 0.0, "energy": 0.0, "edges": 0.0},
        "distance": {"kind": "mahalanobis", "shrinkage": 0.1},
    },
}


def table(normal, anomalies, calibration=()) -> pd.DataFrame:
    """Return a table of scores whose normal class is 3."""
    scores = [*calibration, *normal, *anomalies]
    count = len(scores)
    is_anomaly = np.arange(count) >= count - len(anomalies)
    return pd.DataFrame(
        {
            "index": np.arange(count),
            "split": ["calibration"] * len(calibration) + ["test"] * (count - len(calibration)),
            "label": np.where(is_anomaly, 5, 3),
            "is_anomaly": is_anomaly,
            "anomaly_score": np.array(scores, dtype=float),
        }
    )


@pytest.fixture
def settings() -> Scoring:
    return Scoring.model_validate(SCORING)


SPLITS = {"train": np.arange(20), "calibration": np.arange(20, 25), "test": np.arange(25, 60)}


@pytest.fixture
def greys(rng) -> ImageSet:
    """Return 40 dark images of class 0 and 20 bright ones of class 1."""
    images = np.concatenate([rng.integers(20, 80, (40, 1, 6, 6)), rng.integers(170, 230, (20, 1, 6, 6))])
    labels = np.repeat([0, 1], [40, 20])
    return ImageSet(images.astype(np.uint8), labels, np.full(60, "train"), {"intensity": 255})


@pytest.fixture
def subject(greys) -> Subject:
    """Return a subject without a network; dark images are normal."""
    return subject_of({"images": greys}, SPLITS, None, None, 0, COMPUTE)


def test_auroc_bears_the_normal_class(rng) -> None:
    found = results.summary(table([1, 2], [3, 4]), seed=0)
    assert found["test/auroc_3"] == 1 and found["gate/scores_vary"] == 1


def test_calibration_images_do_not_count_for_auroc() -> None:
    found = results.summary(table([1, 2], [3, 4], calibration=[9, 9]), seed=0)
    assert found["test/auroc_3"] == 1


def test_other_scores_and_out_of_distribution_images_have_metrics_of_their_own() -> None:
    scores = table([1, 2], [3, 4]).assign(distance=[1.0, 4.0, 2.0, 3.0])
    outside = scores.tail(1).assign(split="out_of_distribution/blank", anomaly_score=0.0)
    found = results.summary(pd.concat([scores, outside]), seed=0)
    assert found["scores/distance"] == 0.5 and found["probes/blank"] == 0
    assert found["test/auroc_3"] == 1


def test_shuffled_labels_leave_scores_at_chance(rng) -> None:
    scores = table(rng.normal(0, 1, 300), rng.normal(3, 1, 300))
    found = results.summary(scores, seed=0)
    assert found["gate/shuffled_labels"] == 1 and found["test/auroc_3"] > 0.95


BOTH = Ensemble.model_validate({"members": [{"detector": name, "score": "mse"} for name in ("one", "two")]})


def exponentials(normal, anomalies, calibration) -> pd.DataFrame:
    """Return a table of scores with these logarithms."""
    return table(*(np.exp(np.array(logarithms, dtype=float)) for logarithms in (normal, anomalies, calibration)))


# In standard deviations of their calibration images, √2 and 2√2: -1, 1, 0, 2, 4, 6 and -1, 1, 0, -1, 2, 0, all over √2
ONE, TWO = exponentials([1, 3], [5, 7], [0, 2]), exponentials([3, 1], [7, 3], [1, 5])


def test_an_ensemble_is_the_mean_logarithm_of_its_members_scores_in_standard_deviations() -> None:
    joint = combined(BOTH, {"one": ONE, "two": TWO}, anomaly_score="mse")
    assert np.allclose(joint["anomaly_score"] * 2**0.5, [-1, 1, 0, 0.5, 3, 3])
    assert joint.drop(columns="anomaly_score").equals(ONE.drop(columns="anomaly_score"))


def test_a_member_counts_by_its_weight() -> None:
    members = [{"detector": "one", "score": "mse", "weight": 3.0}, {"detector": "two", "score": "mse"}]
    joint = combined(Ensemble.model_validate({"members": members}), {"one": ONE, "two": TWO}, anomaly_score="mse")
    assert np.allclose(joint["anomaly_score"] * 2**0.5, [-1, 1, 0, 5 / 4, 14 / 4, 18 / 4])
    thrice = Ensemble.model_validate({"members": [BOTH.members[0]] * 3 + [BOTH.members[1]]})
    again = combined(thrice, {"one": ONE, "two": TWO}, anomaly_score="mse")
    assert np.allclose(joint["anomaly_score"], again["anomaly_score"])


def test_a_member_may_count_by_another_score_and_a_baseline_by_the_one_that_it_has() -> None:
    net = exponentials([9, 9], [9, 9], [0, 9]).assign(mse=ONE["anomaly_score"])
    members = [{"detector": "net", "score": "mse"}, {"detector": "near"}]
    joint = combined(Ensemble.model_validate({"members": members}), {"net": net, "near": TWO}, anomaly_score="edges")
    assert np.allclose(joint["anomaly_score"] * 2**0.5, [-1, 1, 0, 0.5, 3, 3])


def test_an_ensemble_names_its_members_as_they_vote() -> None:
    votes = [("net", "edges"), ("pca", "mse"), ("net", "edges"), ("net", "mse")]
    members = [{"detector": detector, "score": score} for detector, score in votes]
    members += [{"detector": "forest", "weight": 0.5}]
    words = "2 x net/edges + pca/mse + net/mse + 0.5 x forest"
    assert Ensemble.model_validate({"members": members}).words == words


def test_members_must_have_scored_the_same_images() -> None:
    one, two = table([1, 2], [4, 8]), table([1, 2], [4, 8]).assign(index=[3, 2, 1, 0])
    with pytest.raises(ValueError, match="same images"):
        combined(BOTH, {"one": one, "two": two}, anomaly_score="mse")


def test_auroc_is_tabulated_by_score_and_class(settings) -> None:
    scores = {"three": table([1, 2], [3, 4]).assign(distance=0.0), "five": table([1, 4], [2, 3]).assign(distance=0.0)}
    table_found, samples = results.auroc_table(scores, settings)
    found = table_found.set_index(["score", "normal_class"])["auroc"]
    assert found["", "three"] == 1 and found["", "five"] == 0.5 and found["", "mean"] == 0.75
    assert found["distance", "mean"] == 0.5
    assert set(samples) == {"anomaly_score", "distance"} and samples["distance"].shape == (50,)


def test_each_other_class_alone_is_set_against_the_normal_images() -> None:
    one = table([1, 2], [0, 3, 4], calibration=[9])
    one.loc[one.index[-1], "label"] = 7
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight"]
    found = results.by_anomalous_class({"three": one}, {"three": [3], "cinq": [5], "few": [7, 8]}, names)
    assert found["anomalous_class"].tolist() == ["cinq", "class seven"] and found["auroc"].tolist() == [0.5, 1.0]


def test_thresholds_are_set_by_class_and_pooled(settings, rng) -> None:
    scores = {"three": table(rng.normal(size=200), rng.normal(9, 1, 50), calibration=rng.normal(size=99))}
    found = results.threshold_table(scores, settings.thresholds, seed=0).set_index(["normal_class", "rule"])
    own, pooled = found.loc[("three", "conformal 0.1")], found.loc[("all", "conformal 0.1")]
    assert own["nominal_rate"] == 0.1 and 0.02 < own["empirical_rate"] < 0.2 and own["detection_rate"] == 1
    assert pooled["empirical_rate"] == pytest.approx(own["empirical_rate"])


def test_held_out_images_are_marked(subject) -> None:
    (held_out,) = detectors.images_to_score(subject, None)
    rows = held_out.rows
    assert list(rows["split"].unique()) == ["calibration", "test"]
    assert (rows["is_anomaly"] == (rows["index"] >= 40)).all()


def test_out_of_distribution_images_are_made_of_normal_test_images(subject, settings) -> None:
    _, *outside = detectors.images_to_score(subject, settings.out_of_distribution)
    assert [one.rows["split"].iloc[0] for one in outside] == [
        f"out_of_distribution/{kind}" for kind in ("blank", "inverted")
    ]
    assert len(outside[0].values) == 1 and len(outside[1].values) == 5
    assert outside[1].values.min() > 0.6  # dark images, inverted
    assert outside[1].rows["is_anomaly"].all()


def test_a_network_scores_held_out_images_and_out_of_distribution_ones(greys, subject, settings) -> None:
    variant, train = Variant.model_validate(PCA), subject.split("train")
    fit = engine.train(variant, train, train, seed=0)
    fitted = subject_of({"images": greys}, SPLITS, variant, fit.weights, 0, COMPUTE)
    images = detectors.images_to_score(fitted, settings.out_of_distribution)
    found, costs = detectors.score_network(fitted, images, settings)
    assert costs["score"].tolist() == ["anomaly_score", "distance"] and (costs["images"] == 35).all()
    assert (costs[["fit_seconds", "scoring_seconds"]] > 0).all(axis=None)
    assert fit.history["cpu_seconds"].gt(0).all()
    assert {"anomaly_score", "distance", "untrained"} <= set(found) and "mse" not in found
    assert found.loc[found["split"] == "test", "untrained"].notna().all()
    metrics = results.summary(found, seed=0)
    assert metrics["test/auroc_0"] > 0.9 and metrics["probes/inverted"] > 0.9


def test_a_baseline_scores_the_same_images(subject) -> None:
    images = detectors.images_to_score(subject, None)
    baseline = Baseline.model_validate({"kind": "nearest_neighbours", "neighbours": 1})
    found, costs = detectors.score_baseline(subject, images, baseline)
    assert costs[["score", "images"]].to_numpy().tolist() == [["anomaly_score", 35]]
    assert (costs[["fit_seconds", "scoring_seconds"]] > 0).all(axis=None)
    assert list(found["index"]) == list(images[0].rows["index"])
    assert results.summary(found, seed=0)["test/auroc_0"] == 1


def test_the_anomaly_score_is_one_of_the_scores() -> None:
    with pytest.raises(ValueError, match="anomaly_score must be one of mse, distance, got 'energy'"):
        Scoring.model_validate(SCORING | {"anomaly_score": "energy"})


def test_no_bootstrap_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="bootstrap_samples: input should be greater than 0, got 0"):
        Scoring.model_validate(SCORING | {"bootstrap_samples": 0})
