"""A fitted network and the images that it is looked at with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from autoencoders.data.images import ImageTensor, pixels
from autoencoders.models.base import Autoencoder
from autoencoders.training.variant import Variant


@dataclass(frozen=True)
class Subject:
    """A fitted network and all that it may be shown.

    Attributes:
        model: In evaluation mode, on `device`.
        variant: How it was made.
        images: All images of the dataset, uint8 (N, C, H, W).
        labels: (N,).
        facts: Of the dataset.
        indices: Of the images of each split: train, validation, calibration, test.
        basis: The principal components of the training images.
        others: Test images of other datasets, by name.
        seed: Of whatever the measurement draws.
        device: Where the model lies.
    """

    model: Autoencoder
    variant: Variant
    images: np.ndarray
    labels: np.ndarray
    facts: dict[str, Any]
    indices: dict[str, np.ndarray]
    basis: dict[str, np.ndarray]
    others: dict[str, ImageTensor]
    seed: int
    device: torch.device

    def pixels(self, split: str) -> ImageTensor:
        """Return the images of a split."""
        return self.at(self.indices[split])

    def at(self, indices: np.ndarray) -> ImageTensor:
        """Return the images at some indices."""
        return pixels(self.images, indices, self.facts, self.device, self.variant.scale)
