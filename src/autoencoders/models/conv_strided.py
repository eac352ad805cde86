"""The convolutional autoencoder that shrinks by strides and needs no pooling (Springenberg et al. 2015)."""

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field
from torch import nn

from autoencoders.configuration import Count
from autoencoders.models import Architecture
from autoencoders.models.base import Autoencoder
from autoencoders.models.layers import Activation, activation


class Config(Architecture):
    """Image -> channels, halving the size each time -> hidden_dims -> latent_dim, and the same way back.

    The first layer after the strided ones is a convolution as large as the map that they leave (7x7 of 28x28
    images, 2x2 of 8x8), whose size thus follows from the image's; the other ones down to the code are linear.
    """

    network: ClassVar[str] = "ConvStrided"
    architecture: Literal["conv_strided"]
    channels: Annotated[tuple[Count, ...], Field(min_length=1)]
    kernel_size: Annotated[int, Field(ge=2)]  # pixels, of the strided convolutions
    hidden_dims: tuple[Count, ...] = ()  # without activation
    latent_dim: Count
    activation: Activation  # after every strided convolution, and before each one of the decoder
    output_activation: Activation  # of the reconstruction


class ConvStrided(Autoencoder):
    """Convolutions with stride 2 down, transposed ones up."""

    def __init__(self, config: Config, image_shape: tuple[int, int, int]) -> None:
        super().__init__(image_shape, config.latent_dim)
        channels = [image_shape[0], *config.channels]
        sizes = _sizes(image_shape[1:], config)
        widths = [*config.hidden_dims, config.latent_dim]
        kernel, padding = config.kernel_size, (config.kernel_size - 1) // 2
        down: list[nn.Module] = []
        up: list[nn.Module] = []  # from the image to the code too, to be reversed
        for (outer, inner), (large, small) in zip(pairwise(channels), pairwise(sizes), strict=True):
            extra = tuple(big - 2 * (few - 1) + 2 * padding - kernel for big, few in zip(large, small, strict=True))
            down += [nn.Conv2d(outer, inner, kernel, 2, padding), activation(config.activation)]
            up += [nn.ConvTranspose2d(inner, outer, kernel, 2, padding, extra), activation(config.activation)]
        down += [nn.Conv2d(channels[-1], widths[0], sizes[-1]), nn.Flatten()]
        up += [nn.ConvTranspose2d(widths[0], channels[-1], sizes[-1]), nn.Unflatten(1, (widths[0], 1, 1))]
        for outer, inner in pairwise(widths):
            down += [nn.Linear(outer, inner)]
            up += [nn.Linear(inner, outer)]
        self.encoder = nn.Sequential(*down)
        self.decoder = nn.Sequential(*up[::-1], activation(config.output_activation))


def _sizes(size: tuple[int, int], config: Config) -> list[tuple[int, int]]:
    """Return the size (H, W) of the image and of the map that each strided convolution leaves."""
    kernel, padding = config.kernel_size, (config.kernel_size - 1) // 2
    sizes = [size]
    for _ in config.channels:
        sizes.append(tuple((side + 2 * padding - kernel) // 2 + 1 for side in sizes[-1]))
    if min(sizes[-1]) < 1:
        raise ValueError(
            f"channels: {len(config.channels)} convolutions with stride 2 and kernel_size {kernel} leave nothing "
            f"of images this small, got {size[0]} x {size[1]} pixels"
        )
    return sizes
