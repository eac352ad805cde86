"""How far a code lies from those of normal images, in units of how these scatter (Mahalanobis 1936)."""

from typing import Literal

import torch

from autoencoders.configuration import Fraction
from autoencoders.detection.scores import Score
from autoencoders.detection.scores.covariance import covariance
from autoencoders.detection.scores.glance import STATISTICS, Glances, Scorer


class Config(Score):
    """Mahalanobis distance of the code to the training codes; without shrinkage, along what they vary in alone."""

    kind: Literal["mahalanobis"]
    shrinkage: Fraction  # of their covariance towards the identity scaled to the same trace

    def fit(self, glances: Glances) -> Scorer:
        """Return the score that knows mean and covariance of the training codes."""
        known = covariance(torch.cat([glance.code for glance in glances(STATISTICS)]), self.shrinkage)
        return lambda glance: known.squared_distance(glance.code).sqrt()
