"""What an autoencoder leaves of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, NonNegativeFloat, SerializeAsAny, model_validator

from autoencoders.inspection.members import Look, Member, Reader, Reading, looks
from autoencoders.inspection.members.components import residual_reading
from autoencoders.models import Architecture
from autoencoders.training.variant import Training, Variant

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from autoencoders.data.images import ImageTensor
    from autoencoders.models.base import Autoencoder

SMALLEST, LARGEST = 8, 64  # pixels of a side that the network sees


class Config(Member):
    """The squared residual of an autoencoder, whose best weights on held-out images are kept.

    Model and training are said as in a study; `training.patience` may end it early. A side of more than `LARGEST`
    pixels is averaged down to these first: a network as large as its images (a dense one of 256 x 256 pixels in colour
    and 128 hidden units: 50 million weights) would take long to learn, and as a file 200 MB.
    """

    is_network: ClassVar[bool] = True
    kind: Literal["autoencoder"]
    model: SerializeAsAny[Architecture]
    training: Training
    smoothing: NonNegativeFloat = 0.0  # sd, in pixels that the network sees, of the Gaussian over the squared residual
    share: Annotated[float, Field(gt=0, le=1)] = 1.0  # of the places, the worst ones, that an image's score averages

    @model_validator(mode="after")
    def _the_training_fits_the_model(self) -> Self:
        self.variant()
        return self

    def variant(self) -> Variant:
        """The model and its training."""
        return Variant.model_validate({"model": self.model, "training": self.training})

    def fit(self, images: Tensor, held_out: Tensor, seed: int) -> dict[str, np.ndarray]:
        """Return the weights."""
        from autoencoders.training import engine

        return engine.train(self.variant(), _seen(images), _seen(held_out), seed).weights

    def reader(self, learnt: dict[str, Tensor], image_shape: tuple[int, int, int]) -> Reader:
        """Return the reader."""
        from autoencoders.training import engine

        network = self.model.build((image_shape[0], *_size_seen(image_shape[1:])))
        network.load_state_dict(learnt)
        return Residual(self, engine.place(network, next(iter(learnt.values())).device).eval())


class Residual(Reader):
    """An autoencoder that has been trained."""

    def __init__(self, settings: Config, network: Autoencoder) -> None:
        self.settings, self.network = settings, network

    def __call__(self, look: Look) -> Reading:
        """Return the logarithm of the squared residual, averaged over channels and smoothed."""
        from autoencoders.training.engine import reconstruct

        images = _resized(look.images)
        return residual_reading(
            images - reconstruct(self.network, images), self.settings.smoothing, self.settings.share
        )


def _seen(images: Tensor) -> ImageTensor:
    """Return images (N, C, H, W), uint8, as large as the network sees them."""
    import torch

    from autoencoders.data.images import ImageTensor

    resized = torch.cat([_resized(look.images) for look in looks(images)])
    return ImageTensor((resized * 255).round().byte(), 255)


def _resized(images: Tensor) -> Tensor:
    """Return images (N, C, H, W) as large as the network sees them, averaged where they were larger."""
    from torch.nn.functional import interpolate

    return interpolate(images, size=_size_seen(images.shape[2:]), mode="area")


def _size_seen(size: tuple[int, int]) -> tuple[int, ...]:
    """Return how large images of a size (H, W) are to the network."""
    return tuple(min(max(side, SMALLEST), LARGEST) for side in size)
