"""How far an image lies from the most similar normal ones (Ramaswamy et al. 2000)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import PositiveInt

from autoencoders.inspection.members import Look, Member, Reader, Reading
from autoencoders.inspection.members.components import TINY

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

MOST = 5000  # images that are kept, drawn at random where there are more
MOST_BYTES = 2**26  # that they take
PART = 2**22  # of their values, that are floats at a time


class Config(Member):
    """Squared difference to the nearest training images, averaged over these."""

    kind: Literal["neighbours"]
    neighbours: PositiveInt  # all there are, where fewer

    def fit(self, images: Tensor, held_out: Tensor, seed: int) -> dict[str, np.ndarray]:
        """Return the training images (N, C, H, W), uint8."""
        import torch

        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
        kept = order[: max(1, min(MOST, MOST_BYTES // images[0].numel()))].sort().values
        return {"images": images[kept.to(images.device)].cpu().numpy()}

    def reader(self, learnt: dict[str, Tensor], image_shape: tuple[int, int, int]) -> Reader:
        """Return the reader."""
        return Neighbours(learnt["images"], self.neighbours)


class Neighbours(Reader):
    """Images that are known."""

    def __init__(self, known: Tensor, neighbours: int) -> None:
        self.known = known
        self.part = max(1, PART // known[0].numel())  # images
        self.count = min(neighbours, len(known))

    def __call__(self, look: Look) -> Reading:
        """Return the logarithm of the squared difference, averaged over the nearest images and over channels."""
        import torch

        near = self._distances(look.images.flatten(1)).topk(self.count, dim=1, largest=False).indices  # (N, count)
        squares = torch.zeros_like(look.images[:, 0])
        for place in range(self.count):
            known = self.known[near[:, place]].float().div_(255)
            squares += (look.images - known).square().mean(dim=1) / self.count
        errors = squares + TINY
        return Reading(errors.flatten(1).mean(dim=1).log(), errors.log())

    def _distances(self, points: Tensor) -> Tensor:
        """Return the distances (N, K) of points (N, D), in [0, 1], to the K known images."""
        import torch

        parts = (part.flatten(1).float().div_(255) for part in self.known.split(self.part))
        return torch.cat([torch.cdist(points, part, compute_mode="use_mm_for_euclid_dist") for part in parts], dim=1)
