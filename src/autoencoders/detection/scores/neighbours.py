"""How far a code lies from the nearest codes of normal images (Ramaswamy et al. 2000)."""

from typing import Literal

import torch
from pydantic import PositiveInt
from torch import Tensor

from autoencoders.detection.scores import Score
from autoencoders.detection.scores.glance import Glance, Glances, Scorer

CHUNK = 256  # images; bounds the memory of their distances to all training codes


class Config(Score):
    """Mean Euclidean distance of the code to the nearest training codes."""

    kind: Literal["neighbours"]
    neighbours: PositiveInt

    def fit(self, glances: Glances) -> Scorer:
        """Return the score that knows all training codes.

        Raises:
            ValueError: There are fewer training images than neighbours.
        """
        codes = torch.cat([glance.code for glance in glances()])
        if self.neighbours > len(codes):
            raise ValueError(
                f"neighbours must be at most {len(codes)}, the training images there are, got {self.neighbours}"
            )
        centre = codes.mean(dim=0)  # near it, distances lose less to rounding
        codes = codes - centre

        def score(glance: Glance) -> Tensor:
            return torch.cat([self._distances(chunk, codes) for chunk in (glance.code - centre).split(CHUNK)])

        return score

    def _distances(self, queries: Tensor, codes: Tensor) -> Tensor:
        """Return the mean distance (n,) of queries (n, latent_dim) to the nearest codes (N, latent_dim).

        A matrix product finds which are nearest; differences tell how far they are, without its rounding.
        """
        squared = codes.square().sum(dim=1) - 2 * queries @ codes.T  # (n, N), short of the query's own norm
        nearest = squared.topk(self.neighbours, dim=1, largest=False).indices  # (n, neighbours)
        return torch.stack([(queries - codes[index]).norm(dim=1) for index in nearest.T]).mean(dim=0)
