"""Principal component analysis as an autoencoder: the best linear one, in closed form."""

from typing import ClassVar, Literal

import torch
from torch import Tensor

from autoencoders.configuration import Count
from autoencoders.models import Architecture
from autoencoders.models.base import Autoencoder


class Config(Architecture):
    """The leading `latent_dim` principal components of the training images."""

    closed_form: ClassVar[bool] = True
    network: ClassVar[str] = "PCA"
    architecture: Literal["pca"]
    latent_dim: Count


class PCA(Autoencoder):
    """Projection on an orthonormal basis about the mean image."""

    mean: Tensor
    components: Tensor

    def __init__(self, config: Config, image_shape: tuple[int, int, int]) -> None:
        super().__init__(image_shape, config.latent_dim)
        if config.latent_dim > self.pixels:
            raise ValueError(
                f"latent_dim must be at most {self.pixels}, the number of pixels, for PCA, got {config.latent_dim}"
            )
        self.register_buffer("mean", torch.zeros(self.pixels))
        self.register_buffer("components", torch.zeros(config.latent_dim, self.pixels))

    def encode(self, images: Tensor) -> Tensor:
        return (images.flatten(1) - self.mean) @ self.components.T

    def decode(self, code: Tensor) -> Tensor:
        return (code @ self.components + self.mean).unflatten(1, self.image_shape)
