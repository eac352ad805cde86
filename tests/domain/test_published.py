import pandas as pd
import pytest

from autoencoders.reporting.published import Number, Published, tick_off, verdict


def number(**changes) -> Number:
    block = {"item": "B1", "what": "loss", "value": 0.5, "study": "s", "where": {"variant": "a"}, "better": "lower"}
    return Number.model_validate(block | changes)


@pytest.mark.parametrize(
    ("ours", "sd", "better", "reason", "expected"),
    [
        (0.57, 0.01, "lower", "", "met"),  # within 3 sd
        (0.54, 0.0, "lower", "", "met"),  # printed as 0.5
        (0.3, 0.01, "lower", "", "beaten"),
        (0.7, 0.01, "higher", "", "beaten"),
        (0.7, 0.01, "lower", "because", "explained"),
        (0.7, 0.01, "lower", "", "missed"),
    ],
)
def test_a_printed_number_is_met_beaten_explained_or_missed(ours, sd, better, reason, expected) -> None:
    assert verdict(number(better=better, reason=reason), ours, sd) == expected


def test_ours_is_the_mean_over_seeds_of_the_rows_that_count() -> None:
    metrics = pd.DataFrame(
        {"variant": ["a", "a", "b"], "seed": [0, 1, 0], "metric": "train/mse", "value": [0.4, 0.6, 9.0]}
    )
    row = tick_off(Published(numbers=(number(),)), "s", {"metrics": metrics}).iloc[0]
    assert row["ours"] == pytest.approx(0.5) and row["seeds"] == 2 and row["verdict"] == "met"


def test_a_seed_that_collapsed_is_counted_apart() -> None:
    rows = [("a", 0, "train/mse", 0.4), ("a", 1, "train/mse", 9.0)]
    rows += [("a", seed, "gate/reconstructions_differ", 1.0 - seed) for seed in (0, 1)]
    metrics = pd.DataFrame(rows, columns=["variant", "seed", "metric", "value"])
    published = Published(numbers=(number(where={"variant": "a", "metric": "train/mse"}),))
    row = tick_off(published, "s", {"metrics": metrics}).iloc[0]
    assert (row["ours"], row["seeds"], row["collapsed"]) == (0.4, 1, 1)


def test_a_number_may_stand_in_the_table_of_a_measurement() -> None:
    metrics = pd.DataFrame({"variant": ["a"], "seed": [0], "metric": "train/mse", "value": [0.4]})
    sweep = pd.DataFrame({"variant": ["a"], "seed": ["seed_0"], "random_mse": [0.45]})
    published = Published(numbers=(number(measurement="sweep", column="random_mse"),))
    assert tick_off(published, "s", {"sweep": sweep, "metrics": metrics}).iloc[0]["ours"] == 0.45


def test_a_number_that_points_nowhere_is_named() -> None:
    metrics = pd.DataFrame({"variant": ["b"], "seed": [0], "value": [1.0]})
    with pytest.raises(ValueError, match=r"published\.B1: s has no row where \{'variant': 'a'\}"):
        tick_off(Published(numbers=(number(),)), "s", {"metrics": metrics})
