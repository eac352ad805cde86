"""Thresholds on anomaly scores, from the scores of held-out normal images.

An image is flagged where its score lies above the threshold; a randomised rule lets a coin decide just below it. The
nominal false positive rate of a rule is the one that it aims at.
"""

import logging
import math
from collections.abc import Iterable

import numpy as np
import pandas as pd
import scipy  # whose parts are imported when they are first used

logger = logging.getLogger(__name__)


def mean_sd(calibration: np.ndarray, k: float) -> float:
    """Return mean + k sd of the scores (n,) of held-out normal images."""
    return float(np.mean(calibration) + k * np.std(calibration, ddof=1))


def gaussian_tail(k: float) -> float:
    """Return the share in [0, 1] of a Gaussian above mean + k sd: the rate that `mean_sd` hopes for.

    Reconstruction errors are skewed to the right, so the hope is not a guarantee.
    """
    return float(scipy.stats.norm.sf(k))


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
    return _largest(calibration, conformal_rank(len(calibration), alpha))


def conformal_rank(n: int, alpha: float) -> int:
    """Return m, the largest whole number for which m / (n + 1) <= alpha, compared as p-values are, to the last bit."""
    return int((np.arange(1, n + 1) / (n + 1) <= alpha).sum())


def randomised(calibration: np.ndarray, alpha: float) -> tuple[float, float, float]:
    """Return between which scores a coin decides whether to flag, so that alpha is exact for any n, and the coin.

    The smoothed p-value of a score is (how many of n calibration scores are higher + U (1 + how many are as high)) /
    (n + 1), with U uniform, drawn for each image. Of normal images exchangeable with the calibration images it is
    uniform, so the chance that it is at most alpha is alpha, not merely at most (Vovk, Gammerman and Shafer 2005,
    chapter 2). That is the conformal threshold, the m-th largest, and a coin for what lies between it and the next.

    Args:
        calibration: Scores (n,) of held-out normal images.
        alpha: Nominal false positive rate, within (0, 1).

    Returns:
        The threshold, above which every image is flagged, infinite for n < 1 / alpha - 1; the next lower calibration
        score, below which none is; and the chance between the two. Of scores that tie see `flag_chance`.
    """
    n = len(calibration)
    rank = conformal_rank(n, alpha)
    coin = max(round(alpha * (n + 1) - rank, 12), 0.0)
    return _largest(calibration, rank), _largest(calibration, rank + 1), coin


def flag_chance(scores: np.ndarray, calibration: np.ndarray, alpha: float) -> np.ndarray:
    """Return with which chance (N,) each score (N,) is flagged by the rule `randomised`.

    Args:
        scores: Scores (N,) to judge.
        calibration: Scores (n,) of held-out normal images.
        alpha: Nominal false positive rate, within (0, 1).
    """
    ordered, n = np.sort(calibration), len(calibration)
    up_to = np.searchsorted(ordered, scores, side="right")
    tied = up_to - np.searchsorted(ordered, scores, side="left")
    return np.clip((alpha * (n + 1) - (n - up_to)) / (tied + 1), 0, 1)


def _largest(calibration: np.ndarray, rank: int) -> float:
    """Return the rank-th largest score: plus infinity for 0, minus infinity where there are fewer."""
    n = len(calibration)
    return np.inf if rank == 0 else -np.inf if rank > n else float(np.sort(calibration)[n - rank])


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


def standard_rules(calibration: np.ndarray, k: float, alphas: Iterable[float]) -> pd.DataFrame:
    """Set a threshold by each rule that is not a fault, and warn of a conformal one that can flag nothing.

    The conformal rules state at most alpha, their randomised kin alpha exactly.

    Args:
        calibration: Scores (n,) of held-out normal images.
        k: Number of standard deviations above the mean.
        alphas: Nominal false positive rates.

    Returns:
        One row per rule: rule, threshold, nominal_rate (of mean + k sd what it would flag if scores were Gaussian),
        lower and coin (of randomised rules, see there) and chance (of rules that keep it whatever the scores are
        distributed like: that a normal image is flagged, over draws of both).

    Raises:
        ValueError: There are fewer than two scores, or one is not finite.
    """
    scores = checked(calibration, at_least=2)
    unknown = (np.nan, np.nan, np.nan)
    rules = [(f"mean + {k:g} sd", mean_sd(scores, k), gaussian_tail(k), *unknown)]
    for alpha in alphas:
        rank = conformal_rank(len(scores), alpha)
        threshold, *coin = randomised(scores, alpha)
        rules.append((f"quantile {1 - alpha:g}", quantile(scores, alpha), alpha, *unknown))
        rules.append((f"conformal {alpha:g}", threshold, alpha, np.nan, np.nan, rank / (len(scores) + 1)))
        rules.append((f"randomised {alpha:g}", threshold, alpha, *coin, alpha))
        if not rank:
            logger.warning(
                "%d held-out normal images are too few for a conformal threshold at %g: it flags nothing. "
                "Hold out at least %d, or state a higher rate.",
                len(scores),
                alpha,
                math.ceil(1 / alpha) - 1,
            )
    return pd.DataFrame(rules, columns=["rule", "threshold", "nominal_rate", "lower", "coin", "chance"])


def checked(scores: np.ndarray, at_least: int) -> np.ndarray:
    """Return scores (n,) in double precision.

    Raises:
        ValueError: There are too few, or one is not finite.
    """
    scores = np.asarray(scores, dtype=np.float64)
    if len(scores) < at_least:
        raise ValueError(f"a threshold needs at least {at_least} score{'s' * (at_least > 1)}, got {len(scores)}")
    if not np.isfinite(scores).all():
        raise ValueError(f"scores must be finite, got {scores[~np.isfinite(scores)][0]}")
    return scores
