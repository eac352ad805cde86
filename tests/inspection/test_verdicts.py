import numpy as np
import pytest

from autoencoders.detection import thresholds
from autoencoders.inspection import verdicts
from autoencoders.inspection.verdicts import Decision

RATE = {"rule": "rate", "level": 0.05}
ALARMS = 200  # draws behind a share of alarms


def share_of_drift(shift, images: int, calibration: int, seed: int = 0) -> float:
    """Return how often images are said to have drifted, whose scores were standard normal before `shift`."""
    rng = np.random.default_rng(seed)
    draws = [(shift(rng.normal(size=images)), rng.normal(size=calibration)) for _ in range(ALARMS)]
    return float(np.mean([bool(verdicts.drift(*draw).sentence) for draw in draws]))


def with_anomalies(share: float, normal=lambda scores: scores):
    return lambda scores: np.where(np.arange(len(scores)) < round(share * len(scores)), scores + 8, normal(scores))


def test_p_values_by_hand():
    p = verdicts.p_values(np.array([0.5, 3.0, 3.5, 10.0]), np.array([4.0, 1.0, 3.0, 2.0]))
    assert p.tolist() == [1.0, 0.6, 0.4, 0.2]  # (1 + how many of 1, 2, 3, 4 are as high) / 5


def test_no_images_have_no_p_values_and_no_flags():
    none = verdicts.p_values(np.array([]), np.array([1.0]))
    assert none.shape == verdicts.flagged_at_rate(none, 0.1).shape == verdicts.flagged_at_fdr(none, 0.1).shape == (0,)


def test_p_values_know_nothing_but_the_order_of_scores():
    rng = np.random.default_rng(0)
    scores, calibration = rng.normal(size=50), rng.normal(size=30)
    assert np.array_equal(
        verdicts.p_values(scores, calibration), verdicts.p_values(np.exp(scores), np.exp(calibration[::-1]))
    )


def test_p_values_of_normal_images_are_uniform_over_draws():
    rng = np.random.default_rng(0)
    p = np.array([verdicts.p_values(rng.lognormal(size=5), rng.lognormal(size=19)) for _ in range(4000)])
    counts = np.bincount(np.rint(p * 20).astype(int).ravel(), minlength=21)[1:]
    assert counts / p.size == pytest.approx(np.full(20, 0.05), abs=0.008)  # of 1/20, 2/20, .. 1


@pytest.mark.parametrize(
    ("scores", "calibration", "message"),
    [
        ([1.0], [], "calibration must hold at least one score, got none: hold out normal images"),
        ([1.0], [2.0, np.nan], "calibration must be finite, got nan"),
        ([1.0, np.inf], [2.0], "scores must be finite, got inf"),
    ],
)
def test_p_values_need_finite_scores_and_calibration(scores, calibration, message: str):
    with pytest.raises(ValueError, match=message):
        verdicts.p_values(np.array(scores), np.array(calibration))


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.07, 0.1, 0.29, 0.57])
@pytest.mark.parametrize("n", [9, 19, 99, 100, 1000])
def test_an_image_is_flagged_just_where_its_score_is_above_the_conformal_threshold(rate: float, n: int):
    calibration = np.random.default_rng(n).integers(0, 60, n).astype(float)
    scores = np.arange(-1.0, 62.0, 0.5)
    flagged = verdicts.flagged_at_rate(verdicts.p_values(scores, calibration), rate)
    assert np.array_equal(flagged, scores > thresholds.conformal(calibration, rate))


def test_benjamini_and_hochberg_by_hand():
    p = np.array([0.04, 0.01, 0.9, 0.035])  # limits at q = 0.05: 0.0125, 0.025, 0.0375, 0.05
    assert verdicts.flagged_at_fdr(p, 0.05).tolist() == [False, True, False, False]
    p = np.array([0.04, 0.03, 0.05, 0.05])  # none but the fourth is below its own
    assert verdicts.flagged_at_fdr(p, 0.05).all()
    assert not verdicts.flagged_at_fdr(p, 0.04).any()


def test_false_discoveries_of_one_image_are_false_alarms():
    for p in np.arange(1, 101) / 100:
        for level in (0.01, 0.07, 0.29, 0.57):
            assert verdicts.flagged_at_fdr(np.array([p]), level) == verdicts.flagged_at_rate(np.array([p]), level)


def test_benjamini_and_hochberg_hold_where_the_levels_are_met_to_the_last_bit():
    for images in range(1, 60):
        p = np.ones(images)
        p[0] = 1 / (20 * images)
        assert verdicts.flagged_at_fdr(p, 0.05).sum() == 1, images


def test_the_false_discovery_rate_is_kept_and_nearly_spent():
    rng = np.random.default_rng(0)
    false, found = [], []
    for _ in range(1500):
        scores, calibration = rng.normal(size=100), rng.normal(size=200)
        scores[:20] += 4
        flagged = verdicts.flagged_at_fdr(verdicts.p_values(scores, calibration), 0.2)
        false.append(flagged[20:].sum() / max(flagged.sum(), 1))
        found.append(flagged[:20].mean())
    assert 0.12 < np.mean(false) < 0.16 + 4 * np.std(false) / np.sqrt(1500)  # at most 0.2 x 80 normal of 100
    assert np.mean(found) > 0.9


def test_a_decision_flags_by_its_rule():
    p = np.array([0.04, 0.6, 0.8, 0.9])
    assert Decision.model_validate(RATE).flags(p).tolist() == [True, False, False, False]
    assert not Decision.model_validate({**RATE, "rule": "fdr"}).flags(p).any()


@pytest.mark.parametrize(("key", "value"), [("rule", "sd"), ("level", 0), ("level", 1), ("level", "low")])
def test_a_decision_out_of_range_is_refused(key: str, value):
    with pytest.raises(ValueError, match=key):
        Decision.model_validate({**RATE, key: value})


@pytest.mark.parametrize("level", [0.001, 0.01, 1 / 49, 0.05, 0.07, 1 / 3, 0.5, 0.57, 0.9])
def test_the_least_calibration_is_just_enough(level: float):
    least = verdicts.least_calibration(level)
    assert thresholds.conformal_rank(least, level) >= 1
    assert least == 1 or thresholds.conformal_rank(least - 1, level) == 0


@pytest.mark.parametrize("rule", ["rate", "fdr"])
def test_too_few_calibration_images_to_flag_anything_say_how_many_are_enough(rule: str):
    decision = Decision(rule=rule, level=0.05)
    assert "18 held-out normal images are too few" in decision.shortfall(18, images=1)
    assert "hold out at least 19, or state a higher level" in decision.shortfall(18, images=1)
    assert decision.shortfall(19, images=1) == ""
    assert not decision.flags(verdicts.p_values(np.array([9.0]), np.zeros(18))).any()
    assert decision.flags(verdicts.p_values(np.array([9.0]), np.zeros(19))).all()


def test_the_false_discovery_rate_of_many_images_needs_more_calibration_or_anomalies_together():
    decision = Decision(rule="fdr", level=0.1)
    said = decision.shortfall(99, images=50)
    assert "either at least 5 of 50 images are flagged or none" in said
    assert "hold out at least 499" in said
    for high, flagged in ((4, 0), (5, 5)):
        scores = np.repeat([9.0, -9.0], [high, 50 - high])
        assert decision.flags(verdicts.p_values(scores, np.zeros(99))).sum() == flagged
    assert decision.shortfall(499, images=50) == ""
    assert Decision(rule="rate", level=0.1).shortfall(99, images=50) == ""


@pytest.mark.parametrize(
    "world",
    [
        lambda scores: scores,
        np.round,
        with_anomalies(0.3),
        with_anomalies(0.5),
        lambda scores: np.where(np.arange(len(scores)) < len(scores) // 10, -8, scores),
    ],
    ids=["unchanged", "tied", "30 % anomalies", "50 % anomalies", "10 % oddly low"],
)
@pytest.mark.parametrize(("images", "calibration"), [(20, 20), (20, 300), (300, 50)])
def test_usual_images_and_anomalies_among_them_are_no_drift(world, images: int, calibration: int):
    assert share_of_drift(world, images, calibration) <= 0.03  # at most 0.01; 7 of 200 have a chance of 0.004


@pytest.mark.parametrize(
    ("world", "words"),
    [
        (lambda scores: scores + 2, "score higher"),
        (with_anomalies(0.3, lambda scores: scores + 2), "score higher"),
        (lambda scores: scores - 1.5, "score lower"),
        (lambda scores: 0.2 * scores, "score more alike"),
    ],
    ids=["higher", "higher with anomalies", "lower", "narrow"],
)
def test_a_shift_of_all_images_is_drift(world, words: str):
    rng = np.random.default_rng(0)
    assert share_of_drift(world, 100, 100) > 0.97
    found = verdicts.drift(world(rng.normal(size=200)), rng.normal(size=200))
    assert words in found.sentence
    assert found.p_value < 0.01


def test_drift_by_hand():
    found = verdicts.drift(np.full(10, 4.0), np.array([1.0, 2.0, 3.0]), anomalies=0)
    every = 1 / 286  # chance that 3 of 13 exchangeable scores are the lowest: 1 / (13 choose 3)
    assert found.p_value == pytest.approx(6 * every)
    assert found.statistic == 0.25
    assert found.sentence == ""


def test_drift_says_what_was_seen_what_it_means_and_the_way_out():
    found = verdicts.drift(np.linspace(2, 3, 40), np.linspace(0, 2.5, 99))
    assert found.statistic == 0.015  # half the images score above all of the 99, the next below one
    assert found.sentence == (
        "The new images as a whole score higher than those that the detector was calibrated on (0 instead of about 30 "
        "of 40 at or below the third quartile of these): other lighting, another camera, other objects, or more than "
        "50% anomalies? Flags are not to be trusted until the detector is fitted to images such as these."
    )


def test_few_images_prove_no_drift():
    assert verdicts.drift(np.array([99.0, 98.0]), np.arange(2000.0) / 2000).sentence == ""
    assert verdicts.drift(np.arange(200.0), np.array([-1.0])).sentence == ""


@pytest.mark.parametrize(
    ("scores", "anomalies", "message"),
    [([], 0.5, "scores must hold at least one"), ([1.0], 1.0, r"anomalies must lie in \[0, 1\), got 1.0")],
)
def test_drift_needs_images_and_a_share(scores, anomalies: float, message: str):
    with pytest.raises(ValueError, match=message):
        verdicts.drift(np.array(scores), np.array([1.0]), anomalies)
