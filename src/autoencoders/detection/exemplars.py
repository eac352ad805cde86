"""The images at the ends of a detector's scale, its mistakes among them, and where it finds them wrong."""

import numpy as np
import pandas as pd

from autoencoders.data.images import ImageTensor
from autoencoders.models.base import Autoencoder
from autoencoders.training.engine import reconstruct, squared_error

GROUPS = {  # name -> whether its images are anomalies, and whether those with the highest scores are taken
    "most normal": (False, False),
    "false alarms": (False, True),
    "misses": (True, False),
    "most anomalous": (True, True),
}


def choose(scores: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return the test images with the lowest and highest scores of each kind.

    Args:
        scores: A row an image: index, split, label, is_anomaly, anomaly_score.
        count: Of each group of `GROUPS`.

    Returns:
        index, label, score and group, a row an image.
    """
    test = scores[scores["split"] == "test"].sort_values("anomaly_score", kind="stable")
    groups = {}
    for name, (anomalous, highest) in GROUPS.items():
        rows = test[test["is_anomaly"] == anomalous]
        groups[name] = rows.tail(count)[::-1] if highest else rows.head(count)
    chosen = pd.concat(groups, names=["group"]).reset_index("group").reset_index(drop=True)
    return chosen.rename(columns={"anomaly_score": "score"})[["index", "label", "score", "group"]]


def look(model: Autoencoder, chosen: pd.DataFrame, images: ImageTensor) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Reconstruct chosen images.

    Args:
        model: In evaluation mode.
        chosen: A row an image.
        images: The same ones.

    Returns:
        `chosen` with `error`, each image's mean squared difference; and the arrays inputs and reconstructions
        (n, C, H, W), as intensities, and squares (n, C, H, W), in the units that the network sees.
    """
    originals = images[slice(None)]
    restored = reconstruct(model, originals)
    errors = squared_error(restored, originals).cpu().numpy()
    arrays = {
        "inputs": images.intensities(originals).cpu().numpy(),
        "reconstructions": images.intensities(restored).cpu().numpy(),
        "squares": (restored - originals).square().cpu().numpy(),
        "median_error": np.array([np.median(errors)], dtype=np.float32),
    }
    return chosen.assign(error=errors), arrays
