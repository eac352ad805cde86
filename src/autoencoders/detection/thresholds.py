"""Thresholds on anomaly scores, from the scores of held-out normal images.

An image is flagged where its score lies above the threshold. The nominal false positive rate of a rule is the one that
it aims at, the empirical rate the share of normal test images that it flags.
"""

import logging
import math
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.stats import binom, binomtest, norm

logger = logging.getLogger(__name__)


def mean_sd(calibration: np.ndarray, k: float) -> float:
    """Return mean + k sd of the scores (n,) of held-out normal images."""
    return float(np.mean(calibration) + k * np.std(calibration, ddof=1))


def gaussian_tail(k: float) -> float:
    """Return the share in [0, 1] of a Gaussian above mean + k sd: the rate that `mean_sd` hopes for.

    Reconstruction errors are skewed to the right, so the hope is not a guarantee.
    """
    return float(norm.sf(k))


def quantile(calibration: np.ndarray, alpha: float) -> float:
    """Return the (1 - alpha) quantile of the scores (n,) of held-out normal images.

    Right for many scores. Of few it flags more than alpha of new normal images on average: `conformal` does not.
    """
    return float(np.quantile(calibration, 1 - alpha))


def conformal(calibration: np.ndarray, alpha: float) -> float:
    """Return the threshold above which split-conformal p-values are at most alpha.

    The p-value of a score is (1 + how many of n calibration scores are as high) / (n + 1), so the threshold is the
    m-th largest of them with m the largest whole number for which m / (n + 1) <= alpha. A normal image exchangeable
    with the calibration images is flagged with a chance of at most alpha, whatever the distribution of the scores and
    however few they are (Vovk, Gammerman and Shafer 2005, chapter 2; for anomalies Bates, Candès, Lei, Romano and
    Sesia 2023). The chance is over draws of both; that given these n scores spreads about alpha with an sd of about
    sqrt(alpha (1 - alpha) / n).

    Args:
        calibration: Scores (n,) of held-out normal images.
        alpha: Nominal false positive rate, within (0, 1).

    Returns:
        The threshold; infinite, so that nothing is ever flagged, where n < 1 / alpha - 1 scores prove nothing.
    """
    n = len(calibration)
    rank = int((np.arange(1, n + 1) / (n + 1) <= alpha).sum())  # compared as the p-values are, to the last bit
    return float(np.sort(calibration)[n - rank]) if rank else np.inf


def batch_mean_sd(calibration: np.ndarray, k: float, batch_size: int) -> float:
    """Return mean + k sd of the *means of batches* of scores: a fault, kept to be measured.

    Means of B images spread sqrt(B) times less than images do, so this lies hardly above the mean and flags far
    more single images than `mean_sd`.

    Args:
        calibration: Scores (n,) of held-out normal images, in the order of the batches; the last may be smaller.
        k: Number of standard deviations.
        batch_size: Number B of images in a batch.

    Raises:
        ValueError: The scores fill no second batch.
    """
    if not 1 <= batch_size < len(calibration):
        raise ValueError(
            f"batch_size must lie in [1, {len(calibration) - 1}] to fill a second batch of {len(calibration)} "
            f"calibration images, got {batch_size}"
        )
    batches = np.split(calibration, range(batch_size, len(calibration), batch_size))
    return mean_sd(np.array([batch.mean(dtype=np.float64) for batch in batches]), k)


def flagged(scores: np.ndarray, threshold: float) -> float:
    """Return the share in [0, 1] of scores (N,) above the threshold."""
    return float((scores > threshold).mean())


def wilson_interval(share: float, n: int, confidence: float) -> tuple[float, float]:
    """Return the interval in [0, 1] that covers the chance behind a share observed in n trials (Wilson 1927)."""
    found = binomtest(round(share * n), n).proportion_ci(confidence, method="wilson")
    return float(found.low), float(found.high)


def standard_rules(calibration: np.ndarray, k: float, alphas: Iterable[float]) -> pd.DataFrame:
    """Set a threshold by each rule that is not a fault, and warn of a conformal one that can flag nothing.

    Args:
        calibration: Scores (n,) of held-out normal images.
        k: Number of standard deviations above the mean.
        alphas: Nominal false positive rates.

    Returns:
        One row per rule: rule, threshold, nominal_rate (of mean + k sd what it would flag if scores were Gaussian).

    Raises:
        ValueError: There are fewer than two scores, or one is not finite.
    """
    scores = _checked(calibration, at_least=2)
    rules = [(f"mean + {k:g} sd", mean_sd(scores, k), gaussian_tail(k))]
    for alpha in alphas:
        rules.append((f"quantile {1 - alpha:g}", quantile(scores, alpha), alpha))
        rules.append((f"conformal {alpha:g}", conformal(scores, alpha), alpha))
        if math.isinf(rules[-1][1]):
            logger.warning(
                "%d held-out normal images are too few for a conformal threshold at %g: it flags nothing. "
                "Hold out at least %d, or state a higher rate.",
                len(scores),
                alpha,
                math.ceil(1 / alpha) - 1,
            )
    return pd.DataFrame(rules, columns=["rule", "threshold", "nominal_rate"])


def with_rates(rules: pd.DataFrame, normal: np.ndarray, anomalies: np.ndarray, confidence: float) -> pd.DataFrame:
    """Count what each threshold flags.

    Args:
        rules: One row per rule, with its threshold.
        normal: Scores (N,) of normal test images.
        anomalies: Scores (M,) of anomalies.
        confidence: Confidence of the intervals.

    Returns:
        The rules with empirical_rate, the share of normal images flagged, and its Wilson interval low to high,
        detection_rate, that of anomalies, with detection_low to detection_high, and the counts n_test and n_anomalies.

    Raises:
        ValueError: There are no scores, or one is not finite.
    """
    normal, anomalies = _checked(normal, at_least=1), _checked(anomalies, at_least=1)
    counted = rules.assign(
        empirical_rate=[flagged(normal, threshold) for threshold in rules["threshold"]],
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
    """Set a threshold by each of the `standard_rules` and count what it flags, `with_rates` and n_calibration."""
    table = with_rates(standard_rules(calibration, k, alphas), normal, anomalies, confidence)
    return table.assign(n_calibration=len(calibration))


def pool(tables: dict[str, pd.DataFrame], confidence: float) -> pd.DataFrame:
    """Return the rates of each rule over all images of several normal classes.

    A class's rate, given its threshold, is binomial; by a quantile of n calibration scores its chance is beta
    distributed with a variance of about a (1 - a) / (n + 2). So the variance of the joint count is that of a binomial
    times 1 + n_test / (n + 2), summed over classes, and the band that of a Gaussian.

    Args:
        tables: Tables from `rates`, by normal class.
        confidence: Confidence of the intervals and bands.

    Returns:
        The columns of `rates` but the threshold; nominal_low to nominal_high, where the rate of n_test images falls if
        each is flagged with the nominal rate (binomial); drawn_low to drawn_high, the same where each class's threshold
        is the nominal quantile of its n_calibration scores and so drawn by chance too.
    """
    joint = pd.concat(tables.values())
    counts = joint[["rule", "n_calibration", "n_test", "n_anomalies"]].assign(
        flagged=(joint["empirical_rate"] * joint["n_test"]).round(),
        detected=(joint["detection_rate"] * joint["n_anomalies"]).round(),
        variance=joint["n_test"] * (1 + joint["n_test"] / (joint["n_calibration"] + 2)),
    )
    sums = counts.groupby("rule", sort=False).sum()
    n, nominal = sums["n_test"], joint.groupby("rule", sort=False)["nominal_rate"].first()
    low, high = binom.interval(confidence, n, nominal)
    half = norm.isf((1 - confidence) / 2) * np.sqrt(nominal * (1 - nominal) * sums["variance"]) / n
    pooled = sums[["n_calibration", "n_test", "n_anomalies"]].assign(
        nominal_rate=nominal,
        empirical_rate=sums["flagged"] / n,
        detection_rate=sums["detected"] / sums["n_anomalies"],
        nominal_low=low / n,
        nominal_high=high / n,
        drawn_low=(nominal - half).clip(0),
        drawn_high=(nominal + half).clip(upper=1),
    )
    return _with_intervals(pooled.reset_index(), confidence)


def _with_intervals(table: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Add the Wilson intervals of both rates."""
    for rate, count, columns in (
        ("empirical_rate", "n_test", ["low", "high"]),
        ("detection_rate", "n_anomalies", ["detection_low", "detection_high"]),
    ):
        pairs = zip(table[rate], table[count], strict=True)
        table[columns] = [wilson_interval(share, n, confidence) for share, n in pairs]
    return table


def _checked(scores: np.ndarray, at_least: int) -> np.ndarray:
    scores = np.asarray(scores, dtype=np.float64)
    if len(scores) < at_least:
        raise ValueError(f"a threshold needs at least {at_least} score{'s' * (at_least > 1)}, got {len(scores)}")
    if not np.isfinite(scores).all():
        raise ValueError(f"scores must be finite, got {scores[~np.isfinite(scores)][0]}")
    return scores
