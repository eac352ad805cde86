"""Detectors against the reference, on the same bootstrap samples."""

import numpy as np
import pandas as pd
import pytest

from autoencoders.detection import results, standings
from autoencoders.detection.scoring import Scoring
from autoencoders.key import Key

SCORING = Scoring.model_validate(
    {
        "anomaly_score": "edges",
        "bootstrap_samples": 400,
        "thresholds": {"k": 2.0, "alpha": [0.1]},
        "scores": {"edges": {"kind": "restoration", "views": 0, "smoothing": 0.0, "energy": 0.0, "edges": 0.5}},
    }
)


def scored(rng, n: int, **scores: float) -> pd.DataFrame:
    """Return test images that are hard for all alike, seen by each score with the noise of its own that it says."""
    is_anomaly = np.arange(n) % 2 == 0
    shared = rng.normal(is_anomaly, 1)
    noisy = {name: shared + noise * rng.normal(size=n) for name, noise in scores.items()}
    return pd.DataFrame({"index": np.arange(n), "split": "test", "label": 0, "is_anomaly": is_anomaly} | noisy)


def compared(reference: str | None = "pca", **detectors: pd.DataFrame | list[pd.DataFrame]) -> pd.DataFrame:
    """Return the standings of detectors of one normal class, whose tables are one or one per seed."""
    tables, samples = {}, {}
    for name, tables_of_seeds in detectors.items():
        for seed, table in enumerate(tables_of_seeds if isinstance(tables_of_seeds, list) else [tables_of_seeds]):
            key = Key("d", "s", name, f"seed_{seed}")
            found, samples[key] = results.auroc_table({"zero": table}, SCORING)
            tables[key] = found.assign(seed=seed)
    return standings.against(tables, samples, reference).set_index("detector")


def columns(table: pd.DataFrame, **names: str) -> pd.DataFrame:
    """Return a table of scores with one as its anomaly score, and others."""
    return table[["index", "split", "label", "is_anomaly"]].assign(**{new: table[old] for new, old in names.items()})


def test_a_detector_with_the_reference_s_scores_cannot_be_told_from_it(rng) -> None:
    table = columns(scored(rng, 200, one=1.0), anomaly_score="one")
    row = compared(pca=table, twin=table).loc["twin"]
    assert row["verdict"] == "equal" and row["reference"] == "pca"
    assert row[["difference", "difference_low", "difference_high"]].tolist() == [0, 0, 0]


def test_what_is_hard_for_both_does_not_blur_their_difference(rng) -> None:
    table = scored(rng, 2000, good=0.1, bad=0.6)
    good, bad = columns(table, anomaly_score="good"), columns(table, anomaly_score="bad")
    better, worse = compared(pca=bad, net=good).loc["net"], compared(pca=good, net=bad).loc["net"]
    assert (better["verdict"], worse["verdict"]) == ("better", "worse")
    assert better["difference_low"] == pytest.approx(-worse["difference_high"])
    alone = results.auroc_table({"zero": good}, SCORING)[0].iloc[-1]
    assert better["difference_high"] - better["difference_low"] < 0.8 * (alone["high"] - alone["low"])


def test_the_interval_of_a_difference_covers_none_about_as_often_as_it_says() -> None:
    covered = []
    for seed in range(60):
        table = scored(np.random.default_rng(seed), 150, one=1.0, other=1.0)
        row = compared(pca=columns(table, anomaly_score="one"), net=columns(table, anomaly_score="other")).loc["net"]
        covered.append(row["difference_low"] <= 0 <= row["difference_high"])
    assert np.mean(covered) >= 0.85


def test_each_score_meets_the_same_score_of_the_reference_or_else_its_anomaly_score(rng) -> None:
    table = scored(rng, 100, one=1.0, two=0.5, three=2.0)
    pca = columns(table, anomaly_score="one", mse="two")
    net = columns(table, anomaly_score="two", mse="three", rapp="two")
    found = compared(pca=pca, net=net)
    assert found["reference"].dropna().to_dict() == {"net": "pca", "net/mse": "pca/mse", "net/rapp": "pca"}
    assert found.loc["net", "difference"] == found.loc["net/rapp", "difference"]


def test_seeds_are_paired_where_both_have_them(rng) -> None:
    table = scored(rng, 300, one=1.0, two=1.0, three=1.0)
    one, two, three = (columns(table, anomaly_score=name) for name in ("one", "two", "three"))
    twin = compared(pca=[one, two], net=[one, two]).loc["net"]
    assert (twin["difference_low"], twin["difference_high"]) == (0, 0)
    pd.testing.assert_frame_equal(compared(pca=[one, two], net=[three]), compared(pca=[one], net=[three]))
    alone = [compared(pca=[own], net=[three]).loc["net", "difference"] for own in (one, two)]
    assert compared(pca=[one, two], net=[three, three]).loc["net", "difference"] == pytest.approx(np.mean(alone))


def test_without_a_reference_nothing_is_compared(rng) -> None:
    table = columns(scored(rng, 50, one=1.0), anomaly_score="one")
    assert compared(reference=None, pca=table, net=table)["verdict"].isna().all()
