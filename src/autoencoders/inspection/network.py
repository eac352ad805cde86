"""A network that sees what has been done to an image: a small U-Net (Ronneberger et al. 2015)."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, conv_transpose2d, gelu, interpolate

SMALL = 40  # pixels of the shorter side, up to which the first layer does not halve the image
GROUPS = 8  # of channels that are normalised together (Wu and He 2018)


class Block(nn.Module):
    """Two convolutions, each normalised by groups."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(inputs, outputs, 3, padding=1), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.norms = nn.ModuleList([nn.GroupNorm(GROUPS, outputs), nn.GroupNorm(GROUPS, outputs)])

    def forward(self, maps: Tensor, below: Tensor | None = None) -> Tensor:
        """Map (N, inputs, h, w), some of which may come as maps of half the size, to (N, outputs, h, w)."""
        maps = self.first(maps) if below is None else self._beside(maps, below)
        maps = gelu(self.norms[0](maps))
        return gelu(self.norms[1](self.second(maps)))

    def _beside(self, maps: Tensor, below: Tensor) -> Tensor:
        """Convolve maps and, beside them, enlarged ones."""
        height, width = maps.shape[2:]
        if self.training or (height, width) != (2 * below.shape[2], 2 * below.shape[3]):
            return self.first(torch.cat([maps, interpolate(below, size=(height, width))], dim=1))
        own, other = self.first.weight.split([maps.shape[1], below.shape[1]], dim=1)
        return conv2d(maps, own, self.first.bias, padding=1) + enlarged_convolution(below, other)


def enlarged_convolution(maps: Tensor, weight: Tensor) -> Tensor:
    """Convolve maps (N, C, h, w) that are twice as large by repeating each value, by weights (O, C, 3, 3), in one step.

    Each value is multiplied by 16 sums of weights, rather than each of its four copies by 9 weights.
    """
    spread = torch.tensor([[0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]]).to(weight)
    return conv_transpose2d(maps, (spread @ weight @ spread.T).transpose(0, 1), stride=2, padding=1)


class Restorer(nn.Module):
    """Restores an image and marks what it restores.

    Args:
        image_shape: (C, H, W); images of another size may be shown, too.
        channels: Of the first level; the others have 2 and 4 times as many.
    """

    def __init__(self, image_shape: tuple[int, int, int], channels: int) -> None:
        super().__init__()
        colours, *size = image_shape
        self.halves = min(size) > SMALL
        stride = 2 if self.halves else 1
        widths = [channels, 2 * channels, 4 * channels]
        self.stem = nn.Conv2d(colours, channels, 2 * stride + 1, stride, stride)
        self.down = nn.ModuleList([Block(channels, channels), *(Block(one, two) for one, two in pairwise(widths))])
        self.up = nn.ModuleList([Block(one + two, one) for one, two in pairwise(widths)][::-1])
        self.out = nn.Conv2d(channels, colours + 1, 1)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Map images (N, C, H, W) in [0, 1] to restored ones and to logits (N, 1, H, W) that a pixel is a defect's."""
        found = self._enlarged(self.out(self._maps(images)), images)
        return found[:, :-1], found[:, -1:]

    def mark(self, images: Tensor) -> Tensor:
        """Return the logits alone."""
        return self._enlarged(self.out(self._maps(images))[:, -1:], images)

    def _maps(self, images: Tensor) -> Tensor:
        maps = self.stem((images - 0.5) * 4)
        levels: list[Tensor] = []
        for depth, block in enumerate(self.down):
            maps = block(avg_pool2d(maps, 2, ceil_mode=True) if depth else maps)
            levels.append(maps)
        for block, beside in zip(self.up, levels[-2::-1], strict=True):
            maps = block(beside, below=maps)
        return maps

    def _enlarged(self, maps: Tensor, images: Tensor) -> Tensor:
        return interpolate(maps, size=images.shape[2:], mode="bilinear")
