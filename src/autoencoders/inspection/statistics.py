"""Local statistics: how bright and how rough an image is around each place, at several scales."""

import torch
from torch import Tensor
from torch.nn.functional import pad

SCALES = (0.0, 1.0, 2.0, 4.0)  # sd in pixels of the Gaussian before differences are taken
REACH = 2.0  # sd in pixels of the Gaussian over which they are averaged
SURROUNDINGS = 4.0  # sd in pixels of what a place is compared with
FLOOR = 0.003  # of intensity: roughness below it is noise
SMALL, LARGE = 40, 160  # pixels of the shorter side, up to which a cell has a side of 2 and 4 pixels; beyond, 8


def cell_side(height: int, width: int) -> int:
    """Return the side in pixels of the cells that local statistics are taken in."""
    shorter = min(height, width)
    return 2 if shorter <= SMALL else 4 if shorter <= LARGE else 8


def local_statistics(images: Tensor) -> Tensor:
    """Describe the surroundings of each cell of images.

    These are the mean of each channel and, of their mean, logarithms of mean absolute differences: across, down, along
    both diagonals and to the four neighbours (Laplacian), at each scale; and of the difference to the surroundings.
    Nothing is learnt, so that a few images are enough, and a smooth patch is as conspicuous as a rough one.

    Args:
        images: (N, C, H, W) in [0, 1].

    Returns:
        (N, C + 21, h, w), one column per cell.
    """
    height, width = images.shape[2:]
    grey = images.mean(dim=1, keepdim=True)
    roughness = [change for sd in SCALES for change in _changes(smoothed(grey, sd))]
    roughness.append((grey - smoothed(grey, SURROUNDINGS)).abs())
    side = cell_side(height, width)
    rows, columns = (cells(size, side).to(images) for size in (height, width))
    return torch.cat([rows @ images @ columns.T, (rows @ torch.cat(roughness, dim=1) @ columns.T + FLOOR).log()], dim=1)


def _changes(grey: Tensor) -> list[Tensor]:
    """Return absolute differences of images (N, 1, H, W) in four directions and to the mean of the neighbours."""
    around = pad(grey, (1, 1, 1, 1), mode="replicate")
    left, right = around[..., 1:-1, :-2], around[..., 1:-1, 2:]
    above, below = around[..., :-2, 1:-1], around[..., 2:, 1:-1]
    across, down = (right - left) / 2, (below - above) / 2
    found = (across, down, left + right + above + below - 4 * grey, across + down, across - down)
    return [change.abs() for change in found]


def smoothed(images: Tensor, sd: float) -> Tensor:
    """Smooth images (N, C, H, W) by a Gaussian; the edge goes on beyond itself."""
    if sd == 0:
        return images
    rows, columns = (averages(size, sd).to(images) for size in images.shape[2:])
    return rows @ images @ columns.T


def averages(size: int, sd: float) -> Tensor:
    """Return the matrix (size, size) that smooths along an axis, whose ends go on beyond themselves."""
    from autoencoders.detection.scores.smoothing import kernel

    weights = kernel(sd).float()
    reach = len(weights) // 2
    places = (torch.arange(size)[:, None] + torch.arange(-reach, reach + 1)).clamp(0, size - 1)
    return torch.zeros(size, size).scatter_add_(1, places, weights.expand(size, -1))


def cells(size: int, side: int) -> Tensor:
    """Return the matrix (h, size) that smooths along an axis and then averages over cells; the last may be smaller."""
    places = torch.arange(size) // side
    inside = (places == torch.arange(int(places[-1]) + 1)[:, None]).float()
    return inside / inside.sum(dim=1, keepdim=True) @ averages(size, REACH)
