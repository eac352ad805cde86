"""How far a code lies from those of normal images, in units of how these scatter (Mahalanobis 1936)."""

from typing import Literal

import torch

from autoencoders.configuration import Fraction
from autoencoders.detection.scores import Score
from autoencoders.detection.scores.covariance import covariance
from autoencoders.detection.scores.outputs import STATISTICS, Scorer, TrainingOutputs


class Config(Score):
    """Mahalanobis distance of the code to the training codes; without shrinkage, along what they vary in alone."""

    kind: Literal["mahalanobis"]
    shrinkage: Fraction  # of their covariance towards the identity scaled to the same trace

    def fit(self, outputs: TrainingOutputs) -> Scorer:
        """Return the score that knows mean and covariance of the training codes."""
        known = covariance(torch.cat([batch.code for batch in outputs(STATISTICS)]), self.shrinkage)
        return lambda batch: known.squared_distance(batch.code).sqrt()
