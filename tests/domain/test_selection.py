"""Forward selection must find what helps, and what helps together."""

import numpy as np
import pandas as pd
import pytest

from autoencoders.detection.selection import forward, pairs
from autoencoders.key import Key

LABELS = np.array([False, False, True, True])


def key(detector: str, normal_class: str) -> Key:
    return Key("greys", "choice", detector, "seed_0", normal_class)


def table(anomaly_score, other) -> pd.DataFrame:
    return pd.DataFrame({"is_anomaly": LABELS, "anomaly_score": anomaly_score, "other": other, "untrained": 1.0})


def test_pairs_are_named_by_detector_and_score_and_leave_the_untrained_out():
    found = pairs(
        {key("net", "zero"): table([1, 1, 2, 2], [2, 2, 1, 1]), key("pca", "zero"): table([1, 2, 1, 2], 1)},
        "mse",
        ["other"],
    )
    labels, scores = found["zero"]
    assert labels.tolist() == LABELS.tolist()
    assert set(scores) == {("net", "mse"), ("net", "other"), ("pca", "mse"), ("pca", "other")}
    assert scores["net", "other"].tolist() == [2, 2, 1, 1]


def test_two_that_are_weak_alone_are_chosen_for_what_they_are_together():
    # each misses an anomaly, and their product misses none
    left, right, coin = [1.0, 2.0, 9.0, 2.0], [2.0, 1.0, 2.0, 9.0], [1.0, 1.0, 1.0, 1.0]
    tables = {key("left", "a"): table(left, coin), key("right", "a"): table(right, coin)}
    chosen = forward({"greys": pairs(tables, "mse", ["other"])}, steps=2)
    assert set(chosen["detector"]) == {"left", "right"} and set(chosen["score"]) == {"mse"}
    assert chosen["greys"].tolist() == [pytest.approx(0.875), 1.0]
    assert list(chosen.columns) == ["step", "detector", "score", "greys", "mean"]


def test_all_datasets_count_alike():
    good, bad = [1.0, 1.0, 2.0, 2.0], [2.0, 2.0, 1.0, 1.0]
    first = pairs({key("one", "a"): table(good, 1), key("two", "a"): table([1.0, 1.0, 2.0, 1.0], 1)}, "mse", [])
    second = pairs({key("one", "a"): table(bad, 1), key("two", "a"): table(good, 1)}, "mse", [])
    assert forward({"first": first, "second": second}, steps=1)["detector"].tolist() == ["two"]
