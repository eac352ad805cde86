"""Principal component analysis: the yardstick beside every autoencoder."""

import numpy as np
from sklearn.decomposition import PCA


def fit(images: np.ndarray) -> dict[str, np.ndarray]:
    """Fit all principal components, from the full covariance in double precision.

    Args:
        images: Images (N, pixels) in [0, 1].

    Returns:
        mean (pixels,) and components (min(N, pixels), pixels), by falling variance; float32.

    Raises:
        ValueError: There are fewer than two images.
    """
    if len(images) < 2:
        raise ValueError(f"PCA needs at least 2 images, got {len(images)}")
    solver = "covariance_eigh" if len(images) >= images.shape[1] else "full"
    basis = PCA(svd_solver=solver).fit(images.astype(np.float64))
    return {"mean": basis.mean_.astype(np.float32), "components": basis.components_.astype(np.float32)}


def residual(basis: dict[str, np.ndarray], images: np.ndarray, latent_dim: int) -> np.ndarray:
    """Return what images (N, pixels) in [0, 1] lose when they are kept to `latent_dim` components, (N, pixels).

    A code as wide as the image, or wider, loses nothing that the training images vary in.
    """
    components = basis["components"][:latent_dim]
    centred = images.astype(np.float32) - basis["mean"]
    return centred - (centred @ components.T) @ components


def reconstruction_errors(basis: dict[str, np.ndarray], images: np.ndarray, latent_dim: int) -> np.ndarray:
    """Return the mean squared error (N,) of images (N, pixels) in [0, 1] kept to `latent_dim` components."""
    return np.square(residual(basis, images, latent_dim)).mean(axis=1)
