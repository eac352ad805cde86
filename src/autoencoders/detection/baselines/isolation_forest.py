"""The isolation forest (Liu et al. 2008): what few random cuts set apart is an anomaly."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from autoencoders.configuration import Count
from autoencoders.detection.baselines import Baseline, Scorer, flat

if TYPE_CHECKING:
    from torch import Tensor


class Config(Baseline):
    """Depth, negative and scaled, at which random trees over pixels set an image apart."""

    seeded: ClassVar[bool] = True
    kind: Literal["isolation_forest"]
    trees: Count

    def fit(self, images: Tensor, seed: int) -> Scorer:
        """Return the score of the forest grown on the training images."""
        from sklearn.ensemble import IsolationForest

        forest = IsolationForest(n_estimators=self.trees, random_state=seed, n_jobs=1).fit(flat(images))
        return lambda others: -forest.score_samples(flat(others))
