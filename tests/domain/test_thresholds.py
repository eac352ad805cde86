import numpy as np
import pytest

from autoencoders import thresholds

SKEWED = {"lognormal": lambda rng, n: rng.lognormal(size=n), "tied": lambda rng, n: rng.integers(0, 5, n).astype(float)}


def test_mean_and_sd_by_hand():
    assert thresholds.mean_sd(np.array([1.0, 2.0, 3.0]), 2.0) == pytest.approx(4.0)  # sd 1


def test_a_normal_distribution_has_a_sixth_above_mean_plus_one_sd():
    assert thresholds.normal_tail(1.0) == pytest.approx(0.158655, abs=1e-6)
    assert thresholds.normal_tail(0.0) == 0.5


def test_the_median_is_the_quantile_of_alpha_one_half():
    assert thresholds.quantile(np.array([3.0, 1.0, 2.0]), 0.5) == 2.0


@pytest.mark.parametrize(("alpha", "expected"), [(0.1, 9.0), (0.2, 8.0), (0.25, 8.0), (0.05, np.inf), (0.95, 1.0)])
def test_conformal_thresholds_of_nine_scores_by_hand(alpha: float, expected: float):
    assert thresholds.conformal(np.arange(1.0, 10.0), alpha) == expected  # the m-th largest, m = floor(10 alpha)


def test_conformal_p_values_by_hand():
    p = thresholds.conformal_p_values(np.array([0.5, 3.0, 3.5, 10.0]), np.arange(1.0, 5.0))
    assert p.tolist() == [1.0, 0.6, 0.4, 0.2]  # (1 + how many of 1, 2, 3, 4 are as high) / 5


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.07, 0.1, 0.29, 0.5, 0.57])
@pytest.mark.parametrize("n", [9, 19, 99, 100, 1000])
def test_a_score_lies_above_the_threshold_just_where_its_p_value_is_at_most_alpha(alpha: float, n: int):
    rng = np.random.default_rng(n)
    calibration, scores = rng.integers(0, 60, n).astype(float), np.arange(-1.0, 62.0, 0.5)
    above = scores > thresholds.conformal(calibration, alpha)
    assert np.array_equal(above, thresholds.conformal_p_values(scores, calibration) <= alpha)


@pytest.mark.parametrize("draw", SKEWED.values(), ids=SKEWED)
@pytest.mark.parametrize(("n", "alpha"), [(15, 0.1), (40, 0.05), (199, 0.02)])
def test_conformal_thresholds_keep_their_rate_over_many_draws(draw, n: int, alpha: float):
    rng = np.random.default_rng(0)
    flagged = [thresholds.flagged(draw(rng, 200), thresholds.conformal(draw(rng, n), alpha)) for _ in range(3000)]
    exact = np.floor(alpha * (n + 1) + 1e-9) / (n + 1)  # of scores without ties
    error = 4 * np.std(flagged) / np.sqrt(len(flagged))
    assert np.mean(flagged) <= alpha + error
    if draw is SKEWED["lognormal"]:
        assert np.mean(flagged) == pytest.approx(exact, abs=error)


def test_quantiles_of_few_scores_flag_more_than_they_state_and_conformal_thresholds_do_not():
    rng = np.random.default_rng(1)
    rates = {rule: [] for rule in (thresholds.quantile, thresholds.conformal)}
    for _ in range(3000):
        calibration, new = rng.lognormal(size=19), rng.lognormal(size=100)
        for rule, found in rates.items():
            found.append(thresholds.flagged(new, rule(calibration, 0.05)))
    assert np.mean(rates[thresholds.conformal]) == pytest.approx(0.05, abs=0.005)
    assert np.mean(rates[thresholds.quantile]) > 0.07


def test_too_few_scores_for_a_rate_flag_nothing():
    assert thresholds.conformal(np.arange(98.0), 0.01) == np.inf
    assert thresholds.conformal(np.arange(99.0), 0.01) == 98.0


def test_batch_means_by_hand():
    scores = np.array([0.0, 2.0, 1.0, 5.0, 4.0])  # batches of 2: means 1, 3, 4
    means = np.array([1.0, 3.0, 4.0])
    assert thresholds.batch_mean_sd(scores, 2.0, 2) == pytest.approx(means.mean() + 2 * means.std(ddof=1))


def test_batches_of_one_image_are_images():
    scores = np.random.default_rng(0).lognormal(size=50)
    assert thresholds.batch_mean_sd(scores, 1.0, 1) == pytest.approx(thresholds.mean_sd(scores, 1.0))


def test_batch_means_flag_far_more_normal_scores_than_they_seem_to_state():
    rng = np.random.default_rng(0)
    calibration, new = rng.normal(size=6400), rng.normal(size=10000)
    assert thresholds.flagged(new, thresholds.mean_sd(calibration, 1.0)) == pytest.approx(0.159, abs=0.02)
    assert thresholds.flagged(new, thresholds.batch_mean_sd(calibration, 1.0, 64)) == pytest.approx(0.45, abs=0.03)


def test_a_score_at_the_threshold_is_not_flagged():
    assert thresholds.flagged(np.array([1.0, 2.0, 3.0, 4.0]), 2.0) == 0.5


def test_the_wilson_interval_of_one_in_ten_is_the_textbook_s():
    assert thresholds.wilson_interval(0.1, 10, 0.95) == pytest.approx((0.017876, 0.404150), abs=1e-5)


def test_the_wilson_interval_stays_within_zero_and_one_and_mirrors():
    low, high = thresholds.wilson_interval(0.0, 50, 0.95)
    assert low == 0 and 0 < high < 0.1
    assert thresholds.wilson_interval(1.0, 50, 0.95) == pytest.approx((1 - high, 1.0))


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
def test_the_wilson_interval_covers_the_rate_about_as_often_as_it_says(rate: float):
    counts = np.random.default_rng(0).binomial(400, rate, 4000)
    intervals = np.array([thresholds.wilson_interval(count / 400, 400, 0.95) for count in counts])
    assert ((intervals[:, 0] <= rate) & (rate <= intervals[:, 1])).mean() == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("alpha", [0.0, 1.0, 1.5, np.nan])
def test_a_rate_out_of_range_is_refused(alpha: float):
    for rule in (thresholds.quantile, thresholds.conformal):
        with pytest.raises(ValueError, match=rf"alpha must lie within \(0, 1\), got {alpha}"):
            rule(np.arange(5.0), alpha)


def test_too_few_scores_and_scores_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="at least 2 scores, got 1"):
        thresholds.mean_sd(np.ones(1), 1.0)
    with pytest.raises(ValueError, match="at least 1 score, got 0"):
        thresholds.conformal(np.empty(0), 0.1)
    with pytest.raises(ValueError, match="scores must be finite, got nan"):
        thresholds.quantile(np.array([1.0, np.nan]), 0.1)
    with pytest.raises(ValueError, match=r"batch_size must lie in \[1, 4\] .* got 5"):
        thresholds.batch_mean_sd(np.ones(5), 1.0, 5)
