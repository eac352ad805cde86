"""The images at the ends of a detector's scale, its mistakes among them, and where it finds them wrong."""

import numpy as np
import pandas as pd

from autoencoders.data.finding import Finding
from autoencoders.data.images import ImageTensor
from autoencoders.evaluation.errors import pixel_errors
from autoencoders.models.base import Autoencoder

GROUPS = {  # name -> whether its images are anomalies, and whether those with the highest scores are taken
    "most normal": (False, False),
    "false alarms": (False, True),
    "misses": (True, False),
    "most anomalous": (True, True),
}


def choose(scores: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return the test images with the lowest and highest scores of each kind.

    Args:
        scores: Scores, one row per image: index, split, label, is_anomaly, anomaly_score.
        count: Number of images in each of `GROUPS`.

    Returns:
        One row per image: index, label, score and group.
    """
    test = scores[scores["split"] == "test"].sort_values("anomaly_score", kind="stable")
    groups = {}
    for name, (anomalous, highest) in GROUPS.items():
        rows = test[test["is_anomaly"] == anomalous]
        groups[name] = rows.tail(count)[::-1] if highest else rows.head(count)
    chosen = pd.concat(groups, names=["group"]).reset_index("group").reset_index(drop=True)
    return chosen.rename(columns={"anomaly_score": "score"})[["index", "label", "score", "group"]]


def look(model: Autoencoder, chosen: pd.DataFrame, images: ImageTensor) -> Finding:
    """Reconstruct chosen images.

    Args:
        model: Network in evaluation mode.
        chosen: Table from `choose`.
        images: The same images (n, C, H, W).

    Returns:
        table: `chosen` with `error`, each image's mean squared difference.
        arrays: Those of `pixel_errors`, and the median_error (1,).
    """
    arrays = pixel_errors(model, images)
    errors = arrays["squares"].mean(axis=(1, 2, 3))
    return Finding(
        chosen.assign(error=errors), arrays | {"median_error": np.array([np.median(errors)], dtype=np.float32)}
    )
