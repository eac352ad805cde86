"""The bootstrap of AUROC (Efron 1979): how far it would move if the test images had been drawn anew."""

import numpy as np
import pandas as pd

from autoencoders.evaluation.bootstrap import interval
from autoencoders.evaluation.metrics import auroc

CHUNK = 1_000_000  # weights in use at a time, which bounds the memory
FEW = 16  # samples that are looked at together at least: fewer would fetch a line of the cache for each again and again


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
    starts = np.flatnonzero(np.diff(below + up_to, prepend=-1))  # of anomalies with the same normal images below them
    count = min(-(-weights.size // CHUNK), -(-len(weights) // FEW)) or 1
    parts = np.array_split(weights.T, count, axis=1)
    return np.concatenate(
        [_areas(part[normal], part[anomalies], starts, (below[starts], up_to[starts])) for part in parts]
    )


def _areas(
    normal: np.ndarray, anomalies: np.ndarray, starts: np.ndarray, ends: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Return the AUROC (b,) of weights (normal, b) and (anomalies, b), both in the order of scores."""
    mass = np.zeros((len(normal) + 1, normal.shape[1]))
    np.cumsum(normal, axis=0, out=mass[1:])
    together = np.add.reduceat(anomalies, starts, axis=0, dtype=np.int64)  # (starts, b)
    won = np.einsum("ab,ab->b", mass[ends[0]] + mass[ends[1]], together) / 2
    with np.errstate(invalid="ignore"):
        return won / (mass[-1] * together.sum(axis=0))


def mean_interval(
    scores: dict[str, pd.DataFrame], column: str, weights: np.ndarray, confidence: float
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return AUROC by normal class and its mean over these, each with its interval over test images.

    The classes share the test images, so each sample is the same for all.

    Args:
        scores: Tables by normal class: a score and is_anomaly of the same images in the same order.
        column: The score's column.
        weights: Weights (B, N) of the N images, from `draw_weights`.
        confidence: Confidence of the intervals, within (0, 1).

    Returns:
        normal_class (`mean` in the last row), auroc, low, high; and the mean in each sample, (B,).

    Raises:
        ValueError: A table is not of N images.
    """
    counts = sorted({len(table) for table in scores.values()} | {weights.shape[1]})
    if len(counts) > 1:
        numbers = " and ".join(map(str, counts))
        raise ValueError(f"scores of all normal classes must be of the same images, got {numbers} of them")
    areas, samples = {}, {}
    for name, table in scores.items():
        score, is_anomaly = table[column].to_numpy(dtype=float), table["is_anomaly"].to_numpy(dtype=bool)
        areas[name], samples[name] = auroc(score, is_anomaly), weighted_auroc(score, is_anomaly, weights)
    areas["mean"], samples["mean"] = float(np.mean(list(areas.values()))), np.mean(list(samples.values()), axis=0)
    rows = [(name, area, *interval(samples[name], confidence)) for name, area in areas.items()]
    return pd.DataFrame(rows, columns=["normal_class", "auroc", "low", "high"]), samples["mean"]
