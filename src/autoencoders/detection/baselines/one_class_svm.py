"""The one-class support vector machine (Schölkopf et al. 2001), after PCA as in Ruff et al. 2018."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, PositiveFloat

from autoencoders.configuration import Count
from autoencoders.detection.baselines import Baseline, Scorer, flat
from autoencoders.detection.baselines.projection import project

if TYPE_CHECKING:
    from torch import Tensor


class Config(Baseline):
    """How far an image's principal components lie outside of what a Gaussian kernel draws around the normal ones."""

    has_logarithm: ClassVar[bool] = False
    kind: Literal["one_class_svm"]
    components: Count  # principal, at most
    nu: Annotated[float, Field(gt=0, le=1)]  # share of training images that may lie outside
    gamma: PositiveFloat | Literal["scale"]  # of the kernel; scale: 1 / (components x variance)
    images: Count | None = None  # to learn from at most, evenly spaced; none: all, in time that grows squarely

    def fit(self, images: Tensor, seed: int) -> Scorer:
        """Return the score of the machine fitted to the training images."""
        from sklearn.svm import OneClassSVM

        step = 1 if self.images is None else -(-len(images) // self.images)
        points = flat(images[::step])
        axes = project(points, self.components)
        machine = OneClassSVM(nu=self.nu, gamma=self.gamma).fit(axes.transform(points))
        return lambda others: -machine.decision_function(axes.transform(flat(others)))
