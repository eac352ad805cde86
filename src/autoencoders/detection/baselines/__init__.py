"""Baselines, a file each: one-class detectors that reconstruct nothing, most of them from scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from autoencoders.configuration import Plugin, kinds, of_kind

if TYPE_CHECKING:
    from torch import Tensor

Scorer = Callable[["Tensor"], np.ndarray]  # (M, C, H, W) in [0, 1] -> (M,), larger = more anomalous


class Baseline(Plugin):
    """The part of a `baselines` block that every baseline shares."""

    seeded: ClassVar[bool] = False  # whether a seed changes anything
    has_logarithm: ClassVar[bool] = True  # scores are never negative, as those of an ensemble's members must be
    kind: str

    def parameters(self) -> dict[str, Any]:
        """Return every setting under its dotted name, such as `baseline.neighbours`."""
        return {f"baseline.{name}": value for name, value in self.model_dump().items()}

    def fit(self, images: Tensor, seed: int) -> Scorer:
        """Fit the baseline to normal images.

        Args:
            images: Images (N, C, H, W) in [0, 1].
            seed: Seed of whatever the fit draws.

        Returns:
            A function from images (M, C, H, W) in [0, 1] to anomaly scores (M,).

        Raises:
            ValueError: There are too few images for the settings.
        """
        raise NotImplementedError


def is_seeded(kind: str | None) -> bool:
    """Tell whether a seed changes anything about a kind of baseline; nothing is known of a kind that there is not."""
    return kind in kinds(Baseline) and of_kind(Baseline, kind).seeded


def has_logarithm(kind: str | None) -> bool:
    """Tell whether a kind of baseline may be a member of an ensemble; a kind that there is not may."""
    return kind not in kinds(Baseline) or of_kind(Baseline, kind).has_logarithm


def flat(images: Tensor) -> np.ndarray:
    """Return images (N, C, H, W) as points (N, pixels)."""
    return images.flatten(1).cpu().numpy()
