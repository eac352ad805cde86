"""What principal components leave of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, NonNegativeFloat

from autoencoders.configuration import Count
from autoencoders.inspection.members import Look, Member, Reader, Reading, most_odd

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

TINY = 1e-8  # of squared intensity, so that a perfect reconstruction has a logarithm
LARGE = 32_000_000  # pixels together, of which all components would take too much memory
MOST_PIXELS = 64_000_000  # that the components are learnt from, drawn at random where there are more


class Config(Member):
    """The squared residual of the leading principal components (as many as there are, where fewer)."""

    kind: Literal["components"]
    latent_dim: Count
    smoothing: NonNegativeFloat = 0.0  # sd in pixels of the Gaussian over the squared residual
    share: Annotated[float, Field(gt=0, le=1)] = 1.0  # of the places, the worst ones, that an image's score averages

    def fit(self, images: Tensor, held_out: Tensor, seed: int) -> dict[str, np.ndarray]:
        """Return the mean (D,) and the components (k, D), in [0, 1] intensities; of one image there are none."""
        import numpy as np
        import torch
        from sklearn.decomposition import PCA

        count = max(2, MOST_PIXELS // images[0].numel())
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
        chosen = images[order[:count].sort().values.to(images.device)].flatten(1).cpu().numpy().astype("float32")
        chosen /= 255
        there = min(self.latent_dim, len(chosen) - 1, chosen.shape[1])
        if there < 1:
            return {"mean": chosen.mean(axis=0), "components": np.empty((0, chosen.shape[1]), np.float32)}
        solver = "full" if min(chosen.shape) < 500 and chosen.size < LARGE else "randomized"
        with np.errstate(invalid="ignore"):  # equal images vary by nothing, a share of which is no number
            found = PCA(there, svd_solver=solver, random_state=seed, copy=False).fit(chosen)
        return {"mean": found.mean_.astype("float32"), "components": found.components_.astype("float32")}

    def reader(self, learnt: dict[str, Tensor], image_shape: tuple[int, int, int]) -> Reader:
        """Return the reader."""
        return Components(self, learnt["mean"], learnt["components"])


class Components(Reader):
    """Principal components that have been fitted."""

    def __init__(self, settings: Config, mean: Tensor, components: Tensor) -> None:
        self.settings, self.mean, self.components = settings, mean, components

    def __call__(self, look: Look) -> Reading:
        """Return the logarithm of the squared residual, averaged over channels and smoothed."""
        points = look.images.flatten(1) - self.mean
        left = points - points @ self.components.T @ self.components
        return residual_reading(left.view_as(look.images), self.settings.smoothing, self.settings.share)


def residual_reading(residual: Tensor, smoothing: float, share: float) -> Reading:
    """Return what a residual (N, C, h, w) says: the logarithm of its square, averaged over channels and smoothed."""
    from autoencoders.inspection.statistics import smoothed

    squares = residual.square().mean(dim=1, keepdim=True)
    errors = smoothed(squares, smoothing)[:, 0] + TINY
    return Reading(most_odd(errors, share).log(), errors.log())
