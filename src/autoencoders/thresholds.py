"""Thresholds on anomaly scores, from the scores of held-out normal images.

An image is flagged where its score lies above the threshold; the share of normal images that are flagged is the
false-positive rate.
"""

from statistics import NormalDist

import numpy as np


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
