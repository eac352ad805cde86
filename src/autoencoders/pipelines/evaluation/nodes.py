"""From weights to errors and metrics. The libraries that compute are imported when a node runs."""

import numpy as np

from autoencoders.pipelines.annotations import Arrays, DataFrame, Facts, Metrics
from autoencoders.training.variant import Compute, Variant


def score_images(
    images: np.ndarray,
    labels: np.ndarray,
    facts: Facts,
    fit_indices: Arrays,
    held_out_indices: Arrays,
    basis: Arrays,
    weights: Arrays,
    variant: Variant,
    seed: int,
    compute: Compute,
) -> tuple[DataFrame, Arrays, Arrays]:
    """Reconstruct every image of every split and compare; the test split appears here for the first time.

    Returns:
        The error table, a row an image: index, split, label and the errors of `evaluation.errors`; and examples,
        the first test image of each class; and the statistics of each pixel over training images.
    """
    import pandas as pd

    from autoencoders.data.images import pixels
    from autoencoders.evaluation import errors as evaluation
    from autoencoders.training import engine

    device = engine.resolve_device(compute)
    model = engine.restore(variant, tuple(facts["image_shape"]), weights, device)
    tables = []
    for split, indices in (fit_indices | held_out_indices).items():
        chosen = pixels(images, indices, facts, device, variant.scale)
        errors = evaluation.errors(model, chosen, basis, variant.corruption, seed)
        tables.append(pd.DataFrame({"index": indices, "split": split, "label": labels[indices]} | errors))
    first = evaluation.first_of_each(labels, held_out_indices["test"])
    shown = pixels(images, first, facts, device, variant.scale)
    examples = evaluation.examples(model, shown, variant.corruption, seed)
    seen = pixels(images, fit_indices["train"][:10_000], facts, device, variant.scale)
    return pd.concat(tables, ignore_index=True), examples, evaluation.pixel_statistics(model, seen)


def measure(
    errors: DataFrame,
    history: DataFrame,
    iterations: DataFrame,
    pixel_statistics: Arrays,
    variant: Variant,
    seed: int,
) -> Metrics:
    """Sum one experiment up in numbers, the sanity checks among them (1 held, 0 failed)."""
    from autoencoders.evaluation import errors as evaluation
    from autoencoders.training import engine

    latent_dim = engine.latent_dim(variant, pixel_statistics["image_sd"].shape)
    return evaluation.summary(errors, history, iterations, pixel_statistics, latent_dim) | {"seed": seed}
