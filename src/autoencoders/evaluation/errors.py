"""What a fitted autoencoder makes of images, measured image by image."""

import numpy as np
import pandas as pd
import torch
from torch import Generator, Tensor

from autoencoders.data.images import SCORING_BATCH, ImageTensor
from autoencoders.data.rows import by_name
from autoencoders.evaluation import metrics, sanity_checks
from autoencoders.key import MATCHES_PCA, SANITY_CHECK
from autoencoders.models.base import Autoencoder
from autoencoders.training import pca
from autoencoders.training.corruption import Corruption
from autoencoders.training.engine import latent_dim, reconstruct, squared_error
from autoencoders.training.variant import Variant

Arrays = dict[str, np.ndarray]


def errors(model: Autoencoder, images: ImageTensor, basis: Arrays, judged_at: Corruption, seed: int) -> Arrays:
    """Return the mean squared errors (N,) of images against what is made of them.

    Args:
        model: Fitted autoencoder.
        images: Images (N, C, H, W).
        basis: Principal components of the training images.
        judged_at: Corruption of the intensities that is to be undone, the same for all variants of a study.
        seed: Seed of the corruption.

    Returns:
        reconstruction_error; mean_image_error, of the mean training image; pca_error at the same code size, unless
        the code is as wide as the image, when principal components lose nothing; and where there is a corruption
        denoising_error, of the corrupted input's reconstruction against the clean image, corruption_error, of the
        corrupted input itself, and pca_denoising_error, of that kept to as many components.
    """
    generator = Generator(images.values.device).manual_seed(seed)
    rows = (_row(model, images, batch, basis, judged_at, generator) for batch in images.batches(SCORING_BATCH))
    return by_name(rows, len(images))


def _row(
    model: Autoencoder,
    like: ImageTensor,
    batch: Tensor,
    basis: Arrays,
    judged_at: Corruption,
    generator: Generator,
) -> Arrays:
    """Return the errors of one batch, in the units of other images."""
    flat = like.intensities(batch).flatten(1).cpu().numpy()  # in [0, 1], as the basis
    units = like.spread**-2  # of a squared error
    row = {
        "reconstruction_error": squared_error(reconstruct(model, batch), batch),
        "mean_image_error": np.square(flat - basis["mean"]).mean(axis=1) * units,
    }
    if model.latent_dim < model.pixels:
        row["pca_error"] = pca.reconstruction_errors(basis, flat, model.latent_dim) * units
    if judged_at.kind != "none":
        corrupted = _corrupted(batch, like, judged_at, generator)
        row["denoising_error"] = squared_error(reconstruct(model, corrupted), batch)
        row["corruption_error"] = squared_error(corrupted, batch)
        if "pca_error" in row:
            noisy = like.intensities(corrupted).flatten(1).cpu().numpy()
            kept = noisy - pca.residual(basis, noisy, model.latent_dim)
            row["pca_denoising_error"] = np.square(kept - flat).mean(axis=1) * units
    return {name: _numpy(value) for name, value in row.items()}


def _corrupted(batch: Tensor, like: ImageTensor, corruption: Corruption, generator: Generator) -> Tensor:
    """Return a batch in the units of other images, of which the intensities are corrupted."""
    return (corruption(like.intensities(batch), generator) - like.shift) / like.spread


def summary(
    errors: pd.DataFrame,
    history: pd.DataFrame,
    iterations: pd.DataFrame,
    statistics: Arrays,
    variant: Variant,
    normal_class: list[int] | None = None,
) -> dict[str, float]:
    """Sum an error table up in metrics; a sanity check is 1 where it held and 0 where it failed.

    Args:
        errors: Errors, one row per image.
        history: History of the training, one row per validated epoch.
        iterations: Training loss, one row per step.
        statistics: Statistics of each pixel over training images, from `pixel_statistics`.
        variant: How the network was made.
        normal_class: Labels trained on, in one-class studies: errors are averaged over these images alone, and PCA's
            AUROC at the same code size is found.
    """
    is_anomaly = ~np.isin(errors["label"], normal_class) if normal_class else np.zeros(len(errors), dtype=bool)
    found = metrics.mean_errors(errors[~is_anomaly], statistics["pixel_error"].size) | {
        "train/final_loss": float(history["train_loss"].iloc[-1]),
        "code/latent_dim": float(latent_dim(variant, statistics["image_sd"].shape)),
    }
    test = errors["split"] == "test"
    normal = errors[test & ~is_anomaly]
    if not normal_class:
        found |= metrics.against_pca(errors[test])
    if normal_class and "pca_error" in errors:
        label = "_".join(str(one) for one in sorted(normal["label"].unique()))
        found[f"test/pca_auroc_{label}"] = metrics.auroc(errors.loc[test, "pca_error"], is_anomaly[test])
    spreads = statistics["image_sd"], statistics["reconstruction_sd"]
    dead = sanity_checks.dead_pixels(*spreads)
    lost = statistics["pixel_error"]
    found["dead_pixels/count"] = float(dead.sum())
    found["dead_pixels/error_share"] = float(lost[dead].sum() / lost.sum()) if lost.any() else 0.0
    verdicts = {
        "loss_fell": sanity_checks.loss_fell(iterations["train_loss"].to_numpy()),
        "beats_mean_image": sanity_checks.beats_mean_image(normal["reconstruction_error"], normal["mean_image_error"]),
        "reconstructions_differ": sanity_checks.reconstructions_differ(*spreads),
        "no_dead_pixels": not dead.any(),
        "errors_vary": sanity_checks.scores_vary(errors.loc[test, "reconstruction_error"]),
    }
    if "pca_error" in errors and variant.competes_with_pca:
        compared = (normal[f"{name}_error"] for name in ("reconstruction", "pca", "mean_image"))
        verdicts[MATCHES_PCA] = sanity_checks.matches_pca(*compared)
    return found | {f"{SANITY_CHECK}{name}": float(held) for name, held in verdicts.items()}


def examples(model: Autoencoder, images: ImageTensor, judged_at: Corruption, seed: int) -> Arrays:
    """Return what a figure needs of a few images, corrupted as all variants of the study are judged.

    Returns:
        originals, inputs and reconstructions (n, C, H, W) as intensities; errors (n,) in the network's units.
    """
    originals = images[slice(None)]
    inputs = _corrupted(originals, images, judged_at, Generator(originals.device).manual_seed(seed))
    reconstructions = reconstruct(model, inputs)
    arrays = {"originals": originals, "inputs": inputs, "reconstructions": reconstructions}
    return {name: _numpy(images.intensities(value)) for name, value in arrays.items()} | {
        "errors": _numpy(squared_error(reconstructions, originals))
    }


def pixel_errors(model: Autoencoder, images: ImageTensor) -> Arrays:
    """Return where reconstructions of a few images (n, C, H, W) are wrong.

    Returns:
        inputs and reconstructions (n, C, H, W), as intensities, and squares (n, C, H, W), their squared differences in
        the units that the network sees.
    """
    originals = images[slice(None)]
    reconstructions = reconstruct(model, originals)
    return {
        "inputs": _numpy(images.intensities(originals)),
        "reconstructions": _numpy(images.intensities(reconstructions)),
        "squares": _numpy((reconstructions - originals).square()),
    }


def pixel_statistics(model: Autoencoder, images: ImageTensor) -> Arrays:
    """Return what becomes of each pixel over images (N, C, H, W), in maps of the image's shape.

    Returns:
        image_sd and reconstruction_sd, over images; reconstruction_mean; pixel_error, the mean squared error.
    """
    sums = torch.zeros(5, *model.image_shape, dtype=torch.float64, device=images.values.device)
    for batch in images.batches(SCORING_BATCH):
        shown = reconstruct(model, batch)
        parts = (batch, batch.square(), shown, shown.square(), (shown - batch).square())
        sums += torch.stack([part.double().sum(dim=0) for part in parts])
    mean, square, shown_mean, shown_square, error = (sums / max(len(images), 1)).cpu().numpy()
    return {
        "image_sd": np.sqrt(np.maximum(square - mean**2, 0)),
        "reconstruction_sd": np.sqrt(np.maximum(shown_square - shown_mean**2, 0)),
        "reconstruction_mean": shown_mean,
        "pixel_error": error,
    }


def first_of_each(labels: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Return the first index (n,) that bears each label, by rising label."""
    _, first = np.unique(labels[indices], return_index=True)
    return indices[first]


def _numpy(values: Tensor | np.ndarray) -> np.ndarray:
    return values.cpu().numpy() if isinstance(values, torch.Tensor) else values
