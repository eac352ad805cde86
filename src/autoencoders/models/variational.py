"""The variational autoencoder with dense layers (Kingma and Welling 2014)."""

from typing import ClassVar, Literal

import torch
from torch import Tensor

from autoencoders.configuration import Count
from autoencoders.models import Architecture
from autoencoders.models.base import Autoencoder
from autoencoders.models.layers import Activation, GaussianSample, Mirrored, stack


class Config(Architecture):
    """pixels -> hidden_dims -> mean and log variance of the code -> decoder_hidden_dims -> pixels."""

    gaussian_posterior: ClassVar[bool] = True
    network: ClassVar[str] = "Variational"
    architecture: Literal["variational"]
    hidden_dims: tuple[Count, ...]
    latent_dim: Count
    decoder_hidden_dims: Mirrored = None
    activation: Activation  # after every hidden layer
    output_activation: Activation  # of the reconstruction


class Variational(Autoencoder):
    """An encoder that names a Gaussian over codes for each image.

    Training decodes a draw from it, and the penalty `kl` sees its mean and log variance. Evaluation is
    deterministic: the code is the mean. Any draw from N(0, 1) decodes to an image.
    """

    def __init__(self, config: Config, image_shape: tuple[int, int, int]) -> None:
        super().__init__(image_shape, config.latent_dim)
        widths = [self.pixels, *config.hidden_dims, 2 * config.latent_dim]
        self.encoder = stack(widths, config.activation, "identity", dropout=0.0)
        self.draw = GaussianSample()
        widths = [config.latent_dim, *config.decoder_hidden_dims, self.pixels]
        self.decoder = stack(widths, config.activation, config.output_activation, dropout=0.0)

    def encode(self, images: Tensor) -> Tensor:
        return self._distribution(images)[0]

    def decode(self, code: Tensor) -> Tensor:
        return self.decoder(code).unflatten(1, self.image_shape)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the reconstruction (N, C, H, W) and what the penalty sees.

        In training mode that is mean and log variance side by side (N, 2 x latent_dim), else the code.
        """
        mean, log_variance = self._distribution(images)
        reconstruction = self.decode(self.draw(mean, log_variance))
        return reconstruction, torch.cat([mean, log_variance], dim=1) if self.training else mean

    def _distribution(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log variance of the codes, (N, latent_dim) each."""
        return self.encoder(images.flatten(1)).chunk(2, dim=1)
