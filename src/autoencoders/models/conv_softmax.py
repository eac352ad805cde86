"""The convolutional autoencoder whose code is a probability distribution: softmax, non-negative, sum 1."""

from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from torch import nn

from autoencoders.configuration import Count
from autoencoders.models import Architecture
from autoencoders.models.base import Autoencoder
from autoencoders.models.layers import Activation, Mirrored, activation, stack


class Config(Architecture):
    """Image -> channels -> flat -> latent_dim, softmax -> decoder_hidden_dims -> decoder_channels -> image.

    Convolutions have stride 1 and no padding: each takes `kernel_size` - 1 pixels off a side and each transposed
    one puts them back.
    """

    network: ClassVar[str] = "ConvSoftmax"
    architecture: Literal["conv_softmax"]
    channels: Annotated[tuple[Count, ...], Field(min_length=1)]
    kernel_size: Count  # pixels
    latent_dim: Count
    decoder_hidden_dims: tuple[Count, ...] = ()
    decoder_channels: Mirrored = None  # of each transposed convolution's input
    activation: Activation  # after every layer but the code's and the last
    output_activation: Activation  # of the reconstruction

    @model_validator(mode="after")
    def _as_many_layers_back(self) -> Self:
        if len(self.decoder_channels) != len(self.channels):
            raise ValueError(
                f"decoder_channels must be as many as channels, {len(self.channels)}, got {list(self.decoder_channels)}"
            )
        return self


class ConvSoftmax(Autoencoder):
    """Convolutions and a softmax down, dense layers and transposed convolutions up."""

    def __init__(self, config: Config, image_shape: tuple[int, int, int]) -> None:
        super().__init__(image_shape, config.latent_dim)
        height, width = _left(image_shape, config)
        down: list[nn.Module] = []
        for inputs, outputs in pairwise([image_shape[0], *config.channels]):
            down += [nn.Conv2d(inputs, outputs, config.kernel_size), activation(config.activation)]
        code = nn.Linear(config.channels[-1] * height * width, config.latent_dim)
        self.encoder = nn.Sequential(*down, nn.Flatten(), code, nn.Softmax(dim=1))

        maps = (config.decoder_channels[0], height, width)
        widths = [config.latent_dim, *config.decoder_hidden_dims, maps[0] * height * width]
        up = [stack(widths, config.activation, config.activation, dropout=0.0), nn.Unflatten(1, maps)]
        for inputs, outputs in pairwise([*config.decoder_channels, image_shape[0]]):
            up += [nn.ConvTranspose2d(inputs, outputs, config.kernel_size), activation(config.activation)]
        self.decoder = nn.Sequential(*up[:-1], activation(config.output_activation))


def _left(image_shape: tuple[int, int, int], config: Config) -> list[int]:
    """Return the size [H, W] that the convolutions leave of the image."""
    lost = len(config.channels) * (config.kernel_size - 1)
    if min(image_shape[1:]) <= lost:
        raise ValueError(
            f"kernel_size: {len(config.channels)} convolutions with kernel_size {config.kernel_size} need images of "
            f"at least {lost + 1} pixels a side, got {image_shape[1]} x {image_shape[2]} pixels"
        )
    return [side - lost for side in image_shape[1:]]
