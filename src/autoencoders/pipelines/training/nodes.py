"""From images to weights. The libraries that compute are imported when a node runs: listing needs none."""

from autoencoders.data.images import ImageSet
from autoencoders.pipelines.annotations import Arrays, DataFrame
from autoencoders.training.variant import Compute, Variant


def fit_pca(images: ImageSet, splits: Arrays, compute: Compute) -> Arrays:
    """Fit all principal components of the training images, the yardstick of every variant.

    Returns:
        mean (pixels,) and components (k, pixels).
    """
    import torch

    from autoencoders.training import engine, pca

    engine.bound_threads(compute)
    return pca.fit(images.at(splits["train"], torch.device("cpu")))


def train(
    images: ImageSet, splits: Arrays, variant: Variant, seed: int, compute: Compute
) -> tuple[Arrays, DataFrame, DataFrame, Arrays]:
    """Fit one variant with one seed on the training images; validation images are scored as it goes on.

    Returns:
        weights by name; the history, one row per epoch that was validated; the training loss, one row per step; and
        reconstructions of a few validation images after the epochs that the variant names.
    """
    from autoencoders.training import engine

    device = engine.resolve_device(compute)
    seen = [images.at(splits[name], device, variant.scale) for name in ("train", "validation")]
    fit = engine.train(variant, *seen, seed)
    return fit.weights, fit.history, fit.iterations, fit.snapshots
