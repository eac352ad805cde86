"""Arrays as text that a page holds and its script reads."""

from base64 import b64decode, b64encode
from typing import Any

import numpy as np

LARGEST = 32_767  # of the integers that stand for weights


def packed_weights(weights: np.ndarray) -> dict[str, Any]:
    """Return weights as 16-bit integers and their unit: a third to a sixth of the error of half-precision floats.

    Returns:
        shape; scale, the unit; int16, the integers in base64, little-endian, row by row.
    """
    scale = float(np.abs(weights).max(initial=0)) / LARGEST or 1.0
    integers = np.round(weights / scale).astype("<i2")
    return {"shape": list(weights.shape), "scale": scale, "int16": _text(integers)}


def unpacked_weights(packed: dict[str, Any]) -> np.ndarray:
    """Return the weights that a page computes with, in double precision."""
    integers = np.frombuffer(b64decode(packed["int16"]), "<i2")
    return integers.reshape(packed["shape"]) * packed["scale"]


def packed_numbers(numbers: np.ndarray) -> str:
    """Return numbers in base64, as little-endian floats of single precision."""
    return _text(numbers.astype("<f4"))


def packed_images(images: np.ndarray) -> str:
    """Return images, uint8, in base64, one after another."""
    return _text(images.astype(np.uint8))


def _text(array: np.ndarray) -> str:
    return b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
