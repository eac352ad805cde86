"""How often rules for thresholds flag normal images and anomalies, and how often they would by chance.

The empirical rate of a rule is the share of normal test images that it flags, its detection rate that of anomalies.
"""

import numpy as np
import pandas as pd
import scipy  # whose parts are imported when they are first used

from autoencoders.detection.scoring import Thresholds
from autoencoders.detection.thresholds import checked, flag_chance, standard_rules


def flagged(scores: np.ndarray, threshold: float) -> float:
    """Return the share in [0, 1] of scores (N,) above the threshold."""
    return float((scores > threshold).mean())


def wilson_interval(share: float, n: int, confidence: float) -> tuple[float, float]:
    """Return the interval in [0, 1] that covers the chance behind a share observed in n trials (Wilson 1927)."""
    found = scipy.stats.binomtest(round(share * n), n).proportion_ci(confidence, method="wilson")
    return float(found.low), float(found.high)


def with_rates(
    rules: pd.DataFrame,
    calibration: np.ndarray,
    normal: np.ndarray,
    anomalies: np.ndarray,
    confidence: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Count what each rule flags.

    Args:
        rules: One row per rule, as `standard_rules` returns them.
        calibration: Scores (n,) of held-out normal images, which set the thresholds.
        normal: Scores (N,) of normal test images.
        anomalies: Scores (M,) of anomalies.
        confidence: Confidence of the intervals.
        rng: Draws the images' coins.

    Returns:
        The rules with empirical_rate, the share of normal images flagged, and its Wilson interval low to high,
        detection_rate, that of anomalies, with detection_low to detection_high, the counts n_test, n_anomalies and
        n_calibration, and the band of `drawn_band`, drawn_low to drawn_high.

    Raises:
        ValueError: There are no scores, or one is not finite.
    """
    table = rules.assign(n_test=len(normal), n_anomalies=len(anomalies), n_calibration=len(calibration))
    for column, scores in (("empirical_rate", normal), ("detection_rate", anomalies)):
        judged = checked(scores, at_least=1)
        coins = rng.random(len(judged))
        table[column] = [_flagged(rule, calibration, judged, coins) for _, rule in rules.iterrows()]
    table[["drawn_low", "drawn_high"]] = [drawn_band(rule, confidence) for _, rule in table.iterrows()]
    return _with_intervals(table, confidence)


def _flagged(rule: pd.Series, calibration: np.ndarray, scores: np.ndarray, coins: np.ndarray) -> float:
    """Return the share of scores (N,) that a rule flags, with a coin (N,) for each, uniform in [0, 1)."""
    if np.isnan(rule["coin"]):
        return flagged(scores, rule["threshold"])
    return float((coins < flag_chance(scores, calibration, rule["nominal_rate"])).mean())


def drawn_band(rule: pd.Series, confidence: float) -> tuple[float, float]:
    """Return where the share of flagged normal images falls by chance, over draws of them and of the calibration ones.

    Whatever the scores are distributed like, the m-th largest of n lets pass a share that is beta distributed, Beta(m,
    n + 1 - m), so that of N images the count above it is beta-binomial. Where a coin decides between two ranks, the
    beta distribution is the one of the same mean and variance.

    Args:
        rule: Its chance and coin, n_calibration and n_test.
        confidence: Share of draws within the band, at least.

    Returns:
        Low and high, in [0, 1]; not a number for rules without a known chance.
    """
    chance, images = rule["chance"], int(rule["n_test"])
    if np.isnan(chance) or chance == 0:
        return chance, chance
    size = chance * (1 - chance) / _variance(chance, np.nan_to_num(rule["coin"]), rule["n_calibration"]) - 1
    below = np.cumsum(scipy.stats.betabinom.pmf(np.arange(images + 1), images, chance * size, (1 - chance) * size))
    low, high = np.searchsorted(below, [(1 - confidence) / 2, (1 + confidence) / 2])
    return low / images, min(high, images) / images


def _variance(chance: float, coin: float, n: int) -> float:
    """Return how the share of normal images that a rule flags varies over draws of its n calibration scores.

    That of m + coin of the n + 1 gaps between scores, whose shares are Dirichlet distributed, with chance (m + coin) /
    (n + 1).
    """
    return (chance * (1 - chance) - coin * (1 - coin) / (n + 1)) / (n + 2)


def standard_rates(
    calibration: np.ndarray,
    normal: np.ndarray,
    anomalies: np.ndarray,
    settings: Thresholds,
    confidence: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Set a threshold by each of the `standard_rules` and count what it flags, `with_rates`."""
    rules = standard_rules(calibration, settings.k, settings.alpha)
    return with_rates(rules, calibration, normal, anomalies, confidence, rng)


def pool(tables: dict[str, pd.DataFrame], confidence: float) -> pd.DataFrame:
    """Return the rates of each rule over all images of several normal classes.

    A class's rate, given its threshold, is binomial; by a quantile of n calibration scores its chance is beta
    distributed with a variance of about a (1 - a) / (n + 2). So the variance of the joint count is that of a binomial
    times 1 + n_test / (n + 2), summed over classes, and the band that of a Gaussian. A coin makes it less.

    Args:
        tables: Tables from `standard_rates`, by normal class.
        confidence: Confidence of the intervals and bands.

    Returns:
        The columns of `standard_rates` but those of one threshold; nominal_low to nominal_high, where the rate of
        n_test images falls if each is flagged with the nominal rate (binomial); drawn_low to drawn_high, the same where
        each class's threshold is the nominal quantile of its n_calibration scores and so drawn by chance too.
    """
    joint = pd.concat(tables.values())
    nominal, n_calibration, coin = joint["nominal_rate"], joint["n_calibration"], joint["coin"].fillna(0)
    less = coin * (1 - coin) / ((n_calibration + 1) * (n_calibration + 2) * nominal * (1 - nominal))  # see _variance
    counts = joint[["rule", "n_calibration", "n_test", "n_anomalies"]].assign(
        flagged=(joint["empirical_rate"] * joint["n_test"]).round(),
        detected=(joint["detection_rate"] * joint["n_anomalies"]).round(),
        variance=joint["n_test"] * (1 + joint["n_test"] / (n_calibration + 2)) - joint["n_test"] ** 2 * less,
    )
    sums = counts.groupby("rule", sort=False).sum()
    n, nominal = sums["n_test"], joint.groupby("rule", sort=False)["nominal_rate"].first()
    low, high = scipy.stats.binom.interval(confidence, n, nominal)
    half = scipy.stats.norm.isf((1 - confidence) / 2) * np.sqrt(nominal * (1 - nominal) * sums["variance"]) / n
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
