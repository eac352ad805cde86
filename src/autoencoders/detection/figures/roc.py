"""The receiver operating characteristic of anomaly scores."""

import numpy as np
import pandas as pd


def roc_points(scores: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the curve that a threshold on the anomaly score runs through.

    Args:
        scores: One row an image: `anomaly_score` (larger is more anomalous), `is_anomaly` (bool).

    Returns:
        False-positive and true-positive rates in [0, 1], both (thresholds + 1,), from (0, 0) to (1, 1).
        Equal scores share a threshold.

    Raises:
        ValueError: If a score is not finite, or one of the two groups is empty.
    """
    score = scores["anomaly_score"].to_numpy(dtype=float)
    is_anomaly = scores["is_anomaly"].to_numpy(dtype=bool)
    if not np.isfinite(score).all():
        raise ValueError(f"anomaly_score must be finite, got {score[~np.isfinite(score)][0]}")
    if is_anomaly.all() or not is_anomaly.any():
        raise ValueError(f"is_anomaly must hold both True and False, got only {bool(is_anomaly.any())}")
    order = np.argsort(-score, kind="stable")
    last_of_ties = np.append(np.diff(score[order]) != 0, True)
    caught = np.cumsum(is_anomaly[order])[last_of_ties]
    alarms = np.cumsum(~is_anomaly[order])[last_of_ties]
    return np.append(0, alarms / alarms[-1]), np.append(0, caught / caught[-1])


def area_under_roc(scores: pd.DataFrame) -> float:
    """Return the AUROC in [0, 1], the area under `roc_points`; 0.5 is chance."""
    false_positive_rate, true_positive_rate = roc_points(scores)
    return float(np.trapezoid(true_positive_rate, false_positive_rate))
