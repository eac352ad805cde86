"""Out-of-distribution images, and whether their error tells them from test images."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from torch import Tensor

from autoencoders.data.finding import Finding
from autoencoders.data.images import ImageTensor
from autoencoders.detection.out_of_distribution import OutOfDistribution, generate
from autoencoders.evaluation.latent import subset
from autoencoders.evaluation.metrics import auroc
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.models.base import Autoencoder
from autoencoders.training.engine import reconstruct, reconstruction_errors, squared_error

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 2  # images of each kind in the figure
TEST = "test"  # the row of the normal test images themselves


class Config(OutOfDistribution, Measurement):
    """Which kinds of images, besides the test images of `datasets`, and how many of each."""

    kind: Literal["out_of_distribution"]


def measure(subject: Subject, config: Config) -> Finding:
    """Reconstruct out-of-distribution images and compare their errors with those of test images.

    Test images are all of the classes trained on; rotated, inverted and salted images are made from a seeded choice of
    them.

    Returns:
        table: one row for the test images and one per kind and dataset: kind, n images, mse, ratio to the test
            images' mse, and auroc, the chance that an image's error lies above a test image's; 0.5 for the test images
            themselves.
        arrays: of the first images of each row, under `<kind>/`: originals and reconstructions (at most 2, C, H, W),
            as intensities, and their errors.

    Raises:
        ValueError: A kind needs square images, or another dataset's images have another shape.
    """
    indices = subject.known_test_indices()
    normal = subject.at(indices)
    chosen = subject.at(subset(indices, config.images, np.random.default_rng(subject.seed)))
    others = {name: subject.others[name] for name in config.datasets}
    reference = reconstruction_errors(subject.model, normal)
    rows = [_row(TEST, reference, reference)]
    arrays = _examples(TEST, subject.model, normal[slice(SHOWN)], normal)
    for name, images in generate(config, chosen, others, subject.seed).items():
        rows.append(_row(name, reconstruction_errors(subject.model, images), reference))
        arrays |= _examples(name, subject.model, images[:SHOWN], normal)
    return Finding(pd.DataFrame(rows), arrays)


def draw(findings: dict[str, list[Finding]], config: Config) -> "Figure":
    """Draw some images of each kind with what becomes of them, and the errors and AUROC of all."""
    from autoencoders.measurements.out_of_distribution.figure import out_of_distribution_sheet

    return out_of_distribution_sheet(findings)


def _row(name: str, errors: np.ndarray, reference: np.ndarray) -> dict[str, str | float]:
    is_anomaly = np.arange(len(errors) + len(reference)) < len(errors)
    mse, usual = float(errors.mean(dtype=np.float64)), float(reference.mean(dtype=np.float64))
    return {
        "kind": name,
        "n": len(errors),
        "mse": mse,
        "ratio": mse / usual if usual else np.nan,
        "auroc": auroc(np.concatenate([errors, reference]), is_anomaly),
    }


def _examples(name: str, model: Autoencoder, images: Tensor, like: ImageTensor) -> dict[str, np.ndarray]:
    reconstructions = reconstruct(model, images)
    found = {
        "originals": like.intensities(images),
        "reconstructions": like.intensities(reconstructions),
        "errors": squared_error(reconstructions, images),
    }
    return {f"{name}/{key}": value.cpu().numpy() for key, value in found.items()}
