"""The linear convolutional autoencoder: one convolution each way and no activation."""

import math
from typing import ClassVar, Literal

from torch import Tensor, nn

from autoencoders.configuration import Count
from autoencoders.models import Architecture
from autoencoders.models.base import Autoencoder


class Config(Architecture):
    """C -> kernels -> C channels, 3x3 convolutions that keep the image's size."""

    network: ClassVar[str] = "ConvLinear"
    architecture: Literal["conv_linear"]
    kernels: Count


class ConvLinear(Autoencoder):
    """Two convolutions; the code, `kernels` maps as large as the image, is wider than the image itself."""

    def __init__(self, config: Config, image_shape: tuple[int, int, int]) -> None:
        channels, *size = image_shape
        self.code_shape = (config.kernels, *size)
        super().__init__(image_shape, math.prod(self.code_shape))
        self.encoder = nn.Conv2d(channels, config.kernels, 3, padding=1)
        self.decoder = nn.Conv2d(config.kernels, channels, 3, padding=1)

    def encode(self, images: Tensor) -> Tensor:
        return self.encoder(images).flatten(1)

    def decode(self, code: Tensor) -> Tensor:
        return self.decoder(code.unflatten(1, self.code_shape))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the same as `encode` and `decode`, without a copy of the maps in another order between them."""
        maps = self.encoder(images)
        return self.decoder(maps), maps.flatten(1)
