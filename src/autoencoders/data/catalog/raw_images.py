"""Raw images: what every source of images delivers."""

import hashlib
from typing import NotRequired, TypedDict

import numpy as np


class RawImages(TypedDict):
    """Images as their origin delivers them, the training part first.

    Attributes:
        name: What people call the dataset.
        images: uint8 (N, C, H, W), values in 0..intensity.
        labels: uint8 (N,), indices into `class_names`.
        parts: str (N,), the official part of each image, "train" or "test".
        intensity: The value of a white pixel.
        class_names: One name a class.
        checksum: SHA-256 of the bytes of images and labels, in hexadecimal.
        source: One line naming origin and licence.
        files: Where each image comes from, if it has a file of its own.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray
    parts: np.ndarray
    intensity: int
    class_names: list[str]
    checksum: str
    source: str
    files: NotRequired[list[str]]


def checksum(images: np.ndarray, labels: np.ndarray) -> str:
    """Return the SHA-256 of the bytes of images, then labels, in hexadecimal."""
    digest = hashlib.sha256(images.ravel())
    digest.update(labels.ravel())
    return digest.hexdigest()
