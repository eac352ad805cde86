"""Verdicts on new images: from scores to p-values, from p-values to flags, and whether either is to be trusted.

All of it rests on the scores of held-out normal images, the calibration scores, with which new normal images are
exchangeable; `drift` asks whether they are.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from autoencoders.configuration import Strict
from autoencoders.detection.scoring import Rate

QUARTILES = {0.25: "first quartile", 0.5: "median", 0.75: "third quartile"}
TESTS = 2 * len(QUARTILES)
LOW_OUTLIERS = 0.1  # share of new images that may score oddly low, as blank ones do, before that is drift
DRIFT_LEVEL = 0.01  # chance of a false alarm, at most
SLACK = 1 + 1e-12  # products of rounded numbers that should be equal differ by less


def p_values(scores: np.ndarray, calibration: np.ndarray) -> np.ndarray:
    """Return conformal p-values: the chance that a normal image scores as high, over draws of calibration images too.

    That is (1 + how many of n calibration scores are as high) / (n + 1). Of a normal image exchangeable with the
    calibration images it is at most p with a chance of at most p (Vovk, Gammerman and Shafer 2005, chapter 2; Bates,
    Candès, Lei, Romano and Sesia 2023).

    Args:
        scores: (N,), larger = odder.
        calibration: Scores (n,) of held-out normal images.

    Returns:
        (N,) in [1 / (n + 1), 1].

    Raises:
        ValueError: There are no calibration scores, or a score is not finite.
    """
    scores, ordered = _finite("scores", scores), np.sort(_calibrated(calibration))
    as_high = len(ordered) - np.searchsorted(ordered, scores, side="left")
    return (1 + as_high) / (len(ordered) + 1)


def flagged_at_rate(p: np.ndarray, rate: float) -> np.ndarray:
    """Return which images (N,) are flagged so that normal ones are with a chance of at most `rate`, each on its own.

    These are the images above the threshold `conformal` of `detection.thresholds`, to the last bit.

    Args:
        p: Conformal p-values (N,).
        rate: Nominal false positive rate, within (0, 1).
    """
    return np.asarray(p) <= rate


def flagged_at_fdr(p: np.ndarray, q: float) -> np.ndarray:
    """Return which images (N,) are flagged so that at most a share q of those flagged is normal, on average.

    The k smallest p-values are flagged, with k the largest number for which the k-th is at most q k / N (Benjamini and
    Hochberg 1995). That p-values share their calibration images does no harm: marginal conformal p-values are
    positively dependent as the rule needs (PRDS; Bates et al. 2023, theorem 2).

    Args:
        p: Conformal p-values (N,).
        q: Nominal false discovery rate, within (0, 1).
    """
    p = np.asarray(p)
    ordered = np.sort(p)
    passed = np.flatnonzero(ordered <= _steps(q, len(p)))
    return p <= ordered[passed[-1]] if passed.size else np.zeros(p.shape, dtype=bool)


def _steps(q: float, images: int) -> np.ndarray:
    """Return what the smallest, second smallest, .. p-value of N images is compared with (N,): q k / N."""
    return q * (np.arange(1, images + 1) / images) * SLACK


class Decision(Strict):
    """How p-values become flags.

    Attributes:
        rule: What `level` limits: `rate`, the share of normal images that are flagged; `fdr`, the share of flagged
            images that are normal.
        level: The limit.
    """

    rule: Literal["rate", "fdr"]
    level: Rate

    def flags(self, p: np.ndarray) -> np.ndarray:
        """Return which images (N,) of p-values (N,) are flagged."""
        return flagged_at_rate(p, self.level) if self.rule == "rate" else flagged_at_fdr(p, self.level)

    def shortfall(self, calibration: int, images: int) -> str:
        """Say where there are too few calibration images for this level; nothing where there are enough.

        Args:
            calibration: Number n of calibration images: no p-value is below 1 / (n + 1).
            images: Number N >= 1 of images to judge at once.
        """
        name = "rate" if self.rule == "rate" else "false discovery rate"
        if 1 / (calibration + 1) > self.level:
            return (
                f"{calibration} held-out normal images are too few to flag anything at a {name} of {self.level:g}: "
                f"hold out at least {least_calibration(self.level)}, or state a higher level."
            )
        steps = _steps(self.level, images)
        together = 1 + int((1 / (calibration + 1) > steps).sum())
        if self.rule == "rate" or together == 1:
            return ""
        return (
            f"With {calibration} held-out normal images, at a {name} of {self.level:g} either at least {together} of "
            f"{images} images are flagged or none: hold out at least {least_calibration(steps[0])} for a single one "
            f"to be flagged, or judge fewer images at once."
        )


def least_calibration(level: float) -> int:
    """Return the least number n of calibration images whose smallest p-value, 1 / (n + 1), is at most `level`."""
    about = math.ceil(1 / level) - 1
    return next(n for n in (about - 1, about, about + 1) if n >= 1 and 1 / (n + 1) <= level)


@dataclass(frozen=True)
class Drift:
    """Whether new images as a whole are like the calibration images.

    Attributes:
        statistic: Median p-value of the new images; 0.5 without drift and anomalies.
        p_value: Chance of as clear a difference without drift, at most.
        sentence: What the difference is, what it means and the way out; empty where there is none.
    """

    statistic: float
    p_value: float
    sentence: str


def drift(scores: np.ndarray, calibration: np.ndarray, anomalies: float = 0.5) -> Drift:
    """Tell whether new images as a whole score otherwise than the calibration images, anomalies among them aside.

    Suppose that there is no drift and that at most a share `anomalies` of the N new images are not as the calibration
    images are. The others, M at least, are exchangeable with these, so how many of them score no higher than the j-th
    smallest of n calibration scores is beta-binomial, BetaBin(M, j, n + 1 - j), whatever the distribution of scores
    (precedence test, Nelson 1963). All new images that do are at least as many. So where they are too few for M, the
    images score higher as a whole; and likewise, `LOW_OUTLIERS` instead of `anomalies` being odd, where too few score
    as high as it, lower; where both, more alike. Both are asked at the quartiles of the calibration scores, and the
    least of these six p-values is multiplied by six (Bonferroni). The test is exact for any n and N; few images rarely
    prove anything.

    Args:
        scores: Scores (N,) of new images, N >= 1, larger = odder.
        calibration: Scores (n,) of held-out normal images.
        anomalies: The largest share in [0, 1) of anomalies among the new images that is not taken for drift.

    Returns:
        The finding; its sentence is not empty where its p-value is at most `DRIFT_LEVEL`.

    Raises:
        ValueError: There are no scores, one is not finite, or `anomalies` is no such share.
    """
    if not 0 <= anomalies < 1:
        raise ValueError(f"anomalies must lie in [0, 1), got {anomalies}")
    new, known = _finite("scores", scores), _calibrated(calibration)
    if not len(new):
        raise ValueError("scores must hold at least one score to compare with the calibration scores, got none")
    few_low, few_high = _fewest(new, known, anomalies), _fewest(-new, -known, LOW_OUTLIERS)
    median = float(np.median(p_values(new, known)))
    p_value = min(1.0, TESTS * few_low.chance, TESTS * few_high.chance)
    if p_value > DRIFT_LEVEL:
        return Drift(median, p_value, "")
    return Drift(median, p_value, _sentence(few_low, few_high, anomalies))


@dataclass(frozen=True)
class _Fewest:
    """The most telling quartile: how many of N new images score no higher, and the chance of so few in one test."""

    count: int
    images: int
    quartile: float
    chance: float

    @property
    def drifts(self) -> bool:
        return TESTS * self.chance <= DRIFT_LEVEL

    @property
    def counted(self) -> str:
        return f"{self.count} instead of about {self.quartile * self.images:.0f} of {self.images}"


def _fewest(scores: np.ndarray, calibration: np.ndarray, odd: float) -> _Fewest:
    """Count how many scores (N,) are no higher than each quartile of calibration scores (n,); return the oddest count.

    Args:
        scores: Scores of new images.
        calibration: Scores of calibration images.
        odd: Share of new images that may not be as the calibration images are.
    """
    ordered, n = np.sort(calibration), len(calibration)
    usual = len(scores) - math.floor(odd * len(scores) * SLACK)
    found = []
    for quartile in QUARTILES:
        rank = min(max(round(quartile * (n + 1)), 1), n)
        count = int((scores <= ordered[rank - 1]).sum())
        from scipy.stats import betabinom  # takes a while to import

        likely = betabinom.pmf(np.arange(min(count, usual) + 1), usual, rank, n + 1 - rank)
        found.append(_Fewest(count, len(scores), quartile, min(float(likely.sum()), 1.0)))
    return min(found, key=lambda one: one.chance)


def _sentence(few_low: _Fewest, few_high: _Fewest, anomalies: float) -> str:
    """Say how the new images differ as a whole, what that means and the way out."""
    low = f"{few_low.counted} at or below the {QUARTILES[few_low.quartile]} of these"
    high = f"{few_high.counted} at or above the {QUARTILES[1 - few_high.quartile]} of these"
    than = "those that the detector was calibrated on"
    until = "until the detector is fitted to images such as these."
    if few_low.drifts and few_high.drifts:
        return (
            f"The new images as a whole score more alike than {than} ({low}, {high}): views of one object, "
            f"or otherwise processed? Flags are not to be trusted {until}"
        )
    if few_low.drifts:
        return (
            f"The new images as a whole score higher than {than} ({low}): other lighting, another camera, "
            f"other objects, or more than {anomalies:.0%} anomalies? Flags are not to be trusted {until}"
        )
    return (
        f"The new images as a whole score lower than {than} ({high}): the images that it was fitted to, "
        f"blurred ones, or another camera? Anomalies among them may go unflagged {until}"
    )


def _finite(name: str, scores: np.ndarray) -> np.ndarray:
    """Return scores (n,) in double precision.

    Raises:
        ValueError: One is not finite.
    """
    scores = np.asarray(scores, dtype=np.float64)
    if not np.isfinite(scores).all():
        raise ValueError(f"{name} must be finite, got {scores[~np.isfinite(scores)][0]}")
    return scores


def _calibrated(calibration: np.ndarray) -> np.ndarray:
    """Return calibration scores (n,) in double precision.

    Raises:
        ValueError: There are none, or one is not finite.
    """
    if not len(calibration):
        raise ValueError("calibration must hold at least one score, got none: hold out normal images")
    return _finite("calibration", calibration)
