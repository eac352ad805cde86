"""Forward selection must find what helps, what helps together, and what helps elsewhere."""

import numpy as np
import pandas as pd
import pytest

from autoencoders.detection.selection import forward, pairs
from autoencoders.evaluation.metrics import auroc
from autoencoders.key import Key

LABELS = np.array([False, False, False, False, True, True])
GOOD, BAD, COIN = [1.0, 1.0, 2.0, 2.0], [2.0, 2.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]
LEFT, RIGHT = [1.0, 2.0, 9.0, 2.0], [2.0, 1.0, 2.0, 9.0]  # each misses an anomaly, and their product misses none


def key(detector: str) -> Key:
    return Key("greys", "choice", detector, "seed_0", "a")


def table(anomaly_score: list[float], **others: list[float]) -> pd.DataFrame:
    """Return a table of two calibration images with scores 1 and 3, and of four test images."""
    split = ["calibration"] * 2 + ["test"] * 4
    scores = {name: [1.0, 3.0, *values] for name, values in {"anomaly_score": anomaly_score, **others}.items()}
    return pd.DataFrame({"split": split, "is_anomaly": LABELS, **scores})


def test_pairs_are_named_by_detector_and_score_and_a_single_score_has_no_name() -> None:
    tables = {key("net"): table(GOOD, other=BAD, untrained=COIN), key("near"): table(COIN)}
    labels, scores = pairs(tables, "mse", ["other"])["a"]
    assert labels.tolist() == [False, False, True, True]
    assert set(scores) == {("net", "mse"), ("net", "other"), ("near", "")}
    assert scores["net", "other"][0] > scores["net", "other"][3] and len(scores["near", ""]) == 4


def test_two_that_are_weak_alone_are_chosen_for_what_they_are_together() -> None:
    chosen = forward({"greys": pairs({key("left"): table(LEFT), key("right"): table(RIGHT)}, "mse", [])}, steps=2)
    assert set(chosen["detector"]) == {"left", "right"}
    assert chosen["greys"].tolist() == [pytest.approx(0.875), 1.0] == chosen["mean"].tolist()
    assert chosen[["left_out", "chosen_in"]].isna().all(axis=None)


def test_all_worlds_count_alike() -> None:
    first = pairs({key("one"): table(GOOD), key("two"): table([1.0, 1.0, 2.0, 1.0])}, "mse", [])
    second = pairs({key("one"): table(BAD), key("two"): table(GOOD)}, "mse", [])
    assert forward({"first": first, "second": second}, steps=1)["detector"].tolist() == ["two"]


def test_a_world_is_judged_by_what_the_others_choose() -> None:
    """One detector is right in three worlds and wrong in the fourth, where another one is right."""
    usual = pairs({key("common"): table(GOOD), key("odd"): table(COIN)}, "mse", [])
    other = pairs({key("common"): table(BAD), key("odd"): table(GOOD)}, "mse", [])
    chosen = forward({"one": usual, "two": usual, "three": usual, "four": other}, steps=1)
    assert chosen.loc[0, ["detector", "mean"]].tolist() == ["common", 0.75]
    # without `four` the others choose `common`, which fails there; without another one `odd` is as good as `common`
    assert chosen.loc[0, "left_out"] <= 0.75 and chosen.loc[0, "chosen_in"] <= 1


def test_an_area_is_that_of_the_metrics(rng) -> None:
    scores = rng.integers(1, 6, 60).astype(float)  # many ties
    rows = pd.DataFrame({"anomaly_score": scores, "split": "test", "is_anomaly": rng.random(60) < 0.4})
    rows.loc[:9, ["split", "is_anomaly"]] = ["calibration", False]
    test = rows[rows["split"] == "test"]
    found = forward({"world": pairs({key("net"): rows}, "mse", [])}, steps=1)["world"].item()
    assert found == pytest.approx(auroc(test["anomaly_score"].to_numpy(), test["is_anomaly"].to_numpy()))
