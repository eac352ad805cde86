"""Reconstruction along a projection pathway (Kim et al. 2020, RaPP): residuals within the encoder, too."""

from typing import Literal

import torch
from torch import Tensor

from autoencoders.detection.scores import Score
from autoencoders.detection.scores.covariance import covariance
from autoencoders.detection.scores.outputs import STATISTICS, BatchOutputs, Scorer, TrainingOutputs


class Config(Score):
    """How an image and its reconstruction differ in the encoder's layers, the image itself and the code included.

    The differences are squared and summed (SAP), or whitened by those of training images before (NAP, here with
    variances for the squared singular values, N times larger); whitening leaves out what never varied in training.
    """

    kind: Literal["rapp"]
    normalised: bool

    def fit(self, outputs: TrainingOutputs) -> Scorer:
        """Return the score that, if normalised, knows mean and covariance of the training images' differences."""
        if not self.normalised:
            return lambda batch: _differences(batch).square().sum(dim=1)
        known = covariance(torch.cat([_differences(batch) for batch in outputs(STATISTICS)]), shrinkage=0.0)
        return lambda batch: known.squared_distance(_differences(batch))


def _differences(batch: BatchOutputs) -> Tensor:
    """Return the differences of all layers side by side, (N, D)."""
    pairs = zip(batch.hidden(batch.images), batch.hidden(batch.reconstruction), strict=True)
    return torch.cat([shown - made for shown, made in pairs], dim=1)
