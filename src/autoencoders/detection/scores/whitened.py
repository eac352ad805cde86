"""The residual, pixel by pixel in units of what is usual there for normal images."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat
from torch import Tensor

from autoencoders.detection.scores import Score, Views
from autoencoders.detection.scores.outputs import STATISTICS, BatchOutputs, Scorer, TrainingOutputs

LEAST_VARIANCE = 1e-12  # of intensities; where training images are reconstructed perfectly


class Config(Score):
    """Mean over views and pixels of the squared, smoothed residual over its mean for training images."""

    kind: Literal["whitened"]
    views: Views  # corrupted inputs to average over; 0 shows the clean image
    smoothing: NonNegativeFloat  # sd in pixels of the Gaussian; 0 for none
    floor: Annotated[float, Field(gt=0, le=1)]  # of the mean over pixels, added to what is usual for each

    def fit(self, outputs: TrainingOutputs) -> Scorer:
        """Return the score that knows the mean squared residual of each pixel over training images."""
        total, count = 0.0, 0
        for batch in outputs(STATISTICS):
            total = total + self._squares(batch).sum(dim=0)
            count += len(batch.images)
        usual = total / count  # (C, H, W)
        usual = (usual + self.floor * usual.mean()).clamp_min(LEAST_VARIANCE)
        return lambda batch: (self._squares(batch) / usual).flatten(1).mean(dim=1)

    def _squares(self, batch: BatchOutputs) -> Tensor:
        """Return the mean over views of squared residuals (N, C, H, W), in double precision."""
        first, *others = batch.residuals(self.views, self.smoothing)
        total = first.double().square()
        for view in others:
            total += view.double().square()
        return total / (1 + len(others))
