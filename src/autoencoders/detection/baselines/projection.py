"""Principal components as a first step: in fewer dimensions, kernels see more than the images' norm."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sklearn.decomposition import PCA


def project(images: np.ndarray, components: int) -> "PCA":
    """Fit the leading principal components of images (N, pixels), in double precision.

    Of N images there are N - 1 at most, and as many as pixels: where more are asked for, all there are, so that a
    detector can be tried on few images as it is.

    Raises:
        ValueError: There are fewer than two images.
    """
    from sklearn.decomposition import PCA

    if len(images) < 2:
        raise ValueError(f"principal components need at least 2 images, got {len(images)}")
    there = min(len(images) - 1, images.shape[1])
    return PCA(min(components, there), svd_solver="full").fit(images.astype(np.float64))
