import numpy as np
import pytest

from autoencoders.detection import rates as counting
from autoencoders.detection import thresholds
from autoencoders.detection.scoring import Thresholds


def standard_rates(calibration, normal, anomalies, k, alphas, confidence):
    scores = (np.asarray(group) for group in (calibration, normal, anomalies))
    return counting.standard_rates(*scores, Thresholds(k=k, alpha=tuple(alphas)), confidence, np.random.default_rng(0))


SKEWED = {"lognormal": lambda rng, n: rng.lognormal(size=n), "tied": lambda rng, n: rng.integers(0, 5, n).astype(float)}


def test_mean_and_sd_by_hand():
    assert thresholds.mean_sd(np.array([1.0, 2.0, 3.0]), 2.0) == pytest.approx(4.0)  # sd 1


def test_a_gaussian_has_a_sixth_above_mean_plus_one_sd():
    assert thresholds.gaussian_tail(1.0) == pytest.approx(0.158655, abs=1e-6)
    assert thresholds.gaussian_tail(0.0) == 0.5


def test_the_median_is_the_quantile_of_alpha_one_half():
    assert thresholds.quantile(np.array([3.0, 1.0, 2.0]), 0.5) == 2.0


@pytest.mark.parametrize(("alpha", "expected"), [(0.1, 9.0), (0.2, 8.0), (0.25, 8.0), (0.05, np.inf), (0.95, 1.0)])
def test_conformal_thresholds_of_nine_scores_by_hand(alpha: float, expected: float):
    assert thresholds.conformal(np.arange(1.0, 10.0), alpha) == expected  # the m-th largest, m = floor(10 alpha)


def p_values(scores: np.ndarray, calibration: np.ndarray) -> np.ndarray:
    as_high = (calibration >= scores[:, None]).sum(axis=1)
    return (1 + as_high) / (len(calibration) + 1)


def test_conformal_p_values_by_hand():
    p = p_values(np.array([0.5, 3.0, 3.5, 10.0]), np.arange(1.0, 5.0))
    assert p.tolist() == [1.0, 0.6, 0.4, 0.2]  # (1 + how many of 1, 2, 3, 4 are as high) / 5


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.07, 0.1, 0.29, 0.5, 0.57])
@pytest.mark.parametrize("n", [9, 19, 99, 100, 1000])
def test_a_score_lies_above_the_threshold_just_where_its_p_value_is_at_most_alpha(alpha: float, n: int):
    rng = np.random.default_rng(n)
    calibration, scores = rng.integers(0, 60, n).astype(float), np.arange(-1.0, 62.0, 0.5)
    above = scores > thresholds.conformal(calibration, alpha)
    assert np.array_equal(above, p_values(scores, calibration) <= alpha)


@pytest.mark.parametrize("draw", SKEWED.values(), ids=SKEWED)
@pytest.mark.parametrize(("n", "alpha"), [(15, 0.1), (40, 0.05), (199, 0.02)])
def test_conformal_thresholds_keep_their_rate_over_many_draws(draw, n: int, alpha: float):
    rng = np.random.default_rng(0)
    flagged = [counting.flagged(draw(rng, 200), thresholds.conformal(draw(rng, n), alpha)) for _ in range(3000)]
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
            found.append(counting.flagged(new, rule(calibration, 0.05)))
    assert np.mean(rates[thresholds.conformal]) == pytest.approx(0.05, abs=0.005)
    assert np.mean(rates[thresholds.quantile]) > 0.07


def test_too_few_scores_for_a_rate_flag_nothing():
    assert thresholds.conformal(np.arange(98.0), 0.01) == np.inf
    assert thresholds.conformal(np.arange(99.0), 0.01) == 98.0


def test_a_rule_that_can_flag_nothing_is_warned_of(caplog):
    thresholds.standard_rules(np.arange(99.0), 1.0, [0.01])
    assert not caplog.records
    thresholds.standard_rules(np.arange(98.0), 1.0, [0.01, 0.1])
    (record,) = caplog.records
    assert record.getMessage() == (
        "98 held-out normal images are too few for a conformal threshold at 0.01: it flags nothing. "
        "Hold out at least 99, or state a higher rate."
    )


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
    assert counting.flagged(new, thresholds.mean_sd(calibration, 1.0)) == pytest.approx(0.159, abs=0.02)
    assert counting.flagged(new, thresholds.batch_mean_sd(calibration, 1.0, 64)) == pytest.approx(0.45, abs=0.03)


def test_a_score_at_the_threshold_is_not_flagged():
    assert counting.flagged(np.array([1.0, 2.0, 3.0, 4.0]), 2.0) == 0.5


def test_the_wilson_interval_of_one_in_ten_is_the_textbook_s():
    assert counting.wilson_interval(0.1, 10, 0.95) == pytest.approx((0.017876, 0.404150), abs=1e-5)


def test_the_wilson_interval_stays_within_zero_and_one_and_mirrors():
    low, high = counting.wilson_interval(0.0, 50, 0.95)
    assert low == 0 and 0 < high < 0.1
    assert counting.wilson_interval(1.0, 50, 0.95) == pytest.approx((1 - high, 1.0))


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
def test_the_wilson_interval_covers_the_rate_about_as_often_as_it_says(rate: float):
    counts = np.random.default_rng(0).binomial(400, rate, 4000)
    found = {count: counting.wilson_interval(count / 400, 400, 0.95) for count in np.unique(counts)}
    intervals = np.array([found[count] for count in counts])
    assert ((intervals[:, 0] <= rate) & (rate <= intervals[:, 1])).mean() == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("alpha", [0.0, 1.0, 1.5, np.nan])
def test_a_rate_out_of_range_is_refused(alpha: float):
    with pytest.raises(ValueError, match=rf"alpha\.0: input should be .*, got {alpha}"):
        Thresholds.model_validate({"k": 1.0, "alpha": [alpha]})


def test_too_few_scores_and_scores_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="at least 2 scores, got 1"):
        thresholds.standard_rules(np.ones(1), 1.0, [0.1])
    rules = thresholds.standard_rules(np.arange(9.0), 1.0, [0.1])
    with pytest.raises(ValueError, match="at least 1 score, got 0"):
        counting.with_rates(rules, np.arange(9.0), np.ones(3), np.empty(0), 0.95, np.random.default_rng(0))
    with pytest.raises(ValueError, match="scores must be finite, got nan"):
        thresholds.standard_rules(np.array([1.0, 2.0, np.nan]), 1.0, [0.1])
    with pytest.raises(ValueError, match="scores must be finite, got inf"):
        counting.with_rates(rules, np.arange(9.0), np.array([1.0, np.inf]), np.ones(3), 0.95, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"batch_size must lie in \[1, 4\] .* got 5"):
        thresholds.batch_mean_sd(np.ones(5), 1.0, 5)


def rated(rng, n_calibration: int = 199, n_test: int = 300, n_anomalies: int = 150, shift: float = 0.0):
    calibration, normal = rng.lognormal(size=n_calibration), rng.lognormal(shift, size=n_test)
    return standard_rates(calibration, normal, rng.lognormal(3, size=n_anomalies), 2.0, (0.05, 0.1), 0.95)


def test_rates_of_scores_by_hand():
    found = standard_rates(np.arange(1.0, 20.0), np.array([0.0, 19.5]), np.array([9.0, 18.5, 30]), 1.0, [0.1], 0.95)
    assert found["rule"].tolist() == ["mean + 1 sd", "quantile 0.9", "conformal 0.1", "randomised 0.1"]
    sd = np.arange(1.0, 20.0).std(ddof=1)
    assert found["threshold"].tolist() == pytest.approx([10 + sd, 17.2, 18.0, 18.0])  # the second largest of 19
    assert found["nominal_rate"].tolist() == pytest.approx([0.158655, 0.1, 0.1, 0.1], abs=1e-6)
    assert found["lower"].iloc[-1] == 17 and found["coin"].iloc[-1] == 0 and found["coin"].iloc[:3].isna().all()
    assert found["chance"].tolist()[2:] == [0.1, 0.1] and found["chance"].iloc[:2].isna().all()
    assert (found["empirical_rate"] == 0.5).all()
    assert found["detection_rate"].tolist() == pytest.approx([2 / 3] * 4)
    low, high = counting.wilson_interval(2 / 3, 3, 0.95)
    assert (found["detection_low"] == low).all() and (found["detection_high"] == high).all()
    assert (found[["n_calibration", "n_test", "n_anomalies"]] == [19, 2, 3]).all(axis=None)


def test_pooled_rates_are_those_of_all_images_together():
    rng = np.random.default_rng(0)
    tables = {"a": rated(rng), "b": rated(rng, n_test=700, n_anomalies=50, shift=0.3)}
    pooled = counting.pool(tables, 0.95)
    assert pooled["rule"].tolist() == tables["a"]["rule"].tolist()
    both = (tables["a"]["empirical_rate"] * 300 + tables["b"]["empirical_rate"] * 700) / 1000
    assert pooled["empirical_rate"].tolist() == pytest.approx(both.tolist())
    detected = (tables["a"]["detection_rate"] * 150 + tables["b"]["detection_rate"] * 50) / 200
    assert pooled["detection_rate"].tolist() == pytest.approx(detected.tolist())
    assert (pooled[["n_calibration", "n_test", "n_anomalies"]] == [398, 1000, 200]).all(axis=None)
    expected = [counting.wilson_interval(rate, 1000, 0.95) for rate in pooled["empirical_rate"]]
    np.testing.assert_allclose(pooled[["low", "high"]], expected)


def test_one_class_pooled_is_that_class():
    one = rated(np.random.default_rng(1))
    pooled = counting.pool({"a": one}, 0.95)
    own = ["rule", "threshold", "lower", "coin", "chance", "drawn_low", "drawn_high"]
    np.testing.assert_allclose(pooled[one.columns.drop(own)], one.drop(columns=own))
    bands = one[["drawn_low", "drawn_high"]].dropna()  # of the beta-binomial, where the pooled one is a Gaussian's
    np.testing.assert_allclose(pooled.loc[bands.index, bands.columns], bands, atol=0.015)


def test_pooling_in_another_order_gives_the_same_rates():
    rng = np.random.default_rng(2)
    one, other = rated(rng), rated(rng, shift=0.5)
    forth, back = counting.pool({"a": one, "b": other}, 0.9), counting.pool({"b": other, "a": one}, 0.9)
    np.testing.assert_allclose(forth.drop(columns="rule"), back.drop(columns="rule"))


@pytest.mark.parametrize(("n", "low", "high"), [(10, 0.2, 0.8), (100, 0.4, 0.6)])
def test_the_binomial_band_of_fair_coins_is_known(n: int, low: float, high: float):
    one = standard_rates(np.arange(3.0), np.zeros(n), np.ones(1), 1.0, [0.5], 0.95)
    band = counting.pool({"coins": one}, 0.95).set_index("rule").loc["conformal 0.5"]
    assert band[["nominal_low", "nominal_high"]].tolist() == [low, high]  # at most 1 of 10: 11 of 1024, at most 2: 56


def test_about_as_many_pooled_rates_fall_into_the_bands_as_they_say():
    rng = np.random.default_rng(3)

    def rate() -> float:  # of three classes, 199 calibration and 400 test images each
        return np.mean([counting.flagged(rng.random(400), thresholds.conformal(rng.random(199), 0.1)) for _ in "abc"])

    tables = {name: standard_rates(rng.random(199), rng.random(400), rng.random(9), 1, [0.1], 0.95) for name in "abc"}
    band = counting.pool(tables, 0.95).set_index("rule").loc["conformal 0.1"]
    rates = np.array([rate() for _ in range(2000)])
    assert ((band["drawn_low"] <= rates) & (rates <= band["drawn_high"])).mean() == pytest.approx(0.95, abs=0.02)
    assert ((band["nominal_low"] <= rates) & (rates <= band["nominal_high"])).mean() < 0.85  # thresholds are drawn too


def test_a_band_of_many_calibration_images_is_that_of_the_test_images_alone():
    rng = np.random.default_rng(4)
    calibration, normal = rng.random(1_000_000), rng.random(5000)
    one = counting.pool({"a": standard_rates(calibration, normal, [2.0], 1.0, [0.1], 0.95)}, 0.95).iloc[-1]
    assert one["drawn_low"] == pytest.approx(one["nominal_low"], abs=3e-4)
    assert one["drawn_high"] == pytest.approx(one["nominal_high"], abs=3e-4)


def test_every_rule_has_a_nominal_and_an_empirical_rate(rng) -> None:
    found = standard_rates(rng.normal(size=999), rng.normal(size=2000), rng.normal(9, 1, 50), 2.0, [0.05], 0.95)
    assert list(found["rule"]) == ["mean + 2 sd", "quantile 0.95", "conformal 0.05", "randomised 0.05"]
    assert (found["low"] <= found["empirical_rate"]).all() and (found["empirical_rate"] <= found["high"]).all()
    assert (found["detection_rate"] == 1).all() and (found["detection_low"] < 1).all()
    assert found["empirical_rate"].to_numpy() == pytest.approx([0.0228, 0.05, 0.05, 0.05], abs=0.02)


def test_pooled_rates_weigh_classes_by_their_images() -> None:
    calibration = np.arange(9.0)
    one = standard_rates(calibration, np.full(10, 100.0), np.full(5, 100.0), 1.0, [0.1], 0.95)
    two = standard_rates(calibration, np.full(30, 0.0), np.full(15, 0.0), 1.0, [0.1], 0.95)
    pooled = counting.pool({"one": one, "two": two}, 0.95).set_index("rule").loc["conformal 0.1"]
    assert pooled["empirical_rate"] == 0.25 and pooled["detection_rate"] == 0.25
    assert (pooled["n_test"], pooled["n_calibration"]) == (40, 18)
    assert pooled["nominal_low"] < 0.1 < pooled["nominal_high"]


DRAWS = {"continuous": SKEWED["lognormal"], "tied": SKEWED["tied"], "all alike": lambda rng, n: np.ones(n)}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
@pytest.mark.parametrize("n", [14, 99, 100])
@pytest.mark.parametrize("alpha", [0.01, 0.07])
def test_randomised_thresholds_flag_alpha_exactly_whatever_the_scores_and_however_few(draw, n: int, alpha: float):
    rng = np.random.default_rng(0)
    chances = [thresholds.flag_chance(draw(rng, 100), draw(rng, n), alpha).mean() for _ in range(4000)]
    error = 4 * np.std(chances) / np.sqrt(len(chances))
    assert np.mean(chances) == pytest.approx(alpha, abs=max(error, 1e-9)) and error < 0.25 * alpha


def test_randomised_thresholds_count_what_their_coins_say():
    rng = np.random.default_rng(0)
    calibration, normal = rng.random(14), rng.random(200_000)
    rule = standard_rates(calibration, normal, np.ones(1), 1.0, [0.3], 0.95).set_index("rule").loc["randomised 0.3"]
    chances = thresholds.flag_chance(normal, calibration, 0.3)
    assert 0 < ((0 < chances) & (chances < 1)).mean() < 0.2
    assert rule["empirical_rate"] == pytest.approx(chances.mean(), abs=4 * np.sqrt(0.25 / len(normal)))


def test_the_coin_of_fourteen_scores_by_hand():
    calibration = np.arange(1.0, 15.0)
    assert thresholds.randomised(calibration, 0.01) == (
        np.inf,
        14.0,
        pytest.approx(0.15),
    )  # 15 of 100 above the largest
    assert thresholds.randomised(calibration, 0.1) == (14.0, 13.0, pytest.approx(0.5))
    assert thresholds.randomised(calibration, 0.2) == (12.0, 11.0, 0.0)  # 3 of 15: the conformal threshold
    assert thresholds.randomised(calibration, 0.99) == (1.0, -np.inf, pytest.approx(0.85))
    chances = thresholds.flag_chance(np.array([14.5, 13.5, 12.5, 14.0, 13.0]), calibration, 0.1)
    assert chances.tolist() == pytest.approx([1, 0.5, 0, 0.75, 0.25])  # with a tie the coin decides which is higher


@pytest.mark.parametrize("n", [9, 14, 99, 100])
@pytest.mark.parametrize("alpha", [0.01, 0.1, 0.29, 0.57])
def test_between_the_conformal_threshold_and_the_next_score_a_coin_decides_and_nowhere_else(n: int, alpha: float):
    calibration = np.random.default_rng(n).lognormal(size=n)
    threshold, lower, coin = thresholds.randomised(calibration, alpha)
    assert threshold == thresholds.conformal(calibration, alpha)
    scores = np.setdiff1d(np.random.default_rng(0).lognormal(size=500), calibration)
    chances = thresholds.flag_chance(scores, calibration, alpha)
    expected = np.where(scores > threshold, 1, np.where(scores > lower, coin, 0))
    np.testing.assert_allclose(chances, expected, atol=1e-9)


def test_the_same_seed_throws_the_same_coins():
    rng = np.random.default_rng(0)
    calibration, normal, anomalies = rng.random(14), rng.random(200), rng.random(200) + 0.5
    one, same = (standard_rates(calibration, normal, anomalies, 1.0, [0.01], 0.95) for _ in range(2))
    assert one.equals(same)


def test_the_band_of_one_calibration_score_is_known():
    # above the one score of two that a third exceeds: each count of 0 to 4 is as likely (Polya's urn)
    rule = {"chance": 0.5, "coin": np.nan, "n_calibration": 1, "n_test": 4}
    assert counting.drawn_band(rule, 0.5) == (0.25, 0.75)
    assert counting.drawn_band(rule | {"chance": 0.0}, 0.5) == (0, 0)
    assert np.isnan(counting.drawn_band(rule | {"chance": np.nan}, 0.5)).all()


@pytest.mark.parametrize("n", [14, 60])
@pytest.mark.parametrize("kind", ["conformal", "randomised"])
def test_about_as_many_rates_of_a_class_fall_into_its_band_as_it_says(n: int, kind: str):
    rng = np.random.default_rng(0)
    rules = thresholds.standard_rules(rng.random(n), 1.0, [0.1]).set_index("rule").loc[f"{kind} 0.1"]
    rule = rules.to_dict() | {"n_calibration": n, "n_test": 100}
    low, high = counting.drawn_band(rule, 0.95)
    found = []
    for _ in range(3000):
        calibration, scores = rng.random(n), rng.random(100)
        chances = thresholds.flag_chance(scores, calibration, 0.1)
        found.append(((rng.random(100) if kind == "randomised" else 1 - 1e-9) < chances).mean())
    share = np.mean([low <= rate <= high for rate in found])
    assert 0.94 < share < 0.985  # the least band of whole counts that holds 95 %
    assert np.mean(found) == pytest.approx(rule["chance"], abs=0.006)


def test_pooled_rates_of_randomised_rules_fall_into_their_band_about_as_often_as_it_says():
    rng = np.random.default_rng(5)

    def rate() -> float:  # of ten classes, 14 calibration and 60 test images each
        chances = [thresholds.flag_chance(rng.random(60), rng.random(14), 0.03) for _ in range(10)]
        return np.mean(rng.random((10, 60)) < chances)

    tables = {name: standard_rates(rng.random(14), rng.random(60), [1.0], 1, [0.03], 0.95) for name in "abcdefghij"}
    band = counting.pool(tables, 0.95).set_index("rule").loc["randomised 0.03"]
    found = np.array([rate() for _ in range(2000)])
    assert ((band["drawn_low"] <= found) & (found <= band["drawn_high"])).mean() == pytest.approx(0.95, abs=0.02)
    assert found.std() == pytest.approx((band["drawn_high"] - 0.03) / 1.96, rel=0.05)
