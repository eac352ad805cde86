"""The bootstrap (Efron 1979): how far a number would move if the test images had been drawn anew."""

import numpy as np
import pandas as pd

from autoencoders.evaluation.metrics import auroc

CHUNK = 1_000_000  # weights in use at a time, which bounds the memory


def draw_weights(n: int, replicates: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each of n images is drawn in each of some samples of n images.

    Args:
        n: Images.
        replicates: Samples, B.
        rng: Of the draws.

    Returns:
        (B, n) uint8: no image is drawn more than 255 times unless by a chance of less than 1e-500.

    Raises:
        ValueError: n or replicates is less than 1.
    """
    for name, value in {"n": n, "replicates": replicates}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    weights = np.empty((replicates, n), dtype=np.uint8)
    for sample in weights:
        sample[:] = np.bincount(rng.integers(n, size=n), minlength=n)
    return weights


def auroc_replicates(anomaly_score: np.ndarray, is_anomaly: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the AUROC of images that count as often as weights say, for many weightings at once.

    Each anomaly counts the weight of normal images below it, and half the weight of those that tie with it.

    Args:
        anomaly_score: (N,), larger = more anomalous; infinite ones order like others.
        is_anomaly: (N,) bool.
        weights: (B, N), not negative.

    Returns:
        (B,) in [0, 1]; not a number for a sample without normal images or without anomalies.

    Raises:
        ValueError: A score is not a number, or the lengths differ.
    """
    n = len(anomaly_score)
    if np.isnan(anomaly_score).any():
        raise ValueError("anomaly_score must be a number for every image, got nan")
    if len(is_anomaly) != n or weights.ndim != 2 or weights.shape[1] != n:
        raise ValueError(
            f"is_anomaly and weights must be of the {n} images of anomaly_score, "
            f"got shapes {is_anomaly.shape} and {weights.shape}"
        )
    order = np.argsort(anomaly_score, kind="stable")
    normal, anomalies = order[~is_anomaly[order]], order[is_anomaly[order]]
    below = np.searchsorted(anomaly_score[normal], anomaly_score[anomalies], side="left")  # (anomalies,)
    up_to = np.searchsorted(anomaly_score[normal], anomaly_score[anomalies], side="right")
    parts = np.array_split(weights, -(-weights.size // CHUNK) or 1)
    return np.concatenate([_areas(part[:, normal], part[:, anomalies], below, up_to) for part in parts])


def _areas(normal: np.ndarray, anomalies: np.ndarray, below: np.ndarray, up_to: np.ndarray) -> np.ndarray:
    """Return the AUROC (b,) of weights (b, normal) and (b, anomalies), both in the order of scores."""
    mass = np.zeros((len(normal), normal.shape[1] + 1))
    np.cumsum(normal, axis=1, out=mass[:, 1:])
    won = np.einsum("ba,ba->b", mass[:, below] + mass[:, up_to], anomalies) / 2
    with np.errstate(invalid="ignore"):
        return won / (mass[:, -1] * anomalies.sum(axis=1))


def interval(values: np.ndarray, confidence: float) -> tuple[float, float]:
    """Return the percentile interval of replicates (B,), those that are no number left out (Efron 1979).

    Raises:
        ValueError: confidence does not lie within (0, 1), or no replicate is a number.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie within (0, 1), got {confidence}")
    if np.isnan(values).all():
        raise ValueError(f"values must hold a number, got {len(values)} that are none")
    outside = (1 - confidence) / 2
    low, high = np.nanquantile(values, [outside, 1 - outside])
    return float(low), float(high)


def mean_interval(scores: dict[str, pd.DataFrame], replicates: int, confidence: float, seed: int) -> pd.DataFrame:
    """Return AUROC by normal class and its mean over these, each with its interval over test images.

    The classes share the test images, so each sample is the same for all.

    Args:
        scores: Per normal class anomaly_score and is_anomaly of the same images in the same order.
        replicates: Samples of the test images.
        confidence: Of the intervals, within (0, 1).
        seed: Of the samples.

    Returns:
        normal_class (`mean` in the last row), auroc, low, high.

    Raises:
        ValueError: The tables are of different numbers of images, or a setting is out of range.
    """
    lengths = {len(table) for table in scores.values()}
    if len(lengths) != 1:
        counts = " and ".join(map(str, sorted(lengths))) or "none"
        raise ValueError(f"scores of all normal classes must be of the same images, got {counts} of them")
    weights = draw_weights(lengths.pop(), replicates, np.random.default_rng(seed))
    areas, samples = {}, {}
    for name, table in scores.items():
        score, is_anomaly = table["anomaly_score"].to_numpy(dtype=float), table["is_anomaly"].to_numpy(dtype=bool)
        areas[name] = auroc(score, is_anomaly)
        samples[name] = auroc_replicates(score, is_anomaly, weights)
    areas["mean"], samples["mean"] = float(np.mean(list(areas.values()))), np.mean(list(samples.values()), axis=0)
    rows = [(name, area, *interval(samples[name], confidence)) for name, area in areas.items()]
    return pd.DataFrame(rows, columns=["normal_class", "auroc", "low", "high"])
