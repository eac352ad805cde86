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
    """Return the covariance of samples (N, D), divided by N, whose cost grows with the cube of the smaller side.

    Args:
        samples: At least one sample.
        shrinkage: Weight in [0, 1] of the mean variance over all D, in every direction (Ledoit and Wolf 2004).
    """
    mean = samples.double().mean(dim=0)
    centred = samples.double() - mean
    values, directions = _principal(centred)
    kept = values > RANK * values.max()
    values, directions = values[kept], directions[:, kept]
    rest = shrinkage * centred.square().mean().item()
    return Covariance(mean, directions, (1 - shrinkage) * values + rest, rest)


def _principal(centred: Tensor) -> tuple[Tensor, Tensor]:
    """Return variances (k,) and directions (D, k) of centred samples (N, D), k the smaller of both."""
    count, dimensions = centred.shape
    if dimensions <= count:
        return torch.linalg.eigh(centred.T @ centred / count)
    values, places = torch.linalg.eigh(centred @ centred.T / count)  # the same variances, seen from the samples
    lengths = (values.clamp_min(0) * count).sqrt().clamp_min(torch.finfo(values.dtype).tiny)
    return values, centred.T @ places / lengths
