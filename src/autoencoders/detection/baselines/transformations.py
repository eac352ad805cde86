"""How far an image lies from normal ones to a network that has learnt to tell what was done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, NonNegativeFloat

from autoencoders.configuration import Count
from autoencoders.detection.baselines import Baseline, Scorer
from autoencoders.training.variant import Training

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


VIEWS = ("turns", "shapes")  # families that an image is judged by, too: the first of all, and nothing is drawn
LEAST_SURPRISE = 1e-6  # nats; a network can be as sure as its arithmetic allows


class Config(Baseline):
    """Distance to training images in the features of a network that tells transformations apart, times its surprise.

    The network learns, from normal images alone, which of many turns, changes of shape, shifts and mixtures it is
    shown (Golan and El-Yaniv 2018). Its features tell how far an image lies from the nearest training images (Sohn, Li,
    Yoon, Jin and Pfister 2021): the geometric mean, over two layers and, where it learnt turns, over the quarter turns
    of the image, of the mean distance to them, all features being of length 1. Its answers tell whether what was done
    to the image looks as it does when done to a normal one: the surprise is minus the logarithm of the right answer's
    probability, averaged over the turns and changes of shape that it learnt. The training images that surprise it most
    may not be normal at all: no image is measured by its distance to these.
    """

    seeded: ClassVar[bool] = True
    kind: Literal["transformations"]
    families: Annotated[tuple[Literal["turns", "shapes", "shifts", "mixtures"], ...], Field(min_length=1)]
    channels: Count  # of the first convolution
    features: Count  # width of the hidden layer
    neighbours: Count
    surprise: NonNegativeFloat  # the power of the surprise that the distance is multiplied by; 0 leaves it out
    doubted: Annotated[float, Field(ge=0, lt=1)]  # share of training images that surprise too much to be known
    training: Training

    def fit(self, images: Tensor, seed: int) -> Scorer:
        """Return the score of the network trained on the training images, which knows the features of most of them."""
        import torch

        from autoencoders.detection.baselines.recogniser import Recogniser, train
        from autoencoders.training.transformations import transformations

        told = transformations(self.families)
        views = told[: len(transformations(tuple(name for name in self.families if name in VIEWS)))]
        turns = 4 if "turns" in self.families else 1
        network = Recogniser(tuple(images.shape[1:]), self.channels, self.features, len(told))
        network = train(network, images, told, self.training, seed)
        layers, surprise = network.look(images, views, turns)
        trusted = surprise.argsort()[: len(images) - int(self.doubted * len(images))]
        known = [layer[trusted] for layer in layers]

        def score(others: Tensor) -> np.ndarray:
            layers, surprise = network.look(others, views, turns)
            pairs = zip(layers, known, strict=True)
            logarithm = torch.stack([self._log_distance(*pair) for pair in pairs]).mean(dim=0)
            logarithm += self.surprise * surprise.clamp_min(LEAST_SURPRISE).log()
            return logarithm.exp().cpu().numpy()

        return score

    def _log_distance(self, points: Tensor, known: Tensor) -> Tensor:
        """Return the logarithm (n,) of the mean distance of points (n, D) to the nearest known ones (m, D)."""
        from torch import finfo

        from autoencoders.evaluation.latent import neighbour_distances

        distances = neighbour_distances(points, known, min(self.neighbours, len(known))).mean(dim=1)
        return distances.clamp_min(finfo(distances.dtype).tiny).log()
