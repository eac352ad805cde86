"""Baselines, a file each: one-class detectors from scikit-learn that autoencoders must beat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from autoencoders.configuration import Plugin, kinds, of_kind

Scorer = Callable[[np.ndarray], np.ndarray]  # (M, pixels) in [0, 1] -> (M,), larger = more anomalous


class Baseline(Plugin):
    """The part of a `baselines` block that every baseline shares."""

    seeded: ClassVar[bool] = False  # whether a seed changes anything
    kind: str

    def parameters(self) -> dict[str, Any]:
        """Return every setting under its dotted name, such as `baseline.neighbours`."""
        return {f"baseline.{name}": value for name, value in self.model_dump().items()}

    def fit(self, images: np.ndarray, seed: int) -> Scorer:
        """Fit the baseline to normal images.

        Args:
            images: Images (N, pixels) in [0, 1].
            seed: Seed of whatever the fit draws.

        Returns:
            A function from images (M, pixels) in [0, 1] to anomaly scores (M,).

        Raises:
            ValueError: There are too few images for the settings.
        """
        raise NotImplementedError


def is_seeded(kind: str | None) -> bool:
    """Tell whether a seed changes anything about a kind of baseline; nothing is known of a kind that there is not."""
    return kind in kinds(Baseline) and of_kind(Baseline, kind).seeded
