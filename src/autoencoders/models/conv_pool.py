"""The convolutional autoencoder with max-pooling (Masci et al. 2011) and three ways back up."""

import math
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from autoencoders.configuration import Count
from autoencoders.models import Architecture
from autoencoders.models.base import Autoencoder
from autoencoders.models.layers import Activation, activation


class Config(Architecture):
    """A level for each of `channels`: 3x3 convolution, activation, 2x2 max-pooling; and as many levels back.

    A level of the decoder is, before its activation,
    unpool: max-unpooling and, where the number of channels changes, a 3x3 convolution;
    deconv: a transposed convolution with stride 2, 4x4 or, to a side of odd length, 3x3;
    unpool_deconv: max-unpooling and a 3x3 transposed convolution.
    """

    network: ClassVar[str] = "ConvPool"
    architecture: Literal["conv_pool"]
    channels: Annotated[tuple[Count, ...], Field(min_length=1)]
    decoder: Literal["unpool", "deconv", "unpool_deconv"]
    activation: Activation  # at every level of the encoder and all but the last of the decoder
    output_activation: Activation  # of the reconstruction


class ConvPool(Autoencoder):
    """Convolutions and poolings down; unpooling, transposed convolutions or both up.

    The code is the last map, flattened. Max-unpooling puts a value back where its maximum was, so an unpooling
    decoder is told those places: they pass from encoder to decoder round the code, whose size then understates what
    is kept of an image. With channels 8, 16, 16 that is 2,496 places of 2 bits beside the 144 numbers of a 28x28
    image's code. From a code alone `decode` puts values at the first pixel of each window, top left.
    """

    def __init__(self, config: Config, image_shape: tuple[int, int, int]) -> None:
        shapes = _pooled(image_shape, config.channels)
        super().__init__(image_shape, math.prod(shapes[-1]))
        self.shapes = shapes
        self.carries_indices = config.decoder != "deconv"
        last = [config.output_activation, *[config.activation] * (len(config.channels) - 1)]
        self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()  # one step per level, from the image down
        for (above, below), name in zip(pairwise(shapes), last, strict=True):
            convolution = nn.Conv2d(above[0], below[0], 3, padding=1)
            self.encoder.append(nn.Sequential(convolution, activation(config.activation)))
            self.decoder.append(nn.Sequential(_step(config.decoder, below, above), activation(name)))

    def encode(self, images: Tensor) -> Tensor:
        return self._pool(images)[0]

    def decode(self, code: Tensor, indices: list[Tensor] | None = None) -> Tensor:
        maps = code.unflatten(1, self.shapes[-1])
        indices = self._first_pixels(code) if indices is None else indices
        for step, shape, index in reversed(list(zip(self.decoder, self.shapes[:-1], indices, strict=True))):
            if self.carries_indices:
                maps = functional.max_unpool2d(maps, index, 2, output_size=shape[1:])
            maps = step(maps)
        return maps

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        code, indices = self._pool(images)
        return self.decode(code, indices), code

    def _pool(self, maps: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the code and, for each level, the index of every maximum in its map, flattened."""
        indices = []
        for step in self.encoder:
            maps, index = functional.max_pool2d(step(maps), 2, return_indices=True)
            indices.append(index)
        return maps.flatten(1), indices

    def _first_pixels(self, code: Tensor) -> list[Tensor]:
        """Return the indices that stand for maxima in the top left of every window."""
        indices = []
        for (_, _, width), (channels, rows, columns) in pairwise(self.shapes):
            down = torch.arange(0, 2 * rows, 2, device=code.device) * width
            along = torch.arange(0, 2 * columns, 2, device=code.device)
            indices.append((down[:, None] + along).expand(len(code), channels, rows, columns))
        return indices


def _pooled(image_shape: tuple[int, int, int], channels: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """Return the shape (channels, H, W) of the image and of the map below each pooling."""
    height, width = image_shape[1:]
    least = 2 ** len(channels)
    if min(height, width) < least:
        raise ValueError(
            f"channels: {len(channels)} levels need images of at least {least} pixels a side, "
            f"got {height} x {width} pixels"
        )
    below = [(count, height >> level, width >> level) for level, count in enumerate(channels, start=1)]
    return [tuple(image_shape), *below]


def _step(kind: str, below: tuple[int, int, int], above: tuple[int, int, int]) -> nn.Module:
    """Return what makes maps of shape `above` from those of shape `below`, unpooled before by all but deconv."""
    inputs, outputs = below[0], above[0]
    if kind == "unpool":
        return nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 3, padding=1)
    if kind == "unpool_deconv":
        return nn.ConvTranspose2d(inputs, outputs, 3, padding=1)
    kernel = tuple(3 if side % 2 else 4 for side in above[1:])
    padding = tuple(0 if side % 2 else 1 for side in above[1:])
    return nn.ConvTranspose2d(inputs, outputs, kernel, stride=2, padding=padding)
