"""Probes: images that no image of the dataset looks like, and whether their error gives them away."""

from typing import Literal, Self

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from pydantic import PositiveInt, model_validator
from torch import Generator, Tensor

from autoencoders.codes import subset, trained_on
from autoencoders.configuration import Fraction
from autoencoders.corruption import SaltAndPepper
from autoencoders.engine import SCORING_BATCH, Pixels, reconstruct, reconstruction_errors, squared_error
from autoencoders.figures.probes import probe_sheet
from autoencoders.measurements import Finding, Measurement, Subject
from autoencoders.metrics import auroc
from autoencoders.models.base import Autoencoder

Kind = Literal["uniform", "normal", "rotated_90", "rotated_180", "inverted", "blank", "salt_and_pepper"]
SHOWN = 2  # of each probe in the figure
TEST = "test"  # the row of the normal test images themselves


class Config(Measurement):
    """Which probes, besides the test images of `datasets`, and how many images of each."""

    kind: Literal["probes"]
    kinds: tuple[Kind, ...]
    images: PositiveInt  # of each probe at most, and of each other dataset
    probability: Fraction | None = None  # of salt_and_pepper alone: of a pixel to be hit
    salt: Fraction | None = None  # of salt_and_pepper alone: share of white among the pixels hit

    @model_validator(mode="after")
    def _settings_fit_the_kinds(self) -> Self:
        needed = "salt_and_pepper" in self.kinds
        for name in ("probability", "salt"):
            if (getattr(self, name) is not None) != needed:
                rule = "given for" if needed else "left out without"
                raise ValueError(f"{name} must be {rule} salt_and_pepper, got {getattr(self, name)}")
        if not self.kinds and not self.datasets:
            raise ValueError("kinds and datasets name no probe: give one at least, got [] and []")
        return self


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
        probe = _foreign(subject, name, config) if name in config.datasets else _made(subject, name, config, chosen)
        errors = _errors(subject.model, probe)
        rows.append(_row(name, errors, reference))
        arrays |= _examples(name, subject.model, probe[:SHOWN], normal)
    return Finding(pd.DataFrame(rows), arrays)


def draw(findings: dict[str, list[Finding]], config: Config) -> Figure:
    """Draw some of each probe with what becomes of them, and the errors and AUROC of all."""
    tables = {name: pd.concat([finding.table for finding in seeds]) for name, seeds in findings.items()}
    return probe_sheet(tables, {name: seeds[0].arrays for name, seeds in findings.items()})


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


@torch.inference_mode()
def _made(subject: Subject, name: Kind, config: Config, chosen: Pixels) -> Tensor:
    """Return a probe (n, C, H, W) in the units that the network sees, made from or shaped as the chosen images."""
    generator = Generator(subject.device).manual_seed(subject.seed)
    images = chosen.intensities(chosen[slice(None)])
    match name:
        case "normal":
            return torch.empty_like(images).normal_(generator=generator)
        case "uniform":
            images = torch.empty_like(images).uniform_(generator=generator)
        case "rotated_90":
            _check_square(images)
            images = images.rot90(1, dims=(2, 3))
        case "rotated_180":
            images = images.rot90(2, dims=(2, 3))
        case "inverted":
            images = 1 - images
        case "blank":
            images = torch.zeros_like(images[:1])
        case "salt_and_pepper":
            salted = SaltAndPepper(kind="salt_and_pepper", probability=config.probability, salt=config.salt)
            images = salted(images, generator)
    return (images - chosen.shift) / chosen.spread


def _check_square(images: Tensor) -> None:
    height, width = images.shape[2:]
    if height != width:
        raise ValueError(f"rotated_90 needs square images, got {height} x {width} pixels")


def _foreign(subject: Subject, name: str, config: Config) -> Tensor:
    """Return a seeded choice of another dataset's test images (n, C, H, W), in the units that the network sees."""
    images = subject.others[name]
    shape = tuple(images.values.shape[1:])
    if shape != subject.model.image_shape:
        raise ValueError(f"datasets: images of {name} must have the shape {subject.model.image_shape}, got {shape}")
    chosen = subset(np.arange(len(images)), config.images, np.random.default_rng(subject.seed))
    return images[torch.from_numpy(chosen).to(images.values.device)]


def _errors(model: Autoencoder, images: Tensor) -> np.ndarray:
    parts = [squared_error(reconstruct(model, batch), batch) for batch in images.split(SCORING_BATCH)]
    return torch.cat(parts).cpu().numpy()


def _examples(name: str, model: Autoencoder, images: Tensor, like: Pixels) -> dict[str, np.ndarray]:
    reconstructions = reconstruct(model, images)
    found = {
        "originals": like.intensities(images),
        "reconstructions": like.intensities(reconstructions),
        "errors": squared_error(reconstructions, images),
    }
    return {f"{name}/{key}": value.cpu().numpy() for key, value in found.items()}
