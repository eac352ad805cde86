"""The covariance of samples, by principal directions, in double precision."""

from dataclasses import dataclass

import torch
from torch import Tensor

RANK = 1e-9  # of the largest variance; directions that vary less than this do so by rounding


@dataclass(frozen=True)
class Covariance:
    """How samples scatter about their mean.

    Attributes:
        mean: Mean (D,).
        directions: Orthonormal directions (D, r) in which samples vary.
        variances: Variances (r,) along them.
        rest: Variance in every other direction; 0 leaves these out.
    """

    mean: Tensor
    directions: Tensor
    variances: Tensor
    rest: float

    def squared_distance(self, samples: Tensor) -> Tensor:
        """Return the squared Mahalanobis distance (N,) of samples (N, D) to the mean."""
        centred = samples.double() - self.mean
        along = centred @ self.directions
        distance = (along.square() / self.variances).sum(dim=1)
        if not self.rest:
            return distance
        across = centred.square().sum(dim=1) - along.square().sum(dim=1)
        return distance + across.clamp_min(0) / self.rest


def covariance(samples: Tensor, shrinkage: float) -> Covariance:
    """Return the covariance of samples (N, D), divided by N.

    Args:
        samples: At least one sample.
        shrinkage: Weight in [0, 1] of the mean variance over all D, in every direction (Ledoit and Wolf 2004).
    """
    mean = samples.double().mean(dim=0)
    centred = samples.double() - mean
    _, singular, directions = torch.linalg.svd(centred, full_matrices=False)
    values = singular.square() / len(samples)
    kept = values > RANK * values.max()
    rest = shrinkage * centred.square().mean().item()
    return Covariance(mean, directions[kept].T, (1 - shrinkage) * values[kept] + rest, rest)
