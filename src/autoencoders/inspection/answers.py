"""Answers to requests: what a detector says of pictures that it is sent."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import numpy as np

from autoencoders.data.folders.picture import UnreadableError
from autoencoders.inspection import verdicts
from autoencoders.inspection.detector import Detector
from autoencoders.inspection.error_map import encoded, pictured

MOST = 1000  # pictures in one request


def answer(
    detector: Detector, contents: list[bytes], level: float = 0.05, error_map: bool = False
) -> list[dict[str, Any]]:
    """Judge pictures.

    Args:
        detector: Judges them.
        contents: What their files hold.
        level: Share of normal pictures that are flagged, at most.
        error_map: Whether to answer with error maps, too, as PNG in base64: 36 is usual, 18 more for each sd above.

    Returns:
        For each picture score (larger = odder), p_value, flagged and, if asked for, error_map.

    Raises:
        ValueError: A picture cannot be read, there are too many, or the level does not lie between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    if len(contents) > MOST:
        raise ValueError(f"a request may hold {MOST} pictures at most, got {len(contents)}")
    images = [_read(detector, content, number) for number, content in enumerate(contents)]
    together = [np.stack(images)] if images and detector.is_whole else [image[np.newaxis] for image in images]
    return [one for part in together for one in _answers(detector, part, level, error_map)]


def _answers(detector: Detector, images: np.ndarray, level: float, error_map: bool) -> Iterator[dict[str, Any]]:
    """Yield the answers for images (N, C, H, W)."""
    scores, maps = detector.look(images)
    p = verdicts.p_values(scores, detector.calibration)
    flagged = verdicts.flagged_at_rate(p, level)
    for score, p_value, is_flagged, errors in zip(scores, p, flagged, maps, strict=True):
        found = {"score": float(score), "p_value": float(p_value), "flagged": bool(is_flagged)}
        yield found | ({"error_map": b64encode(encoded(pictured(errors))).decode("ascii")} if error_map else {})


def _read(detector: Detector, content: bytes, number: int) -> np.ndarray:
    """Return the pixels of a picture, uint8 (C, H, W).

    Raises:
        ValueError: It cannot be read.
    """
    try:
        return detector.read(content)
    except UnreadableError as error:
        raise ValueError(f"picture {number} {error}; send what a PNG or JPEG file holds, in base64") from error
