"""Probes: images that no image of the dataset looks like, and whether their error gives them away."""

from typing import Literal

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from torch import Generator, Tensor

from autoencoders.data.finding import Finding
from autoencoders.data.images import SCORING_BATCH, ImageTensor
from autoencoders.detection.out_of_distribution import Probes, make, of_other
from autoencoders.evaluation.latent import subset, trained_on
from autoencoders.evaluation.metrics import auroc
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.measurements.probes.figure import probe_sheet
from autoencoders.models.base import Autoencoder
from autoencoders.training.engine import reconstruct, reconstruction_errors, squared_error

SHOWN = 2  # of each probe in the figure
TEST = "test"  # the row of the normal test images themselves


class Config(Probes, Measurement):
    """Which probes, besides the test images of `datasets`, and how many images of each."""

    kind: Literal["probes"]


def measure(subject: Subject, config: Config) -> Finding:
    """Reconstruct probes and compare their errors with those of all test images of the classes trained on.

    Rotated, inverted and salted probes are made from a seeded choice of these test images. Normal noise is N(0, 1)
    in the units that the network sees, uniform noise runs from black to white, and all blank images are one.

    Returns:
        table: a row for the test images and a row a probe: probe, n images, mse, ratio to the test images' mse, and
            auroc, the chance that a probe's error lies above a test image's; 0.5 for the test images themselves.
        arrays: of the first images of each row, under `<probe>/`: originals and reconstructions (at most 2, C, H, W),
            as intensities, and their errors; images (n,), how many all rows hold.

    Raises:
        ValueError: A probe needs square images, or another dataset's images have another shape.
    """
    indices = trained_on(subject)
    normal = subject.at(indices)
    chosen = subject.at(subset(indices, config.images, np.random.default_rng(subject.seed)))
    reference = reconstruction_errors(subject.model, normal)
    rows = [_row(TEST, reference, reference)]
    arrays = _examples(TEST, subject.model, normal[slice(SHOWN)], normal)
    for name in (*config.kinds, *config.datasets):
        probe = _probe(subject, name, config, chosen)
        errors = _errors(subject.model, probe)
        rows.append(_row(name, errors, reference))
        arrays |= _examples(name, subject.model, probe[:SHOWN], normal)
    return Finding(pd.DataFrame(rows), arrays)


def draw(findings: dict[str, list[Finding]], config: Config) -> Figure:
    """Draw some images of each kind with what becomes of them, and the errors and AUROC of all."""
    return probe_sheet(findings)


def _row(name: str, errors: np.ndarray, reference: np.ndarray) -> dict[str, str | float]:
    is_anomaly = np.arange(len(errors) + len(reference)) < len(errors)
    mse, usual = float(errors.mean(dtype=np.float64)), float(reference.mean(dtype=np.float64))
    return {
        "probe": name,
        "n": len(errors),
        "mse": mse,
        "ratio": mse / usual if usual else np.nan,
        "auroc": auroc(np.concatenate([errors, reference]), is_anomaly),
    }


def _probe(subject: Subject, name: str, config: Config, chosen: ImageTensor) -> Tensor:
    """Return a probe (n, C, H, W) in the units that the network sees, from the subject's seed alone."""
    if name in config.datasets:
        rng = np.random.default_rng(subject.seed)
        return of_other(name, subject.others[name], config.images, subject.model.image_shape, rng)
    return make(name, chosen, Generator(subject.device).manual_seed(subject.seed), config)


def _errors(model: Autoencoder, images: Tensor) -> np.ndarray:
    parts = [squared_error(reconstruct(model, batch), batch) for batch in images.split(SCORING_BATCH)]
    return torch.cat(parts).cpu().numpy()


def _examples(name: str, model: Autoencoder, images: Tensor, like: ImageTensor) -> dict[str, np.ndarray]:
    reconstructions = reconstruct(model, images)
    found = {
        "originals": like.intensities(images),
        "reconstructions": like.intensities(reconstructions),
        "errors": squared_error(reconstructions, images),
    }
    return {f"{name}/{key}": value.cpu().numpy() for key, value in found.items()}
