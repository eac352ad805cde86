"""The dense autoencoder: fully connected layers of any widths (Hinton and Salakhutdinov 2006)."""

from typing import Annotated, ClassVar, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional

from autoencoders.configuration import Count
from autoencoders.models import Architecture
from autoencoders.models.base import Autoencoder
from autoencoders.models.layers import Activation, Dropout, Mirrored, activation, stack


class Config(Architecture):
    """pixels -> hidden_dims -> latent_dim -> decoder_hidden_dims, else hidden_dims in reverse -> pixels."""

    network: ClassVar[str] = "Dense"
    architecture: Literal["dense"]
    hidden_dims: tuple[Count, ...]
    latent_dim: Count
    decoder_hidden_dims: Mirrored = None
    activation: Activation  # after every hidden layer
    latent_activation: Activation = "identity"  # of the code
    output_activation: Activation  # of the reconstruction
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0  # before every hidden activation
    tied_weights: bool = False  # the decoder uses the encoder's weights, transposed

    @model_validator(mode="after")
    def _tied_weights_need_a_mirror(self) -> Self:
        if self.tied_weights and self.decoder_hidden_dims != self.hidden_dims[::-1]:
            raise ValueError(
                f"tied_weights need decoder_hidden_dims {list(self.hidden_dims[::-1])}, hidden_dims in reverse,"
                f" got {list(self.decoder_hidden_dims)}"
            )
        return self

    @model_validator(mode="after")
    def _dropout_needs_a_hidden_layer(self) -> Self:
        if self.dropout and not self.hidden_dims and not self.decoder_hidden_dims:
            raise ValueError(f"dropout must be 0 where there is no hidden layer, got {self.dropout}")
        return self


class Dense(Autoencoder):
    """A stack of linear layers each way."""

    def __init__(self, config: Config, image_shape: tuple[int, int, int]) -> None:
        super().__init__(image_shape, config.latent_dim)
        widths = [self.pixels, *config.hidden_dims, config.latent_dim]
        self.encoder = stack(widths, config.activation, config.latent_activation, config.dropout)
        if config.tied_weights:
            linears = [layer for layer in self.encoder if isinstance(layer, nn.Linear)]
            self.decoder = Mirror(linears[::-1], config)
        else:
            widths = [config.latent_dim, *config.decoder_hidden_dims, self.pixels]
            self.decoder = stack(widths, config.activation, config.output_activation, config.dropout)

    def encode(self, images: Tensor) -> Tensor:
        return self.encoder(images.flatten(1))

    def decode(self, code: Tensor) -> Tensor:
        return self.decoder(code).unflatten(1, self.image_shape)


class Mirror(nn.Module):
    """A decoder that uses the encoder's weights transposed, with biases of its own."""

    def __init__(self, linears: list[nn.Linear], config: Config) -> None:
        super().__init__()
        self._linears = linears  # a plain list: the encoder owns the weights
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(one.in_features)) for one in linears])
        self.dropout = Dropout(config.dropout)
        self.activation = activation(config.activation)
        self.output_activation = activation(config.output_activation)

    def forward(self, x: Tensor) -> Tensor:
        """Map codes (N, latent_dim) to flat images (N, pixels)."""
        for linear, bias in zip(self._linears[:-1], self.biases[:-1], strict=True):
            x = self.activation(self.dropout(functional.linear(x, linear.weight.T, bias)))
        return self.output_activation(functional.linear(x, self._linears[-1].weight.T, self.biases[-1]))
