"""Validators of the catalog: what a source must deliver, in one sentence each."""

import numpy as np

from autoencoders.data.images import ImageSet
from autoencoders.data.stack import pieces


def check_image_set(raw: ImageSet) -> None:
    """Check a source's images: uint8 (N, C, H, W), with one label and one official part each.

    Raises:
        ValueError: An array or a value does not fit its rule or the others.
    """
    images, labels, names = raw.images, raw.labels, raw.info["class_names"]
    if images.dtype != np.uint8:
        raise ValueError(f"images must be uint8, got {images.dtype}")
    if images.ndim != 4:
        raise ValueError(f"images must have the shape (N, C, H, W), got {images.shape}")
    if images.size == 0:
        raise ValueError(f"images must not be empty, got the shape {images.shape}")
    highest = max(int(part.max()) for part in pieces(images))
    if highest > raw.intensity:
        raise ValueError(f"images must lie in 0..{raw.intensity} (intensity), got {highest}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be integers, got {labels.dtype}")
    for name, array in {"labels": labels, "official_split": raw.official_split}.items():
        if array.shape != (len(images),):
            raise ValueError(f"{name} must have one entry per image, {len(images)}, got {array.shape}")
    if raw.masks is not None and (raw.masks.dtype, raw.masks.shape) != (bool, (len(images), *images.shape[2:])):
        raise ValueError(f"masks must be bool (N, H, W) as the images, got {raw.masks.dtype} {raw.masks.shape}")
    outside = labels[(labels < 0) | (labels >= len(names))]
    if outside.size:
        raise ValueError(f"labels must lie in 0..{len(names) - 1} (class_names), got {outside[0]}")
    if unknown := set(np.unique(raw.official_split).tolist()) - {"train", "test"}:
        raise ValueError(f"official_split must be 'train' or 'test', got {sorted(unknown)}")
