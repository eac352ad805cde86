"""The sweep over widths: whether a wider code learns images or the identity."""

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pandas as pd
import torch
from pydantic import Field
from torch import Generator, Tensor

from autoencoders.configuration import Count
from autoencoders.data.finding import Finding
from autoencoders.data.images import ImageTensor
from autoencoders.data.rows import by_name
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.training import pca
from autoencoders.training.engine import batches, reconstruction_errors

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Config(Measurement):
    """Random images, Gaussian and independent pixel by pixel, in the units that the network sees."""

    kind: Literal["sweep"]
    images: Count
    mean: float
    std: Annotated[float, Field(ge=0)]


def measure(subject: Subject, config: Config) -> Finding:
    """Compare the errors on training, test and random images with those of the closed-form linear optimum.

    A network that reconstructs random images has learned to copy, not what images look like. No linear code of the
    same size beats principal components on the training images (Baldi and Hornik 1989).

    Returns:
        table: one row: architecture; width, the size of the code, or the kernels where that is what the architecture
            counts; latent_dim; train_mse, test_mse (of the classes trained on), random_mse; and pca_train_mse,
            pca_test_mse, pca_random_mse at the same latent_dim, NaN where the code is as large as the image.
    """
    noise = torch.empty(config.images, *subject.model.image_shape, device=subject.device)
    train = subject.split("train")
    groups = {
        "train": train,
        "test": subject.at(subject.known_test_indices()),
        "random": noise.normal_(config.mean, config.std, generator=Generator(subject.device).manual_seed(subject.seed)),
    }
    latent_dim = subject.model.latent_dim
    row = {
        "architecture": subject.variant.model.architecture,
        "width": getattr(subject.variant.model, "kernels", latent_dim),
        "latent_dim": latent_dim,
    }
    row |= {f"{name}_mse": _mean(reconstruction_errors(subject.model, images)) for name, images in groups.items()}
    row |= {f"pca_{name}_mse": _mean(_pca_errors(subject, images, train)) for name, images in groups.items()}
    return Finding(pd.DataFrame([row]))


def draw(findings: dict[str, list[Finding]], config: Config) -> "Figure":
    """Draw the errors of all variants over their widths, one panel per architecture."""
    from autoencoders.measurements.sweep.figure import width_curves

    return width_curves(findings, f"N({config.mean:g}, {config.std:g}{'²' * (config.std != 1)}) images")


def _pca_errors(subject: Subject, images: ImageTensor | Tensor, like: ImageTensor) -> np.ndarray:
    """Return the errors (n,) of principal components, in the units of the images; they were fitted to intensities."""
    if subject.model.latent_dim >= subject.model.pixels:
        return np.full(len(images), np.nan)
    flat = (like.intensities(batch).flatten(1).cpu().numpy() for batch in batches(images))
    errors = ({"error": pca.reconstruction_errors(subject.basis, one, subject.model.latent_dim)} for one in flat)
    return by_name(errors, len(images))["error"] / like.spread**2


def _mean(errors: np.ndarray) -> float:
    return float(errors.mean(dtype=np.float64))
