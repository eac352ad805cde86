"""Activations: how many units of the code speak, how often and how loudly."""

from typing import TYPE_CHECKING, Literal

import pandas as pd
import torch
from torch import Tensor

from autoencoders.configuration import Count
from autoencoders.data.finding import Finding
from autoencoders.data.images import ImageTensor
from autoencoders.evaluation.errors import first_of_each
from autoencoders.evaluation.latent import encode
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.models.base import Autoencoder

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Config(Measurement):
    """The codes of the test images."""

    kind: Literal["activations"]
    examples: Count  # images drawn at most, one per class


def measure(subject: Subject, config: Config) -> Finding:
    """Sum up the codes of the test images whose class the network was trained on.

    Returns:
        table: one row: mean_activation over units and images; share_of_zeros, exact ones; active_units, those not 0,
            a mean over images; dead_units, the same for every image; units, the size of a code; images.
        arrays: unit_means (units,); originals (n, C, H, W) in [0, 1] and their codes (n, units).
    """
    chosen = subject.known_test_indices()
    images = subject.at(chosen)
    units = _units(subject.model, images)
    means, share = units["mean"], float(units["zero"].mean())
    row = {
        "mean_activation": float(means.mean()),
        "share_of_zeros": share,
        "active_units": (1 - share) * len(means),
        "dead_units": int((units["low"] == units["high"]).sum()),
        "units": len(means),
        "images": len(images),
    }
    examples = subject.at(first_of_each(subject.labels, chosen)[: config.examples])
    arrays = {
        "unit_means": means.float(),
        "originals": examples.intensities(examples[slice(None)]),
        "codes": encode(subject.model, examples),
    }
    return Finding(pd.DataFrame([row]), {name: value.cpu().numpy() for name, value in arrays.items()})


@torch.inference_mode()
def _units(model: Autoencoder, images: ImageTensor) -> dict[str, Tensor]:
    """Return of every unit (units,) its mean, its share of exact zeros, its lowest and its highest activation.

    Batch by batch: the code of a convolutional network can be wider than the image.
    """
    sums, low, high = 0.0, torch.inf, -torch.inf
    for batch in images.batches():
        code = model.encode(batch)  # (N, units)
        sums = sums + torch.stack([code.double(), (code == 0).double()]).sum(dim=1)
        low, high = code.amin(dim=0).clamp(max=low), code.amax(dim=0).clamp(min=high)
    mean, zero = sums / len(images)
    return {"mean": mean, "zero": zero, "low": low, "high": high}


def draw(findings: dict[str, list[Finding]], config: Config) -> "Figure":
    """Draw the codes of one image per class, and every unit's mean activation."""
    from autoencoders.measurements.activations.figure import code_pictures

    return code_pictures(findings)
