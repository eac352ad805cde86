"""The sweep over widths: whether a wider code learns images or the identity."""

from typing import Annotated, Literal

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from pydantic import Field, PositiveInt
from torch import Generator, Tensor

from autoencoders.data.finding import Finding
from autoencoders.data.images import SCORING_BATCH, ImageTensor
from autoencoders.evaluation.latent import trained_on
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.measurements.sweep.figure import width_curves
from autoencoders.training import pca
from autoencoders.training.engine import reconstruct, squared_error


class Config(Measurement):
    """Random images, normal and independent pixel by pixel, in the units that the network sees."""

    kind: Literal["sweep"]
    images: PositiveInt
    mean: float
    std: Annotated[float, Field(ge=0)]


def measure(subject: Subject, config: Config) -> Finding:
    """Compare the errors on training, test and random images with those of the closed-form linear optimum.

    A network that reconstructs random images has learned to copy, not what images look like. No linear code of the
    same size beats principal components on the training images (Baldi and Hornik 1989).

    Returns:
        table: one row: architecture; width, the numbers in a code, or the kernels where that is what the architecture
            counts; latent_dim; train_mse, test_mse (of the classes trained on), random_mse; and pca_train_mse,
            pca_test_mse, pca_random_mse at the same latent_dim, NaN where the code is as large as the image.
    """
    made = Generator(subject.device).manual_seed(subject.seed)
    noise = torch.empty(config.images, *subject.model.image_shape, device=subject.device)
    train = subject.pixels("train")
    groups = {
        "train": list(train.batches()),
        "test": list(subject.at(trained_on(subject)).batches()),
        "random": list(noise.normal_(config.mean, config.std, generator=made).split(SCORING_BATCH)),
    }
    latent_dim = subject.model.latent_dim
    row = {
        "architecture": subject.variant.model.architecture,
        "width": getattr(subject.variant.model, "kernels", latent_dim),
        "latent_dim": latent_dim,
    }
    row |= {f"{name}_mse": _mean([_error(subject, one) for one in images]) for name, images in groups.items()}
    row |= {
        f"pca_{name}_mse": _mean([_optimum(subject, one, train) for one in images]) for name, images in groups.items()
    }
    return Finding(pd.DataFrame([row]))


def draw(findings: dict[str, list[Finding]], config: Config) -> Figure:
    """Draw the errors of all variants over their widths, one panel per architecture."""
    return width_curves(findings, f"N({config.mean:g}, {config.std:g}{'²' * (config.std != 1)}) images")


def _error(subject: Subject, images: Tensor) -> np.ndarray:
    return squared_error(reconstruct(subject.model, images), images).cpu().numpy()


def _optimum(subject: Subject, images: Tensor, like: ImageTensor) -> np.ndarray:
    """Return the errors (n,) of principal components, in the units of the images; they were fitted to intensities."""
    if subject.model.latent_dim >= subject.model.pixels:
        return np.full(len(images), np.nan)
    flat = like.intensities(images).flatten(1).cpu().numpy()
    return pca.reconstruction_errors(subject.basis, flat, subject.model.latent_dim) / like.spread**2


def _mean(parts: list[np.ndarray]) -> float:
    return float(np.concatenate(parts).mean(dtype=np.float64))
