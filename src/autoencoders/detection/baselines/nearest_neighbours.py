"""How far an image lies from the most similar normal ones (Ramaswamy et al. 2000)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from autoencoders.configuration import Count
from autoencoders.detection.baselines import Baseline, Scorer, flat

if TYPE_CHECKING:
    from torch import Tensor


class Config(Baseline):
    """Mean Euclidean distance to the nearest training images."""

    kind: Literal["nearest_neighbours"]
    neighbours: Count

    def fit(self, images: Tensor, seed: int) -> Scorer:
        """Return the score that knows all training images."""
        from sklearn.neighbors import NearestNeighbors

        if self.neighbours > len(images):
            raise ValueError(
                f"neighbours must be at most {len(images)}, the training images there are, got {self.neighbours}"
            )
        known = NearestNeighbors(n_neighbors=self.neighbours, algorithm="brute", n_jobs=1).fit(flat(images))
        return lambda others: known.kneighbors(flat(others))[0].mean(axis=1)
