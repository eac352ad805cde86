"""The noise ladder: what is left of more and more noise."""

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
import pandas as pd
import torch
from pydantic import Field, model_validator
from torch import Generator

from autoencoders.configuration import Fraction
from autoencoders.data.finding import Finding
from autoencoders.data.images import ImageTensor
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.training import pca
from autoencoders.training.corruption import Corruption
from autoencoders.training.engine import reconstruct, squared_error

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RIVALS = ("network", "pca", "noisy")  # the network, the projection of the noisy image, the noisy image itself


class Config(Measurement):
    """Rising levels of one corruption: the sd of Gaussian noise in [0, 1] intensity, or the chance of a pixel's hit."""

    kind: Literal["noise_ladder"]
    corruption: Literal["gaussian", "salt_and_pepper"]
    levels: Annotated[tuple[Fraction, ...], Field(min_length=1)]
    clip: bool | None = None  # of gaussian alone: keep noisy pixels in [0, 1]
    salt: Fraction | None = None  # of salt_and_pepper alone: share of white among the pixels hit

    @model_validator(mode="after")
    def _levels_rise_and_settings_fit_the_corruption(self) -> Self:
        if any(high <= low for low, high in pairwise(self.levels)):
            raise ValueError(f"levels must rise, got {list(self.levels)}")
        self.at(self.levels[0])
        return self

    def at(self, level: float) -> Corruption:
        """Return the corruption at a level.

        Raises:
            ValueError: A setting is missing, or does not belong to the corruption.
        """
        strength = "std" if self.corruption == "gaussian" else "probability"
        block = {"kind": self.corruption, strength: level, "clip": self.clip, "salt": self.salt}
        return Corruption.model_validate({name: value for name, value in block.items() if value is not None})


def measure(subject: Subject, config: Config) -> Finding:
    """Restore noisy test images, of the classes that the network was trained on, and compare with the clean ones.

    Every level uses the same random draws.

    Returns:
        table: one row per level: level; network_mse, pca_mse (the noisy image kept to as many principal components
            as the code has numbers) and noisy_mse (the noisy image itself), all against the clean image; network_psnr,
            pca_psnr, noisy_psnr in dB, of the *mean* error and against white, infinite where nothing differs.
        arrays: original, the first of these images (C, H, W), and of it network, pca and noisy (levels, C, H, W),
            all as intensities; latent_dim (1,); trained_at (1,), the level of the variant's own corruption, NaN
            where that is of another kind or scale.
    """
    images = subject.at(subject.known_test_indices())
    rows, pictures = [], []
    for level in config.levels:
        errors, first = _climb(subject, images, config.at(level))
        ratios = {f"{name}_psnr": psnr(error * images.spread**2) for name, error in errors.items()}
        rows.append({"level": level} | {f"{name}_mse": error for name, error in errors.items()} | ratios)
        pictures.append(first)
    arrays = {name: np.stack([first[name] for first in pictures]) for name in RIVALS}
    arrays["original"] = images.intensities(images[slice(0, 1)][0]).cpu().numpy()
    arrays["latent_dim"] = np.array([subject.model.latent_dim], dtype=np.int64)
    arrays["trained_at"] = np.array([_trained_at(subject, config)])
    return Finding(pd.DataFrame(rows), arrays)


def draw(findings: dict[str, list[Finding]], config: Config) -> "Figure":
    """Draw error v level, and beside it one test image at every level."""
    from autoencoders.measurements.noise_ladder.figure import noise_ladder

    return noise_ladder(findings, "noise sd" if config.corruption == "gaussian" else "share of pixels hit")


def psnr(mse: float) -> float:
    """Return the peak signal-to-noise ratio in dB of a mean squared error between intensities in [0, 1]."""
    return -10 * float(np.log10(mse)) if mse > 0 else np.inf


@torch.inference_mode()
def _climb(
    subject: Subject, images: ImageTensor, corruption: Corruption
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Return the mean error of each rival, and what each makes of the first image, as intensities."""
    generator = Generator(subject.device).manual_seed(subject.seed)
    sums = dict.fromkeys(RIVALS, 0.0)
    first: dict[str, np.ndarray] = {}
    for batch in images.batches():
        noisy = corruption(images.intensities(batch), generator)
        shown = (noisy - images.shift) / images.spread  # as the network sees it
        lost = pca.residual(subject.basis, noisy.flatten(1).cpu().numpy(), subject.model.latent_dim)
        projected = shown - torch.from_numpy(lost).to(shown).view_as(shown) / images.spread
        made = dict(zip(RIVALS, (reconstruct(subject.model, shown), projected, shown), strict=True))
        for name, result in made.items():
            sums[name] += float(squared_error(result, batch).sum(dtype=torch.float64))
        first = first or {name: images.intensities(result[0]).cpu().numpy() for name, result in made.items()}
    return {name: total / len(images) for name, total in sums.items()}, first


def _trained_at(subject: Subject, config: Config) -> float:
    corruption = subject.variant.corruption
    if corruption.kind != config.corruption or subject.variant.scale != "unit":
        return np.nan
    return corruption.std if corruption.kind == "gaussian" else corruption.probability
