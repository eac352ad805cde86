"""The bootstrap of AUROC."""

import numpy as np
import pandas as pd
import pytest

from autoencoders.detection import bootstrap
from autoencoders.evaluation.bootstrap import draw_weights, gain, interval
from autoencoders.evaluation.metrics import auroc


@pytest.fixture
def sample(rng) -> tuple[np.ndarray, np.ndarray]:
    """Return 60 scores with ties, and which are of anomalies."""
    is_anomaly = rng.random(60) < 0.4
    return np.round(rng.normal(is_anomaly, 1), 1), is_anomaly


def test_images_that_count_once_give_the_auroc(sample) -> None:
    found = bootstrap.weighted_auroc(*sample, np.ones((1, 60), dtype=np.uint8))
    assert found[0] == pytest.approx(auroc(*sample))


def test_an_image_that_counts_twice_is_an_image_drawn_twice(sample, rng) -> None:
    weights = draw_weights(60, 50, rng)
    scores, is_anomaly = sample
    expected = [auroc(np.repeat(scores, row), np.repeat(is_anomaly, row)) for row in weights]
    assert np.allclose(bootstrap.weighted_auroc(scores, is_anomaly, weights), expected)


def test_the_order_of_images_does_not_matter(sample, rng) -> None:
    weights, order = draw_weights(60, 20, rng), rng.permutation(60)
    shuffled = bootstrap.weighted_auroc(*(one[order] for one in sample), weights[:, order])
    assert np.allclose(shuffled, bootstrap.weighted_auroc(*sample, weights))


def test_a_sample_has_as_many_images_as_the_test_set(rng) -> None:
    assert (draw_weights(30, 50, rng).sum(axis=1) == 30).all()


def test_a_sample_of_one_group_says_nothing() -> None:
    weights = np.array([[2, 0], [1, 1]], dtype=np.uint8)
    found = bootstrap.weighted_auroc(np.array([0.0, 1.0]), np.array([False, True]), weights)
    assert np.isnan(found[0]) and found[1] == 1
    assert interval(found, 0.95) == (1.0, 1.0)


def mean_interval(scores: dict, bootstrap_samples: int, confidence: float, seed: int) -> pd.DataFrame:
    weights = draw_weights(len(next(iter(scores.values()))), bootstrap_samples, np.random.default_rng(seed))
    return bootstrap.mean_interval(scores, "anomaly_score", weights, confidence)[0]


def table(rng, shift: float, n: int = 400) -> pd.DataFrame:
    is_anomaly = np.arange(n) % 2 == 0
    return pd.DataFrame({"anomaly_score": rng.normal(shift * is_anomaly, 1), "is_anomaly": is_anomaly})


def test_the_interval_covers_what_more_images_would_show(rng) -> None:
    truth = 0.7602  # of two Gaussians one sd apart: Phi(1 / sqrt(2))
    rows = [mean_interval({"a": table(rng, 1.0)}, 200, 0.95, seed).iloc[0] for seed in range(40)]
    assert np.mean([row["low"] <= truth <= row["high"] for row in rows]) >= 0.85


def test_the_mean_over_classes_is_surer_than_a_class(rng) -> None:
    found = mean_interval({name: table(rng, 1.0) for name in "abcd"}, 300, 0.95, 0).set_index("normal_class")
    width = found["high"] - found["low"]
    assert width["mean"] < 0.7 * width["a"]
    assert found.loc["mean", "auroc"] == pytest.approx(found["auroc"][:4].mean())


def test_all_classes_must_share_the_test_images(rng) -> None:
    with pytest.raises(ValueError, match="the same images, got 10 and 20 of them"):
        mean_interval({"a": table(rng, 1.0, 10), "b": table(rng, 1.0, 20)}, 10, 0.95, 0)


def scored(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    is_anomaly = rng.random(n) < 0.6
    return rng.normal(size=n) + is_anomaly, is_anomaly


def test_four_points_by_hand() -> None:
    score, is_anomaly = np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])
    weights = np.array([[1, 1, 1, 1], [3, 1, 1, 1], [0, 1, 1, 0], [0, 1, 0, 2]])
    # won pairs: 3 of 4; 4 + 3 of 8; none of 1; 2 of 2
    assert bootstrap.weighted_auroc(score, is_anomaly, weights).tolist() == [0.75, 0.875, 0.0, 1.0]


def test_many_samples_equal_one_at_a_time() -> None:
    score, is_anomaly = scored(2000, 4)
    weights = draw_weights(2000, 600, np.random.default_rng(0))
    assert weights.size > bootstrap.CHUNK
    found = bootstrap.weighted_auroc(score, is_anomaly, weights)
    alone = [bootstrap.weighted_auroc(score, is_anomaly, weights[one : one + 1])[0] for one in range(0, 600, 60)]
    np.testing.assert_allclose(found[::60], alone, atol=1e-12)


def test_each_image_is_drawn_once_on_average_and_as_often_apart_as_a_binomial() -> None:
    weights = draw_weights(50, 2000, np.random.default_rng(0))
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=0.12)
    assert weights.var(axis=0).mean() == pytest.approx(1 - 1 / 50, abs=0.03)


def test_the_interval_of_a_hundred_and_one_numbers_cuts_a_share_off_both_ends() -> None:
    assert interval(np.arange(101.0), 0.9) == pytest.approx((5, 95))


def test_perfect_separation_is_certain() -> None:
    apart = pd.DataFrame({"anomaly_score": np.arange(20.0), "is_anomaly": np.arange(20) >= 10})
    found = mean_interval({"a": apart, "b": apart}, 50, 0.95, 0)
    assert found["normal_class"].tolist() == ["a", "b", "mean"]
    assert (found[["auroc", "low", "high"]] == 1).all(axis=None)


def test_the_interval_covers_the_true_auroc_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    true, is_anomaly, covered = 2 / 3, np.arange(80) < 40, []  # of three uniforms one of the anomaly's two is largest
    for _ in range(200):
        score = rng.random(80)
        score[:40] = np.maximum(score[:40], rng.random(40))
        samples = bootstrap.weighted_auroc(score, is_anomaly, draw_weights(80, 200, rng))
        low, high = interval(samples, 0.9)
        covered.append(low <= true <= high)
    assert np.mean(covered) == pytest.approx(0.9, abs=0.06)


def test_classes_share_their_samples_so_that_opposite_ones_have_a_certain_mean() -> None:
    score, is_anomaly = scored(100, 5)
    tables = {
        name: pd.DataFrame({"anomaly_score": sign * score, "is_anomaly": is_anomaly})
        for name, sign in {"up": 1, "down": -1}.items()
    }
    found = mean_interval(tables, 100, 0.95, 0).set_index("normal_class")
    assert found.loc["up", "high"] - found.loc["up", "low"] > 0.1
    assert found.loc["mean"].tolist() == pytest.approx([0.5, 0.5, 0.5])


def test_the_same_seed_gives_the_same_interval() -> None:
    score, is_anomaly = scored(300, 6)
    scores = {"a": pd.DataFrame({"anomaly_score": score, "is_anomaly": is_anomaly})}
    one, same, other = (mean_interval(scores, 100, 0.95, seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


def test_a_hundred_times_the_images_have_a_tenth_of_the_width() -> None:
    width = []
    for n in (100, 10_000):
        score, is_anomaly = scored(n, 7)
        samples = bootstrap.weighted_auroc(score, is_anomaly, draw_weights(n, 200, np.random.default_rng(0)))
        width.append(np.subtract(*interval(samples, 0.95)))
    assert width[0] / width[1] == pytest.approx(10, rel=0.35)


def test_what_has_no_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="values must hold a number, got 2 that are none"):
        interval(np.full(2, np.nan), 0.9)
    with pytest.raises(ValueError, match="anomaly_score must be a number for every image, got nan"):
        bootstrap.weighted_auroc(np.array([1.0, np.nan]), np.array([True, False]), np.ones((1, 2)))


def pair(rng, ratio: float, n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Return errors and a rival's, which are hard for both on the same images, and of which the ratio is known."""
    hard = rng.exponential(1.0, n)
    return ratio * hard * rng.uniform(0.5, 1.5, n), hard * rng.uniform(0.5, 1.5, n)


def test_the_interval_of_a_gain_covers_the_true_one(rng) -> None:
    found = [gain(*pair(rng, 0.8)) for _ in range(40)]
    assert np.mean([low <= 0.2 <= high for _, low, high in found]) >= 0.88
    assert np.mean([value for value, _, _ in found]) == pytest.approx(0.2, abs=0.02)


def test_two_that_differ_by_chance_alone_are_a_tie_in_all_but_one_case_of_twenty(rng) -> None:
    found = [gain(*pair(rng, 1.0)) for _ in range(40)]
    assert np.mean([low <= 0 <= high for _, low, high in found]) >= 0.88


def test_images_that_are_hard_for_both_leave_a_small_difference_sure(rng) -> None:
    rival = rng.exponential(1.0, 300)
    assert gain(0.99 * rival, rival) == pytest.approx((0.01, 0.01, 0.01))
    _, low, high = gain(0.99 * rng.permutation(rival), rival)
    assert low < 0 < high, "unpaired, chance hides it"


def test_a_gain_over_a_rival_without_error_is_none() -> None:
    assert np.isnan(gain(np.ones(3), np.zeros(3))).all()
