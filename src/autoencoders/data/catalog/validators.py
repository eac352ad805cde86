"""Validators of the catalog: what the first datasets must hold, in one sentence each."""

import numpy as np

from autoencoders.data.catalog.raw_images import RawImages


def check_images(images: np.ndarray) -> None:
    """Check images: uint8 (N, C, H, W), at least one.

    Raises:
        ValueError: If the type, the shape or the number differs.
    """
    if images.dtype != np.uint8:
        raise ValueError(f"images must be uint8, got {images.dtype}")
    if images.ndim != 4:
        raise ValueError(f"images must have the shape (N, C, H, W), got {images.shape}")
    if images.size == 0:
        raise ValueError(f"images must not be empty, got the shape {images.shape}")


def check_labels(labels: np.ndarray) -> None:
    """Check labels: integers (N,).

    Raises:
        ValueError: If the type or the shape differs.
    """
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be integers, got {labels.dtype}")
    if labels.ndim != 1:
        raise ValueError(f"labels must have the shape (N,), got {labels.shape}")


def check_raw_images(raw: RawImages) -> None:
    """Check raw images: each field by itself, then one label and one part an image.

    Raises:
        ValueError: If a field is missing, or does not fit its rule or the other fields.
    """
    if missing := RawImages.__required_keys__ - raw.keys():
        raise ValueError(f"raw images must have every field, got none named {sorted(missing)}")
    check_images(raw["images"])
    check_labels(raw["labels"])
    _check_values(raw)
    _check_lengths(raw)


def _check_values(raw: RawImages) -> None:
    brightest, n_classes = raw["images"].max(), len(raw["class_names"])
    if brightest > raw["intensity"]:
        raise ValueError(f"images must lie in 0..{raw['intensity']} (intensity), got {brightest}")
    outside = raw["labels"][(raw["labels"] < 0) | (raw["labels"] >= n_classes)]
    if outside.size:
        raise ValueError(f"labels must lie in 0..{n_classes - 1} (class_names), got {outside[0]}")
    if unknown := set(np.unique(raw["parts"]).tolist()) - {"train", "test"}:
        raise ValueError(f"parts must be 'train' or 'test', got {sorted(unknown)}")


def _check_lengths(raw: RawImages) -> None:
    n_images = len(raw["images"])
    for field in ("labels", "parts"):
        if raw[field].shape != (n_images,):
            raise ValueError(f"{field} must have one entry an image, {n_images}, got {raw[field].shape}")
