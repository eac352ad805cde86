"""Principal components as a first step: in fewer dimensions, kernels see more than the images' norm."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sklearn.decomposition import PCA


def project(images: np.ndarray, components: int) -> "PCA":
    """Fit the leading principal components of images (N, pixels), in double precision.

    Raises:
        ValueError: There are fewer images or pixels than components.
    """
    from sklearn.decomposition import PCA

    if components > min(images.shape):
        raise ValueError(
            f"components must be at most {min(images.shape)}, the lesser of {images.shape[0]} training images and "
            f"{images.shape[1]} pixels, got {components}"
        )
    return PCA(components, svd_solver="full").fit(images.astype(np.float64))
