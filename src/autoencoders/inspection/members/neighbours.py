"""How far an image lies from the most similar normal ones (Ramaswamy et al. 2000)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from autoencoders.configuration import Count
from autoencoders.inspection.members import Look, Member, Reader, Reading
from autoencoders.inspection.members.components import TINY

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

MOST = 5000  # images that are kept, drawn at random where there are more
MOST_BYTES = 2**25  # that they take as a file; in memory, four times as many


class Config(Member):
    """Squared difference to the nearest training images, averaged over these."""

    kind: Literal["neighbours"]
    neighbours: Count  # all there are, where fewer

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
        self.known = known.float().div_(255)
        self.squares = self.known.flatten(1).square().sum(dim=1)  # (K,)
        self.count = min(neighbours, len(known))

    def __call__(self, look: Look) -> Reading:
        """Return the logarithm of the squared difference, averaged over the nearest images and over channels."""
        import torch

        apart = torch.addmm(
            self.squares, look.images.flatten(1), self.known.flatten(1).T, alpha=-2
        )  # but for a constant
        near = apart.topk(self.count, dim=1, largest=False).indices  # (N, count)
        squares = torch.zeros_like(look.images[:, 0])
        for place in range(self.count):
            squares += (look.images - self.known[near[:, place]]).square().mean(dim=1) / self.count
        errors = squares + TINY
        return Reading(errors.flatten(1).mean(dim=1).log(), errors.log())
