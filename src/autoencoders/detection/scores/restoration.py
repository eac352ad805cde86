"""How badly the clean image is restored, from itself or from corrupted views of it."""

from typing import Literal

import torch
from pydantic import NonNegativeFloat
from torch import Tensor

from autoencoders.configuration import Fraction
from autoencoders.detection.scores import Score, Views
from autoencoders.detection.scores.outputs import BatchOutputs, Scorer, TrainingOutputs

LEAST_ENERGY = 1e-3  # mean square of an image's intensities or edges; about one white pixel of 28 x 28


class Config(Score):
    """Mean over views and pixels of the squared, smoothed residual, over powers of how much there is to restore.

    A bright image with many edges is harder to restore than a dark, plain one, whatever it shows: its complexity has
    to be discounted (Serrà et al. 2020). Energy is the mean square of the intensities, edges that of the differences
    between neighbouring pixels, down and right.
    """

    kind: Literal["restoration"]
    views: Views  # corrupted inputs to average over; 0 shows the clean image
    smoothing: NonNegativeFloat  # sd in pixels of the Gaussian; 0 for none
    energy: Fraction  # power of the energy; 0 leaves it out
    edges: Fraction  # power of the edges; 0 leaves them out

    def fit(self, outputs: TrainingOutputs) -> Scorer:
        """Return the score, which needs to know nothing of normal images."""
        return self._score

    def _score(self, batch: BatchOutputs) -> Tensor:
        errors = batch.errors(self.views, self.smoothing)
        return errors / energy(batch.intensities) ** self.energy / edges(batch.intensities) ** self.edges


def energy(images: Tensor) -> Tensor:
    """Return the mean square (N,) of images (N, C, H, W), and little for a black one."""
    return images.square().flatten(1).mean(dim=1).clamp_min(LEAST_ENERGY)


def edges(images: Tensor) -> Tensor:
    """Return the sum (N,) of the mean squared differences down and right of images (N, C, H, W); little for a blank."""
    pairs = images.diff(dim=2), images.diff(dim=3)
    found = torch.stack([pair.square().flatten(1).sum(dim=1) for pair in pairs]).sum(dim=0)
    return (found / images[0].numel()).clamp_min(LEAST_ENERGY)
