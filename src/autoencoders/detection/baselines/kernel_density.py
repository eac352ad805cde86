"""Kernel density estimation (Parzen 1962) after PCA, as in Ruff et al. 2018."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import PositiveFloat

from autoencoders.configuration import Count
from autoencoders.detection.baselines import Baseline, Scorer, flat
from autoencoders.detection.baselines.projection import project

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 1000  # images; bounds the memory of their distances to all training images


class Config(Baseline):
    """Negative logarithm of the density of an image's principal components, up to a constant."""

    has_logarithm: ClassVar[bool] = False
    kind: Literal["kernel_density"]
    components: Count  # principal, at most
    bandwidth: PositiveFloat  # sd of the Gaussian kernel, in intensities

    def fit(self, images: Tensor, seed: int) -> Scorer:
        """Return the score that knows the components of all training images."""
        axes = project(flat(images), self.components)
        known = axes.transform(flat(images))  # (N, components)

        def score(others: Tensor) -> np.ndarray:
            chunks = np.split(axes.transform(flat(others)), range(CHUNK, len(others), CHUNK))
            return np.concatenate([self._surprise(chunk, known) for chunk in chunks])

        return score

    def _surprise(self, points: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Return minus the logarithm of the mean kernel (n,) at points (n, components)."""
        from sklearn.metrics.pairwise import euclidean_distances

        exponents = euclidean_distances(points, known, squared=True)  # (n, N)
        exponents /= -2 * self.bandwidth**2
        largest = exponents.max(axis=1)
        exponents -= largest[:, None]
        return -largest - np.log(np.exp(exponents, out=exponents).mean(axis=1))
