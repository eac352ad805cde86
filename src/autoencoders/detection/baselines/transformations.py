"""How far an image lies from normal ones to a network that has learnt to tell what was done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, PositiveInt

from autoencoders.detection.baselines import Baseline, Scorer
from autoencoders.training.variant import Training

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


class Config(Baseline):
    """Distance to the nearest training images in the features of a network that tells transformations apart.

    The network learns, from normal images alone, which of many turns, shifts, changes of shape and mixtures it is
    shown (Golan and El-Yaniv 2018); then the answers are put aside, and the features of the image as it is are compared
    (Sohn, Li, Yoon, Jin and Pfister 2021). The score is the geometric mean over two layers of the mean distance to the
    nearest training images, all features being of length 1.
    """

    seeded: ClassVar[bool] = True
    kind: Literal["transformations"]
    families: Annotated[tuple[Literal["turns", "shapes", "mixtures"], ...], Field(min_length=1)]
    channels: PositiveInt  # of the first convolution
    features: PositiveInt  # width of the hidden layer
    neighbours: PositiveInt
    training: Training

    def fit(self, images: Tensor, seed: int) -> Scorer:
        """Return the score of the network trained on the training images, which knows the features of all of them."""
        import torch

        from autoencoders.detection.baselines.recogniser import Recogniser, train
        from autoencoders.evaluation.latent import neighbour_distances
        from autoencoders.training.transformations import transformations

        told = transformations(self.families)
        network = Recogniser(tuple(images.shape[1:]), self.channels, self.features, len(told))
        network = train(network, images, told, self.training, seed)
        known = network.features(images)
        count = min(self.neighbours, len(images))

        def score(others: Tensor) -> np.ndarray:
            layers = zip(network.features(others), known, strict=True)
            distances = torch.stack([neighbour_distances(new, old, count).mean(dim=1) for new, old in layers])
            return distances.clamp_min(torch.finfo(distances.dtype).tiny).log().mean(dim=0).exp().cpu().numpy()

        return score
