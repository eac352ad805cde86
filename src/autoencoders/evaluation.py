"""What a fitted autoencoder makes of images, measured image by image."""

import numpy as np
import pandas as pd
import torch
from torch import Generator, Tensor

from autoencoders import gates, metrics, pca
from autoencoders.corruption import Corruption
from autoencoders.engine import SCORING_BATCH, Pixels, reconstruct, squared_error
from autoencoders.models.base import Autoencoder

Arrays = dict[str, np.ndarray]


def errors(model: Autoencoder, images: Pixels, basis: Arrays, corruption: Corruption, seed: int) -> Arrays:
    """Return the mean squared errors (N,) of images against what is made of them.

    Args:
        model: A fitted autoencoder.
        images: (N, C, H, W).
        basis: The principal components of the training images.
        corruption: What the variant was trained to undo.
        seed: Of the corruption's draws.

    Returns:
        reconstruction_error; mean_image_error, of the mean training image; pca_error at the same code size, unless
        the code is as wide as the image, when principal components lose nothing; and for a corrupting variant denoising_error, of the corrupted input's reconstruction against the clean image,
        and corruption_error, of the corrupted input itself.
    """
    generator = Generator(images.values.device).manual_seed(seed)
    found: dict[str, list[np.ndarray]] = {}
    for batch in images.batches(SCORING_BATCH):
        flat = (batch.flatten(1) * images.spread + images.shift).cpu().numpy()  # in [0, 1], as the basis
        units = images.spread**-2  # of a squared error
        row = {
            "reconstruction_error": squared_error(reconstruct(model, batch), batch),
            "mean_image_error": np.square(flat - basis["mean"]).mean(axis=1) * units,
        }
        if model.latent_dim < model.pixels:
            row["pca_error"] = pca.reconstruction_errors(basis, flat, model.latent_dim) * units
        if corruption.kind != "none":
            corrupted = corruption(batch, generator)
            row["denoising_error"] = squared_error(reconstruct(model, corrupted), batch)
            row["corruption_error"] = squared_error(corrupted, batch)
        for name, value in row.items():
            found.setdefault(name, []).append(_numpy(value))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def summary(
    errors: pd.DataFrame, history: pd.DataFrame, iterations: pd.DataFrame, latent_dim: int, pixels: int
) -> dict[str, float]:
    """Sum an error table up in metrics; a gate is 1 where it held and 0 where it failed.

    Args:
        errors: The table, a row an image; with anomaly_score and is_anomaly it gives AUROC too.
        history: The training, a row an epoch.
        iterations: The training loss, a row a step.
        latent_dim: Numbers in a code.
        pixels: Numbers in an image.
    """
    one_class = "is_anomaly" in errors
    rows = errors if one_class else errors.assign(is_anomaly=False)
    found = metrics.mean_errors(rows, pixels) | {
        "train/final_loss": float(history["train_loss"].iloc[-1]),
        "code/latent_dim": float(latent_dim),
    }
    test = rows[rows["split"] == "test"]
    normal = test[~test["is_anomaly"]]
    if one_class:
        normal_class = "_".join(str(label) for label in sorted(normal["label"].unique()))
        found[f"test/auroc_{normal_class}"] = metrics.auroc(test["anomaly_score"], test["is_anomaly"])
        if "pca_error" in test:
            found[f"test/pca_auroc_{normal_class}"] = metrics.auroc(test["pca_error"], test["is_anomaly"])
    verdicts = {
        "gate/loss_fell": gates.loss_fell(iterations["train_loss"].to_numpy()),
        "gate/not_collapsed": gates.not_collapsed(
            normal["reconstruction_error"].to_numpy(), normal["mean_image_error"].to_numpy()
        ),
        "gate/scores_vary": gates.scores_vary(test["reconstruction_error"].to_numpy()),
    }
    gates.report(verdicts)
    return found | {name: float(held) for name, held in verdicts.items()}


def examples(model: Autoencoder, images: Pixels, corruption: Corruption, seed: int) -> Arrays:
    """Return what a figure needs of a few images: originals, inputs and reconstructions (n, C, H, W)."""
    originals = images[slice(None)]
    inputs = corruption(originals, Generator(originals.device).manual_seed(seed))
    reconstructions = reconstruct(model, inputs)
    arrays = {"originals": originals, "inputs": inputs, "reconstructions": reconstructions}
    return {name: _numpy(value) for name, value in arrays.items()} | {
        "errors": _numpy(squared_error(reconstructions, originals))
    }


def first_of_each(labels: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Return the first index (n,) that bears each label, by rising label."""
    _, first = np.unique(labels[indices], return_index=True)
    return indices[first]


def _numpy(values: Tensor | np.ndarray) -> np.ndarray:
    return values.cpu().numpy() if isinstance(values, torch.Tensor) else values
