"""The linear autoencoder; at its optimum it spans the principal subspace (Baldi and Hornik 1989)."""

from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from autoencoders.configuration import Count
from autoencoders.models import Architecture
from autoencoders.models.base import Autoencoder


class Config(Architecture):
    """One linear map each way, with biases."""

    network: ClassVar[str] = "Linear"
    architecture: Literal["linear"]
    latent_dim: Count
    tied_weights: bool = False


class Linear(Autoencoder):
    """pixels -> latent_dim -> pixels without activation; `tied_weights` decodes with the transpose."""

    def __init__(self, config: Config, image_shape: tuple[int, int, int]) -> None:
        super().__init__(image_shape, config.latent_dim)
        self.encoder = nn.Linear(self.pixels, config.latent_dim)
        self.decoder = None if config.tied_weights else nn.Linear(config.latent_dim, self.pixels)
        self.decoder_bias = nn.Parameter(torch.zeros(self.pixels)) if config.tied_weights else None

    def encode(self, images: Tensor) -> Tensor:
        return self.encoder(images.flatten(1))

    def decode(self, code: Tensor) -> Tensor:
        tied = self.decoder is None
        pixels = functional.linear(code, self.encoder.weight.T, self.decoder_bias) if tied else self.decoder(code)
        return pixels.unflatten(1, self.image_shape)
