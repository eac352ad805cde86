"""From whatever a source holds to arrays."""

from typing import Any

import numpy as np

from autoencoders.pipelines.annotations import Facts


def ingest(raw: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray, Facts]:
    """Part a raw dataset into arrays and what is known of them.

    Returns:
        images, uint8 (N, C, H, W); labels, (N,); parts, (N,), "train" or "test", the official part that each
        image came from; and the facts: intensity of a white pixel, class names, checksum, source, files where each
        image has one, counts, mean and sd of the pixels.
    """
    images, labels, parts = raw["images"], raw["labels"], raw["parts"]
    facts = {key: raw[key] for key in ("name", "intensity", "class_names", "checksum", "source", "files") if key in raw}
    counts = {f"{part}_images": int((parts == part).sum()) for part in ("train", "test")}
    return images, labels, parts, facts | counts | {"image_shape": list(images.shape[1:])} | _spread(raw)


def _spread(raw: dict[str, Any]) -> dict[str, float]:
    """Return mean and sd over all pixels, in [0, 1], of the training part, or of all images where there is none."""
    chosen = raw["images"][raw["parts"] == "train"] if (raw["parts"] == "train").any() else raw["images"]
    counts = np.bincount(chosen.ravel(), minlength=256)
    values = np.arange(len(counts)) / raw["intensity"]
    mean = float(np.average(values, weights=counts))
    return {"pixel_mean": mean, "pixel_sd": float(np.sqrt(np.average((values - mean) ** 2, weights=counts)))}
