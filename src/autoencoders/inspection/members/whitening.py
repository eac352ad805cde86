"""Whitening: local statistics in units in which all directions vary alike over all places of normal images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

LEAST = 1e-4  # variance of a statistic that hardly varies
SHARE = 1e-3  # of the largest variance, added to all


@dataclass(frozen=True)
class Whitening:
    """An affine map of local statistics."""

    mean: Tensor  # (D,)
    matrix: Tensor  # (D, D)

    @classmethod
    def fit(cls, batches: Iterable[Tensor]) -> Self:
        """Return the map under which statistics (n, D, h, w), batch by batch, have covariance 1 over all places."""
        mean, covariance = moments(batch.permute(0, 2, 3, 1).flatten(0, 2)[:, None, None] for batch in batches)
        mean, covariance = mean[0, 0], covariance[0, 0]
        values, vectors = torch.linalg.eigh(covariance + LEAST * torch.eye(len(mean)).to(covariance))
        matrix = vectors / (values + SHARE * values.max()).sqrt()
        return cls(mean.float(), matrix.float())

    @classmethod
    def of(cls, learnt: dict[str, Tensor]) -> Self:
        """Return the map that `arrays` describes."""
        return cls(learnt["mean"], learnt["matrix"])

    def arrays(self) -> dict[str, Tensor]:
        """Return the map as named arrays."""
        return {"mean": self.mean, "matrix": self.matrix}

    def __call__(self, statistics: Tensor) -> Tensor:
        """Turn statistics (N, D, h, w) into white ones (N, h, w, D)."""
        return (statistics.permute(0, 2, 3, 1) - self.mean) @ self.matrix


def moments(batches: Iterable[Tensor]) -> tuple[Tensor, Tensor]:
    """Return mean (h, w, D) and covariance (h, w, D, D) over images (n, h, w, D), in double precision."""
    count, total, squares = 0, 0.0, 0.0
    for batch in batches:
        places = batch.double().flatten(1, 2).transpose(0, 1)  # (h w, n, D)
        count += len(batch)
        total = total + places.sum(dim=1)
        squares = squares + places.transpose(1, 2) @ places
        shape = batch.shape[1:3]
    mean = total / count
    covariance = squares / count - mean[:, :, None] * mean[:, None, :]
    return mean.unflatten(0, shape), covariance.unflatten(0, shape)
