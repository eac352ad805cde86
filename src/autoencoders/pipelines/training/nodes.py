"""From images to weights. The libraries that compute are imported when a node runs: listing needs none."""

import numpy as np

from autoencoders.pipelines.annotations import Arrays, DataFrame, Facts
from autoencoders.training.variant import Compute, Variant


def fit_pca(images: np.ndarray, facts: Facts, fit_indices: Arrays) -> Arrays:
    """Fit all principal components of the training images, the yardstick of every variant.

    Returns:
        mean (pixels,) and components (k, pixels).
    """
    from autoencoders.training import pca

    chosen = images[fit_indices["train"]]
    return pca.fit(chosen.reshape(len(chosen), -1) / facts["intensity"])


def train(
    images: np.ndarray,
    facts: Facts,
    fit_indices: Arrays,
    variant: Variant,
    seed: int,
    compute: Compute,
) -> tuple[Arrays, DataFrame, DataFrame, Arrays]:
    """Fit one variant with one seed on the training images; validation images are scored every epoch.

    Returns:
        weights by name; the history, a row an epoch; the training loss, a row an iteration; and reconstructions of a
        few validation images after the epochs that the variant names.
    """
    from autoencoders.data.images import pixels
    from autoencoders.training import engine

    device = engine.resolve_device(compute)
    pixels = {name: pixels(images, indices, facts, device, variant.scale) for name, indices in fit_indices.items()}
    fit = engine.train(variant, pixels["train"], pixels["validation"], seed)
    return fit.weights, fit.history, fit.iterations, fit.snapshots
