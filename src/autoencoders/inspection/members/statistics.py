"""How unusual the local statistics of each place are for that place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from autoencoders.inspection.members import Look, Member, Reader, Reading, looks, most_odd
from autoencoders.inspection.members.whitening import Whitening, moments

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

RIDGE = 0.05  # added to the variances at each place, in units of those over all places


class Config(Member):
    """Mahalanobis distance of local statistics from a Gaussian at each place (after Defard et al. 2021, PaDiM).

    PaDiM's features come from a network that has seen other images; these are computed, so nothing else is needed.
    """

    kind: Literal["statistics"]
    share: Annotated[float, Field(gt=0, le=1)]  # of the places, the oddest ones, that an image's score averages

    def fit(self, images: Tensor, held_out: Tensor, seed: int) -> dict[str, np.ndarray]:
        """Return what makes statistics white, and mean (h, w, D) and inverse covariance (h, w, D, D) at each place."""
        import torch

        whitening = Whitening.fit(look.statistics for look in looks(images))
        mean, covariance = moments(whitening(look.statistics) for look in looks(images))
        ridge = RIDGE * torch.eye(mean.shape[-1], dtype=mean.dtype, device=mean.device)
        precision = torch.linalg.inv(covariance + ridge)
        learnt = whitening.arrays() | {"place_mean": mean, "precision": precision}
        return {name: array.float().cpu().numpy() for name, array in learnt.items()}

    def reader(self, learnt: dict[str, Tensor], image_shape: tuple[int, int, int]) -> Reader:
        """Return the reader."""
        return Statistics(Whitening.of(learnt), learnt["place_mean"], learnt["precision"], self.share)


class Statistics(Reader):
    """A Gaussian at each place."""

    def __init__(self, whitening: Whitening, mean: Tensor, precision: Tensor, share: float) -> None:
        self.whitening, self.share = whitening, share
        self.mean = mean.flatten(0, 1).unsqueeze(1)  # (h w, 1, D)
        self.precision = precision.flatten(0, 1)  # (h w, D, D)

    def __call__(self, look: Look) -> Reading:
        """Return the logarithm of the distance."""
        white = self.whitening(look.statistics)  # (N, h, w, D)
        off = white.flatten(1, 2).transpose(0, 1) - self.mean  # (h w, N, D)
        squares = ((off @ self.precision) * off).sum(dim=2).T  # (N, h w)
        distances = squares.clamp_min(1e-6).sqrt().view(white.shape[:3])
        return Reading(most_odd(distances, self.share).log(), distances.log())
