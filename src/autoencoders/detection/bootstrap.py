"""The bootstrap (Efron 1979): how far a number would move if the test images had been drawn anew."""

import numpy as np
import pandas as pd

from autoencoders.evaluation.metrics import auroc

CHUNK = 1_000_000  # weights in use at a time, which bounds the memory


def draw_weights(n: int, bootstrap_samples: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each of n images is drawn in each bootstrap sample of n images.

    Returns:
        (bootstrap_samples, n) uint8: no image is drawn more than 255 times unless by a chance of less than 1e-500.
    """
    weights = np.empty((bootstrap_samples, n), dtype=np.uint8)
    for sample in weights:
        sample[:] = np.bincount(rng.integers(n, size=n), minlength=n)
    return weights


def weighted_auroc(anomaly_score: np.ndarray, is_anomaly: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the AUROC of images that count as often as weights say, for many weightings at once.

    Each anomaly counts the weight of normal images below it, and half the weight of those that tie with it.

    Args:
        anomaly_score: Scores (N,), larger = more anomalous; infinite ones order like others.
        is_anomaly: Labels (N,), boolean.
        weights: Weights (B, N), not negative.

    Returns:
        (B,) in [0, 1]; not a number for a sample without normal images or without anomalies.

    Raises:
        ValueError: A score is not a number.
    """
    if np.isnan(anomaly_score).any():
        raise ValueError("anomaly_score must be a number for every image, got nan")
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
    """Return the percentile interval of bootstrapped values (B,), those that are no number left out (Efron 1979).

    Raises:
        ValueError: No value is a number.
    """
    if np.isnan(values).all():
        raise ValueError(f"values must hold a number, got {len(values)} that are none")
    outside = (1 - confidence) / 2
    low, high = np.nanquantile(values, [outside, 1 - outside])
    return float(low), float(high)


def mean_interval(
    scores: dict[str, pd.DataFrame], bootstrap_samples: int, confidence: float, seed: int
) -> pd.DataFrame:
    """Return AUROC by normal class and its mean over these, each with its interval over test images.

    The classes share the test images, so each sample is the same for all.

    Args:
        scores: Tables by normal class: anomaly_score and is_anomaly of the same images in the same order.
        bootstrap_samples: Number of samples of the test images.
        confidence: Confidence of the intervals, within (0, 1).
        seed: Seed of the samples.

    Returns:
        normal_class (`mean` in the last row), auroc, low, high.

    Raises:
        ValueError: The tables are of different numbers of images.
    """
    lengths = sorted({len(table) for table in scores.values()})
    if len(lengths) > 1:
        counts = " and ".join(map(str, lengths))
        raise ValueError(f"scores of all normal classes must be of the same images, got {counts} of them")
    weights = draw_weights(lengths[0], bootstrap_samples, np.random.default_rng(seed))
    areas, samples = {}, {}
    for name, table in scores.items():
        score, is_anomaly = table["anomaly_score"].to_numpy(dtype=float), table["is_anomaly"].to_numpy(dtype=bool)
        areas[name], samples[name] = auroc(score, is_anomaly), weighted_auroc(score, is_anomaly, weights)
    areas["mean"], samples["mean"] = float(np.mean(list(areas.values()))), np.mean(list(samples.values()), axis=0)
    rows = [(name, area, *interval(samples[name], confidence)) for name, area in areas.items()]
    return pd.DataFrame(rows, columns=["normal_class", "auroc", "low", "high"])
