"""Thresholds on anomaly scores, from the scores of held-out normal images.

An image is flagged where its score lies above the threshold; the share of normal images that are flagged is the
false-positive rate.
"""

import logging
import math
from collections.abc import Iterable
from statistics import NormalDist

import numpy as np
import pandas as pd
from scipy.stats import binom

logger = logging.getLogger(__name__)


def mean_sd(calibration: np.ndarray, k: float) -> float:
    """Return mean + k sd of the scores (n,) of held-out normal images.

    Raises:
        ValueError: There are fewer than two scores.
    """
    scores = _checked(calibration, at_least=2)
    return float(scores.mean() + k * scores.std(ddof=1))


def normal_tail(k: float) -> float:
    """Return the share in [0, 1] of a normal distribution above mean + k sd: the rate that `mean_sd` hopes for.

    Reconstruction errors are skewed to the right, so the hope is not a guarantee.
    """
    return NormalDist().cdf(-k)


def quantile(calibration: np.ndarray, alpha: float) -> float:
    """Return the (1 - alpha) quantile of the scores (n,) of held-out normal images.

    Right for many scores. Of few it flags more than alpha of new normal images on average: `conformal` does not.

    Raises:
        ValueError: alpha does not lie within (0, 1), or there are no scores.
    """
    return float(np.quantile(_checked(calibration, at_least=1), 1 - _rate(alpha)))


def conformal(calibration: np.ndarray, alpha: float) -> float:
    """Return the threshold above which `conformal_p_values` are at most alpha.

    It is the m-th largest of the n scores with m the largest whole number for which m / (n + 1) <= alpha. A normal
    image exchangeable with the calibration images is flagged with a chance of at most alpha, whatever the
    distribution of the scores and however few they are (Vovk, Gammerman and Shafer 2005, chapter 2; for anomalies
    Bates, Candès, Lei, Romano and Sesia 2023). The chance is over draws of both; that given these n scores spreads
    about alpha with an sd of about sqrt(alpha (1 - alpha) / n).

    Args:
        calibration: (n,) scores of held-out normal images.
        alpha: False-positive rate, within (0, 1).

    Returns:
        The threshold; infinite, so that nothing is ever flagged, where n < 1 / alpha - 1 scores prove nothing.

    Raises:
        ValueError: alpha does not lie within (0, 1), or there are no scores.
    """
    scores = np.sort(_checked(calibration, at_least=1))
    n = len(scores)
    rank = int((np.arange(1, n + 1) / (n + 1) <= _rate(alpha)).sum())  # compared as the p-values are, to the last bit
    return float(scores[n - rank]) if rank else np.inf


def conformal_p_values(scores: np.ndarray, calibration: np.ndarray) -> np.ndarray:
    """Return the split-conformal p-value (N,) of each score: (1 + how many of n calibration scores >= it) / (n + 1).

    Args:
        scores: (N,) of new images, larger = more anomalous.
        calibration: (n,) of held-out normal images.

    Raises:
        ValueError: There are no calibration scores.
    """
    ordered = np.sort(_checked(calibration, at_least=1))
    as_high = len(ordered) - np.searchsorted(ordered, scores, side="left")
    return (1 + as_high) / (len(ordered) + 1)


def batch_mean_sd(calibration: np.ndarray, k: float, batch_size: int) -> float:
    """Return mean + k sd of the *means of batches* of scores: a fault, kept to be measured.

    Means of B images spread sqrt(B) times less than images do, so this lies hardly above the mean and flags far
    more single images than `mean_sd`.

    Args:
        calibration: (n,) scores of held-out normal images, in the order of the batches; the last may be smaller.
        k: Standard deviations.
        batch_size: B, images.

    Raises:
        ValueError: The scores fill no second batch.
    """
    scores = _checked(calibration, at_least=2)
    if not 1 <= batch_size < len(scores):
        raise ValueError(
            f"batch_size must lie in [1, {len(scores) - 1}] to fill a second batch of {len(scores)} "
            f"calibration images, got {batch_size}"
        )
    batches = np.split(scores, range(batch_size, len(scores), batch_size))
    return mean_sd(np.array([batch.mean() for batch in batches]), k)


def flagged(scores: np.ndarray, threshold: float) -> float:
    """Return the share in [0, 1] of scores (N,) above the threshold.

    Raises:
        ValueError: There are no scores.
    """
    return float((_checked(scores, at_least=1) > threshold).mean())


def wilson_interval(share: float, n: int, confidence: float) -> tuple[float, float]:
    """Return the interval in [0, 1] that covers the chance behind an observed share (Wilson 1927).

    Args:
        share: Observed, in [0, 1].
        n: Trials that it was observed in.
        confidence: Of covering it, within (0, 1).

    Raises:
        ValueError: share, n or confidence is out of range.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must lie in [0, 1], got {share}")
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    z = NormalDist().inv_cdf((1 + _rate(confidence, "confidence")) / 2)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def standard_rules(calibration: np.ndarray, k: float, alphas: Iterable[float]) -> pd.DataFrame:
    """Set a threshold by each rule that is not a fault, and warn of a conformal one that can flag nothing.

    Args:
        calibration: (n,) scores of held-out normal images.
        k: Standard deviations above the mean.
        alphas: False-positive rates.

    Returns:
        A row a rule: rule, threshold, stated_rate (of false positives; of mean + k sd what it would flag if scores
        were normally distributed).

    Raises:
        ValueError: There are too few scores, or an alpha does not lie within (0, 1).
    """
    rules = [(f"mean + {k:g} sd", mean_sd(calibration, k), normal_tail(k))]
    for alpha in alphas:
        rules.append((f"quantile {1 - alpha:g}", quantile(calibration, alpha), alpha))
        rules.append((f"conformal {alpha:g}", conformal(calibration, alpha), alpha))
        if math.isinf(rules[-1][1]):
            logger.warning(
                "%d held-out normal images are too few for a conformal threshold at %g: it flags nothing. "
                "Hold out at least %d, or state a higher rate.",
                len(calibration),
                alpha,
                math.ceil(1 / alpha) - 1,
            )
    return pd.DataFrame(rules, columns=["rule", "threshold", "stated_rate"])


def with_rates(rules: pd.DataFrame, normal: np.ndarray, anomalies: np.ndarray, confidence: float) -> pd.DataFrame:
    """Count what each threshold flags.

    Args:
        rules: A row a rule with its threshold.
        normal: (N,) scores of normal test images.
        anomalies: (M,) scores of anomalies.
        confidence: Of the intervals.

    Returns:
        The rules with realised_rate, the share of normal images flagged, and its Wilson interval low to high,
        detection_rate, that of anomalies, with detection_low to detection_high, and the counts n_test and n_anomalies.

    Raises:
        ValueError: There are no scores, or the confidence does not lie within (0, 1).
    """
    counted = rules.assign(
        realised_rate=[flagged(normal, threshold) for threshold in rules["threshold"]],
        detection_rate=[flagged(anomalies, threshold) for threshold in rules["threshold"]],
        n_test=len(normal),
        n_anomalies=len(anomalies),
    )
    return _with_intervals(counted, confidence)


def rates(
    calibration: np.ndarray,
    normal: np.ndarray,
    anomalies: np.ndarray,
    k: float,
    alphas: Iterable[float],
    confidence: float,
) -> pd.DataFrame:
    """Set a threshold by each of the `standard_rules` and count what it flags.

    Args:
        calibration: (n,) scores of held-out normal images.
        normal: (N,) scores of normal test images.
        anomalies: (M,) scores of anomalies.
        k: Standard deviations above the mean.
        alphas: False-positive rates.
        confidence: Of the intervals.

    Returns:
        The columns of `with_rates`, and n_calibration.
    """
    table = with_rates(standard_rules(calibration, k, alphas), normal, anomalies, confidence)
    return table.assign(n_calibration=len(calibration))


def pool(tables: dict[str, pd.DataFrame], confidence: float) -> pd.DataFrame:
    """Return the rates of each rule over all images of several normal classes.

    Args:
        tables: From `rates`, by normal class.
        confidence: Of the intervals and bands.

    Returns:
        The columns of `rates` but the threshold; stated_low to stated_high, where the rate of n_test images falls if
        each is flagged with the stated rate (binomial); drawn_low to drawn_high, the same where each class's threshold
        is the stated quantile of its n_calibration scores and so drawn by chance too.
    """
    joint = pd.concat(tables.values())
    joint["flagged"] = (joint["realised_rate"] * joint["n_test"]).round()
    joint["detected"] = (joint["detection_rate"] * joint["n_anomalies"]).round()
    joint["variance"] = joint["n_test"] * (1 + joint["n_test"] / (joint["n_calibration"] + 2))
    by_rule = joint.groupby("rule", sort=False)
    sums = by_rule[["flagged", "detected", "variance", "n_calibration", "n_test", "n_anomalies"]].sum()
    sums.insert(0, "stated_rate", by_rule["stated_rate"].first())
    sums["realised_rate"] = sums["flagged"] / sums["n_test"]
    sums["detection_rate"] = sums["detected"] / sums["n_anomalies"]
    return _with_bands(_with_intervals(sums.reset_index(), confidence), confidence)


def binomial_band(rate: float, n: int, confidence: float) -> tuple[float, float]:
    """Return within which shares of n images those flagged lie if each is flagged with a chance of `rate`."""
    low, high = binom.interval(_rate(confidence, "confidence"), n, rate)
    return float(low / n), float(high / n)


def _with_bands(sums: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Add where the rates of pooled rules fall by chance, and drop the columns that only serve this.

    A class's rate, given its threshold, is binomial, and by a quantile of n calibration scores its chance is beta
    distributed with a variance of about a (1 - a) / (n + 2); so the variance of the joint count is that of a binomial
    times 1 + n_test / (n + 2), summed over classes. The band is that of a normal distribution.
    """
    bands = [binomial_band(rate, n, confidence) for rate, n in zip(sums["stated_rate"], sums["n_test"], strict=True)]
    stated = sums["stated_rate"]
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    half = z * np.sqrt(stated * (1 - stated) * sums["variance"]) / sums["n_test"]
    sums[["stated_low", "stated_high"]] = bands
    return sums.assign(drawn_low=(stated - half).clip(0), drawn_high=(stated + half).clip(upper=1)).drop(
        columns=["flagged", "detected", "variance"]
    )


def _with_intervals(table: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Add the Wilson intervals of both rates."""
    for rate, count, low, high in (
        ("realised_rate", "n_test", "low", "high"),
        ("detection_rate", "n_anomalies", "detection_low", "detection_high"),
    ):
        pairs = zip(table[rate], table[count], strict=True)
        table[[low, high]] = [wilson_interval(share, n, confidence) for share, n in pairs]
    return table


def _checked(scores: np.ndarray, at_least: int) -> np.ndarray:
    scores = np.asarray(scores, dtype=np.float64)
    if len(scores) < at_least:
        raise ValueError(f"a threshold needs at least {at_least} score{'s' * (at_least > 1)}, got {len(scores)}")
    if not np.isfinite(scores).all():
        raise ValueError(f"scores must be finite, got {scores[~np.isfinite(scores)][0]}")
    return scores


def _rate(value: float, name: str = "alpha") -> float:
    if not 0 < value < 1:
        raise ValueError(f"{name} must lie within (0, 1), got {value}")
    return value
