"""Principal component analysis: the yardstick beside every autoencoder."""

from collections.abc import Iterator

import numpy as np

from autoencoders.data.images import SCORING_BATCH, ImageTensor


def fit(images: np.ndarray | ImageTensor) -> dict[str, np.ndarray]:
    """Fit all principal components, from the full covariance in double precision, which is summed up in batches.

    Args:
        images: Images (N, pixels) in [0, 1], or (N, C, H, W) in the units that a network sees.

    Returns:
        mean (pixels,) and components (min(N, pixels), pixels), by falling variance; of each component the
        value farthest from 0 is positive; float32.

    Raises:
        ValueError: There are fewer than two images.
    """
    if len(images) < 2:
        raise ValueError(f"PCA needs at least 2 images, got {len(images)}")
    first = next(_flat(images))
    if len(images) < first.shape[1]:
        mean, components = _decompose_images(np.concatenate(list(_flat(images))))
    else:
        mean, components = _decompose_covariance(images, first.mean(axis=0))
    largest = np.abs(components).argmax(axis=1)[:, None]
    components *= np.sign(np.take_along_axis(components, largest, axis=1))
    return {"mean": mean.astype(np.float32), "components": components.astype(np.float32)}


def _decompose_images(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = flat.mean(axis=0)
    return mean, np.linalg.svd(flat - mean, full_matrices=False)[2]


def _decompose_covariance(images: np.ndarray | ImageTensor, near: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum up deviations from a point near the mean, and their products, which keeps small variances exact."""
    total, products = np.zeros_like(near), np.zeros((len(near), len(near)))
    for batch in _flat(images):
        batch -= near
        total += batch.sum(axis=0)
        products += batch.T @ batch
    products -= np.outer(total, total / len(images))
    return near + total / len(images), np.linalg.eigh(products)[1].T[::-1].copy()


def _flat(images: np.ndarray | ImageTensor) -> Iterator[np.ndarray]:
    """Yield images batch by batch, (n, pixels), in double precision."""
    if isinstance(images, ImageTensor):
        for batch in images.batches():
            yield batch.flatten(1).cpu().numpy().astype(np.float64)
        return
    for start in range(0, len(images), SCORING_BATCH):
        yield images[start : start + SCORING_BATCH].astype(np.float64)


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
