"""From whatever a source holds to an image set."""

from typing import Any

import numpy as np

from autoencoders.data.images import ImageSet


def ingest(raw: dict[str, Any]) -> ImageSet:
    """Set a raw dataset's images apart from what is known of them; counts, shape, mean and sd are added to that."""
    arrays = raw["images"], raw["labels"], raw["parts"]
    info = {key: raw[key] for key in ("name", "intensity", "class_names", "checksum", "source", "files") if key in raw}
    counts = {f"{part}_images": int((raw["parts"] == part).sum()) for part in ("train", "test")}
    return ImageSet(*arrays, info | counts | {"image_shape": list(raw["images"].shape[1:])} | _spread(raw))


def _spread(raw: dict[str, Any]) -> dict[str, float]:
    """Return mean and sd over all pixels, in [0, 1], of the training part, or of all images where there is none."""
    chosen = raw["images"][raw["parts"] == "train"] if (raw["parts"] == "train").any() else raw["images"]
    counts = np.bincount(chosen.ravel(), minlength=256)
    values = np.arange(len(counts)) / raw["intensity"]
    mean = float(np.average(values, weights=counts))
    return {"pixel_mean": mean, "pixel_sd": float(np.sqrt(np.average((values - mean) ** 2, weights=counts)))}
