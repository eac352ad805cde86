"""How far the local statistics of each place lie from any that normal images have near it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, NonNegativeFloat

from autoencoders.configuration import Count
from autoencoders.inspection.members import Look, Member, Reader, Reading, looks, most_odd
from autoencoders.inspection.members.whitening import Whitening

if TYPE_CHECKING:
    from torch import Tensor

QUERIES = 512  # places that are compared at a time, so that the distances stay in the cache


class Config(Member):
    """Distance to the nearest neighbour among places of normal images (after Roth et al. 2022, PatchCore).

    A place is its local statistics, white, and where it lies, as two more numbers from -`place` to `place`.
    """

    kind: Literal["textures"]
    known: Count  # places of training images, drawn at random, that are remembered
    place: NonNegativeFloat  # 0: a texture may be anywhere
    share: Annotated[float, Field(gt=0, le=1)]  # of the places, the oddest ones, that an image's score averages

    def fit(self, images: Tensor, held_out: Tensor, seed: int) -> dict[str, np.ndarray]:
        """Return what makes statistics white, and the places remembered (known, D + 2)."""
        whitening = Whitening.fit(look.statistics for look in looks(images))
        rng = np.random.default_rng(seed)
        batches = list(looks(images[:1]))
        cells = batches[0].statistics[0, 0].numel()
        chosen = np.sort(rng.permutation(len(images) * cells)[: self.known])
        found, first = [], 0
        for look in looks(images):
            points = self.points(whitening(look.statistics)).flatten(0, 2)
            inside = chosen[(chosen >= first) & (chosen < first + len(points))] - first
            found.append(points[inside].cpu().numpy())
            first += len(points)
        return {name: array.cpu().numpy() for name, array in whitening.arrays().items()} | {
            "known": np.concatenate(found)
        }

    def points(self, white: Tensor) -> Tensor:
        """Add to white statistics (N, h, w, D) where each place lies."""
        import torch

        axes = (torch.linspace(-self.place, self.place, size).to(white) for size in white.shape[1:3])
        places = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)  # (h, w, 2)
        return torch.cat([white, places.expand(*white.shape[:3], 2)], dim=3)

    def reader(self, learnt: dict[str, Tensor], image_shape: tuple[int, int, int]) -> Reader:
        """Return the reader."""
        return Textures(self, Whitening.of(learnt), learnt["known"])


class Textures(Reader):
    """Places that are known."""

    def __init__(self, settings: Config, whitening: Whitening, known: Tensor) -> None:
        import torch

        self.settings, self.whitening = settings, whitening
        self.known = torch.cat([-2 * known.T, known.square().sum(dim=1)[None]])  # (D + 3, known)

    def __call__(self, look: Look) -> Reading:
        """Return the logarithm of the distance."""
        import torch

        points = self.settings.points(self.whitening(look.statistics))  # (N, h, w, D + 2)
        longer = torch.nn.functional.pad(points.flatten(0, 2), (0, 1), value=1.0)  # for the known ones' own squares
        nearest = [(part @ self.known).amin(dim=1) for part in longer.split(QUERIES)]
        squares = torch.cat(nearest).view(points.shape[:3]) + points.square().sum(dim=3)
        distances = squares.clamp_min(1e-6).sqrt()
        return Reading(most_odd(distances, self.settings.share).log(), distances.log())
