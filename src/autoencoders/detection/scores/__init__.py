"""Anomaly scores, a file each: `Config`, what its YAML block may say, and what `fit` makes of normal images.

A score is a function of the residual and of the code, one number per image: larger = more anomalous, finite, never
negative. Networks must be in evaluation mode.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from pydantic import Field

from autoencoders.configuration import Plugin
from autoencoders.training.clock import timed
from autoencoders.training.progress import bar

if TYPE_CHECKING:
    from torch import Tensor

    from autoencoders.data.images import ImageTensor
    from autoencoders.detection.scores.outputs import Scorer, TrainingOutputs
    from autoencoders.models.base import Autoencoder
    from autoencoders.training.corruption import Corruption


Views = Annotated[int, Field(ge=0, le=100)]  # corrupted inputs to average over; each costs as much as all else


class Score(Plugin):
    """The part of a `scores` block that every score shares."""

    kind: str

    def fit(self, outputs: TrainingOutputs) -> Scorer:
        """Gather what the score needs to know of normal images.

        Args:
            outputs: What the network makes of its training images.

        Returns:
            A function from the outputs for N images to their scores (N,).
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Fitted:
    """Scores of one network, ready to be applied.

    Attributes:
        outputs: What the network makes of its training images.
        scorers: Fitted scores by name.
        seconds: The processor time that fitting each took.
    """

    outputs: TrainingOutputs
    scorers: dict[str, Scorer]
    seconds: dict[str, float]

    def alone(self, name: str) -> Self:
        """Return one of the scores by itself."""
        return replace(self, scorers={name: self.scorers[name]}, seconds={name: self.seconds[name]})

    def score(self, images: ImageTensor | Tensor) -> dict[str, np.ndarray]:
        """Return each score (N,) of images (N, C, H, W), which as a tensor are in the units that the network sees."""
        import torch

        from autoencoders.data.images import SCORING_BATCH
        from autoencoders.data.rows import by_name
        from autoencoders.training.engine import batches

        shown = bar(batches(images), -(-len(images) // SCORING_BATCH), "scoring", "batch")
        with torch.inference_mode():
            found = by_name(map(self._of_batch, shown), len(images))
        return found or {name: np.empty(0, np.float32) for name in self.scorers}

    def _of_batch(self, batch: Tensor) -> dict[str, np.ndarray]:
        outputs = self.outputs.of(batch)
        return {name: scorer(outputs).cpu().numpy() for name, scorer in self.scorers.items()}


def fit(
    settings: dict[str, Score], model: Autoencoder, train: ImageTensor, corruption: Corruption, seed: int
) -> Fitted:
    """Fit scores of a network to its training images.

    Args:
        settings: Scores by name.
        model: Network in evaluation mode.
        train: Training images (N, C, H, W).
        corruption: Corruption that the network was trained to undo.
        seed: Seed of the corruption.

    Raises:
        ValueError: There are no training images, or too few.
    """
    import torch

    from autoencoders.detection.scores.outputs import TrainingOutputs

    if not len(train):
        raise ValueError("there are no training images to fit scores to")
    outputs = TrainingOutputs(model, train, corruption, seed)
    with torch.inference_mode():
        fitted = {name: timed(score.fit, outputs) for name, score in settings.items()}
    scorers, seconds = ({name: one[place] for name, one in fitted.items()} for place in (0, 1))
    return Fitted(outputs, scorers, seconds)


def combine(scores: list[np.ndarray], held_out: np.ndarray, weights: list[float]) -> np.ndarray:
    """Return the weighted mean (N,) of standardised scores.

    Args:
        scores: Scores (N,) of the same images, none negative.
        held_out: Which images (N,) are held-out normal ones.
        weights: One for each of the scores.

    Raises:
        ValueError: There is no score, one is negative, or there are fewer than two held-out images.
    """
    if not scores:
        raise ValueError("scores must hold one at least, got none")
    return np.average([standardised(one, held_out) for one in scores], axis=0, weights=weights)


def standardised(score: np.ndarray, held_out: np.ndarray) -> np.ndarray:
    """Return the logarithm of a score (N,) less its mean over held-out normal images, over its sd over these.

    Where these are all alike, which tells nothing of a spread, the logarithm is only centred.
    """
    wrong = score[~(score >= 0)]
    if len(wrong):
        raise ValueError(f"scores must not be negative to be combined, got {wrong[0]:g}")
    if held_out.sum() < 2:
        raise ValueError(f"scores are combined by 2 held-out normal images at least, got {held_out.sum()}")
    logarithm = np.log(np.maximum(score.astype(np.float64), np.finfo(np.float32).tiny))
    known = logarithm[held_out]
    return (logarithm - known.mean()) / (known.std(ddof=1) or 1.0)
