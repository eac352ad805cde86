"""Principal component analysis: the yardstick beside every autoencoder."""

import numpy as np
from sklearn.decomposition import PCA


def fit(images: np.ndarray) -> dict[str, np.ndarray]:
    """Fit all principal components, from the full covariance in double precision.

    Args:
        images: (N, pixels) in [0, 1].

    Returns:
        mean (pixels,) and components (min(N, pixels), pixels), by falling variance; float32.

    Raises:
        ValueError: There are fewer than two images.
    """
    if len(images) < 2:
        raise ValueError(f"PCA needs at least 2 images, got {len(images)}")
    flat = images.reshape(len(images), -1).astype(np.float64)
    solver = "covariance_eigh" if len(flat) >= flat.shape[1] else "full"
    basis = PCA(svd_solver=solver).fit(flat)
    return {"mean": basis.mean_.astype(np.float32), "components": basis.components_.astype(np.float32)}


def reconstruction_errors(basis: dict[str, np.ndarray], images: np.ndarray, latent_dim: int) -> np.ndarray:
    """Return the mean squared error (N,) of images (N, pixels) in [0, 1] kept to `latent_dim` components.

    A code as wide as the image, or wider, loses nothing that the training images vary in.

    Raises:
        ValueError: latent_dim is below 1.
    """
    if latent_dim < 1:
        raise ValueError(f"latent_dim must be at least 1, got {latent_dim}")
    components = basis["components"][:latent_dim]
    centred = images.reshape(len(images), -1).astype(np.float32) - basis["mean"]
    residual = centred - (centred @ components.T) @ components
    return np.square(residual).mean(axis=1)
