"""One-class detection: tables of scores, their metrics and thresholds."""

import numpy as np
import pandas as pd
import pytest
import torch

from autoencoders.detection import detectors as detection
from autoencoders.detection.baselines import Baseline
from autoencoders.detection.scoring import Scoring
from autoencoders.training import engine
from autoencoders.training.corruption import NoCorruption
from autoencoders.training.variant import Variant

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


@pytest.fixture
def source(rng) -> detection.Source:
    """Return 40 dark images of class 0 and 20 bright ones of class 1."""
    images = np.concatenate([rng.integers(20, 80, (40, 1, 6, 6)), rng.integers(170, 230, (20, 1, 6, 6))])
    facts = {"intensity": 255, "name": "two greys"}
    labels = np.repeat([0, 1], [40, 20])
    return detection.Source(images.astype(np.uint8), labels, facts, {}, torch.device("cpu"), "unit")


HELD_OUT = {"calibration": np.arange(20, 25), "test": np.arange(25, 60)}


def test_auroc_bears_the_normal_class(rng) -> None:
    found = detection.summary(table([1, 2], [3, 4]), seed=0)
    assert found["test/auroc_3"] == 1 and found["gate/scores_vary"] == 1


def test_calibration_images_do_not_count_for_auroc() -> None:
    found = detection.summary(table([1, 2], [3, 4], calibration=[9, 9]), seed=0)
    assert found["test/auroc_3"] == 1


def test_other_scores_and_probes_have_metrics_of_their_own() -> None:
    scores = table([1, 2], [3, 4]).assign(distance=[1.0, 4.0, 2.0, 3.0])
    probe = scores.tail(1).assign(split="probe/blank", anomaly_score=0.0)
    found = detection.summary(pd.concat([scores, probe]), seed=0)
    assert found["scores/distance"] == 0.5 and found["probes/blank"] == 0
    assert found["test/auroc_3"] == 1


def test_shuffled_labels_leave_scores_at_chance(rng) -> None:
    scores = table(rng.normal(0, 1, 300), rng.normal(3, 1, 300))
    found = detection.summary(scores, seed=0)
    assert found["gate/shuffled_labels"] == 1 and found["test/auroc_3"] > 0.95


def test_an_ensemble_ranks_by_the_geometric_mean() -> None:
    one, two = table([1, 2], [4, 8]), table([2, 4], [4, 2])
    joint = detection.combined([(one, "anomaly_score"), (two, "anomaly_score")])
    assert np.allclose(np.exp(2 * joint["anomaly_score"]), [2, 8, 16, 16])
    assert list(joint["label"]) == list(one["label"])


def test_members_must_have_scored_the_same_images() -> None:
    one, two = table([1, 2], [4, 8]), table([1, 2], [4, 8]).assign(index=[3, 2, 1, 0])
    with pytest.raises(ValueError, match="same images"):
        detection.combined([(one, "anomaly_score"), (two, "anomaly_score")])


def test_auroc_is_tabulated_by_score_and_class(settings) -> None:
    scores = {"three": table([1, 2], [3, 4]).assign(distance=0.0), "five": table([1, 4], [2, 3]).assign(distance=0.0)}
    found = detection.auroc_table(scores, settings, seed=0).set_index(["score", "normal_class"])["auroc"]
    assert found["", "three"] == 1 and found["", "five"] == 0.5 and found["", "mean"] == 0.75
    assert found["distance", "mean"] == 0.5


def test_thresholds_are_set_by_class_and_pooled(settings, rng) -> None:
    scores = {"three": table(rng.normal(size=200), rng.normal(9, 1, 50), calibration=rng.normal(size=99))}
    found = detection.threshold_table(scores, settings.thresholds).set_index(["normal_class", "rule"])
    own, pooled = found.loc[("three", "conformal 0.1")], found.loc[("all", "conformal 0.1")]
    assert own["nominal_rate"] == 0.1 and 0.02 < own["empirical_rate"] < 0.2 and own["detection_rate"] == 1
    assert pooled["empirical_rate"] == pytest.approx(own["empirical_rate"])


def test_held_out_images_are_marked(source) -> None:
    rows = source.held_out(HELD_OUT, normal_class=[0]).rows
    assert list(rows["split"].unique()) == ["calibration", "test"]
    assert (rows["is_anomaly"] == (rows["index"] >= 40)).all()


def test_probes_are_made_of_normal_test_images(source, settings) -> None:
    probes = source.probes(source.held_out(HELD_OUT, [0]), settings.out_of_distribution, seed=0)
    assert [one.rows["split"].iloc[0] for one in probes] == ["probe/blank", "probe/inverted"]
    assert len(probes[0].values) == 1 and len(probes[1].values) == 5
    assert probes[1].values.min() > 0.6  # dark images, inverted
    assert probes[1].rows["is_anomaly"].all()


def test_a_network_scores_held_out_images_and_probes(source, settings) -> None:
    held_out = source.held_out(HELD_OUT, [0])
    block = {
        "model": {"architecture": "pca", "latent_dim": 2},
        "scale": "unit",
        "corruption": {"kind": "none"},
        "penalty": {"kind": "none"},
    }
    variant, train = Variant.model_validate(block), source.pixels(np.arange(20))
    fit = engine.train(variant, train, train, seed=0)
    device = torch.device("cpu")
    model = engine.restore(variant, (1, 6, 6), fit.weights, device)
    untrained = engine.build(variant, (1, 6, 6), 0, device).eval()
    images = [held_out, *source.probes(held_out, settings.out_of_distribution, seed=0)]
    found = detection.score_network(model, untrained, train, images, settings, NoCorruption(kind="none"), 0)
    assert {"anomaly_score", "distance", "untrained"} <= set(found) and "mse" not in found
    assert found.loc[found["split"] == "test", "untrained"].notna().all()
    metrics = detection.summary(found, seed=0)
    assert metrics["test/auroc_0"] > 0.9 and metrics["probes/inverted"] > 0.9


def test_a_baseline_scores_the_same_images(source, settings) -> None:
    held_out = source.held_out(HELD_OUT, [0])
    baseline = Baseline.model_validate({"kind": "nearest_neighbours", "neighbours": 1})
    found = detection.score_baseline(baseline, source.pixels(np.arange(20)), [held_out], seed=0)
    assert list(found["index"]) == list(held_out.rows["index"])
    assert detection.summary(found, seed=0)["test/auroc_0"] == 1


def test_the_anomaly_score_is_one_of_the_scores() -> None:
    with pytest.raises(ValueError, match="anomaly_score must be one of mse, distance, got 'energy'"):
        Scoring.model_validate(SCORING | {"anomaly_score": "energy"})


def test_no_bootstrap_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="bootstrap_samples: input should be greater than 0, got 0"):
        Scoring.model_validate(SCORING | {"bootstrap_samples": 0})
