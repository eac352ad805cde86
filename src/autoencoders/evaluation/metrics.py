"""Metrics: one number from the rows of an error table."""

import numpy as np
import pandas as pd

from autoencoders.evaluation.bootstrap import gain
from autoencoders.key import AGAINST_PCA, SANITY_CHECK


def auroc(anomaly_score: np.ndarray, is_anomaly: np.ndarray) -> float:
    """Return the area under the ROC curve in [0, 1], the chance that an anomaly scores above a normal image.

    Args:
        anomaly_score: Scores (N,), larger = more anomalous; ties count half.
        is_anomaly: Labels (N,), boolean, the positive class.

    Raises:
        ValueError: A score is not finite, or there are only normal images or only anomalies.

    It is counted from ranks, without a curve (Mann and Whitney 1947).
    """
    _check(anomaly_score, is_anomaly)
    score, positive = np.asarray(anomaly_score), np.asarray(is_anomaly, dtype=bool)
    normal, anomalies = np.sort(score[~positive]), np.sort(score[positive])
    below, up_to = (np.searchsorted(normal, anomalies, side) for side in ("left", "right"))
    return float((below.sum() + up_to.sum()) / 2 / (len(normal) * len(anomalies)))


def average_precision(anomaly_score: np.ndarray, is_anomaly: np.ndarray) -> float:
    """Return the mean precision over the steps of recall, in [0, 1]; a guess reaches the share of anomalies.

    Args:
        anomaly_score: (N,), larger = more anomalous.
        is_anomaly: (N,) bool, the positive class.

    Raises:
        ValueError: A score is not finite, or there are only normal images or only anomalies.
    """
    from sklearn.metrics import average_precision_score

    _check(anomaly_score, is_anomaly)
    return float(average_precision_score(is_anomaly, anomaly_score))


def _check(anomaly_score: np.ndarray, is_anomaly: np.ndarray) -> None:
    if not np.isfinite(anomaly_score).all():
        raise ValueError(
            f"anomaly_score must be finite, got {np.extract(~np.isfinite(anomaly_score), anomaly_score)[0]}"
        )
    if is_anomaly.all() or not is_anomaly.any():
        raise ValueError("AUROC needs normal images and anomalies, and the test split holds only one of them")


def mean_errors(errors: pd.DataFrame, pixels: int) -> dict[str, float]:
    """Average an error table over images, split by split.

    Args:
        errors: Errors, one row per image: split and columns of mean squared errors named *_error.
        pixels: Number of values in one image.

    Returns:
        `<split>/mse`, and for the test split also the PCA's, the sum over pixels (`sse`) and, where inputs were
        corrupted, the error from the corrupted input, PCA's from it, that input's own distance and the share of this
        that is removed.
    """
    means = errors.groupby("split").mean(numeric_only=True)
    found = {f"{split}/mse": float(error) for split, error in means["reconstruction_error"].items()}
    test = means.loc["test"]
    found["test/sse"] = float(test["reconstruction_error"]) * pixels
    if "pca_error" in errors:
        found["test/pca_mse"] = float(test["pca_error"])
        found["test/pca_sse"] = float(test["pca_error"]) * pixels
    if "denoising_error" in errors:
        found["test/denoising_mse"] = float(test["denoising_error"])
        found["test/noisy_input_mse"] = float(test["corruption_error"])
    if "pca_denoising_error" in errors:
        found["test/pca_denoising_mse"] = float(test["pca_denoising_error"])
    removed = {"test/noise_removed": "denoising_error", "test/pca_noise_removed": "pca_denoising_error"}
    known = {name: error for name, error in removed.items() if error in errors and test["corruption_error"] > 0}
    return found | {name: float(1 - test[error] / test["corruption_error"]) for name, error in known.items()}


def against_pca(errors: pd.DataFrame) -> dict[str, float]:
    """Return how much less error than PCA a network leaves, of corrupted images where there are any.

    Args:
        errors: Errors of test images, one row per image.

    Returns:
        The fraction and its 95 % interval over test images (see `bootstrap.gain`), by the names in `key.AGAINST_PCA`;
        none where PCA has no error to compare with.
    """
    own, rival = ("reconstruction_error", "pca_error")
    if "denoising_error" in errors:
        own, rival = ("denoising_error", "pca_denoising_error")
    if rival not in errors:
        return {}
    return dict(zip(AGAINST_PCA, gain(errors[own].to_numpy(), errors[rival].to_numpy()), strict=True))


def over_classes(metrics: dict[str, dict[str, float]]) -> dict[str, float]:
    """Merge the metrics of one-class experiments, one for each class.

    Returns:
        Every class's `<split>/..auroc_<label>` with their mean as `.._mean`, and the mean over classes of every
        other metric; a sanity check holds where it held for every class.
    """
    frame = pd.DataFrame(metrics).T
    per_class = [name for name in frame if "auroc_" in name]
    merged = {name: float(frame[name].dropna().iloc[0]) for name in per_class}
    for kind in {name.rpartition("auroc_")[0] for name in per_class}:
        values = [value for name, value in merged.items() if name.startswith(f"{kind}auroc_")]
        merged[f"{kind}auroc_mean"] = float(np.mean(values))
    for name in frame.columns.difference(per_class):
        merged[name] = float(frame[name].min() if name.startswith(SANITY_CHECK) else frame[name].mean())
    return dict(sorted(merged.items()))
