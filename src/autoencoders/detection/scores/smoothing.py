"""Smoothing: an anomaly is a patch, noise is single pixels."""

import math

import torch
from torch import Tensor


def smooth(images: Tensor, sd: float) -> Tensor:
    """Convolve each channel of images (N, C, H, W) with a Gaussian, with zeros beyond the border.

    A convolution along an axis is a product with a banded matrix, which for images this small is many times faster.

    Args:
        images: Images in any unit.
        sd: Standard deviation of the Gaussian in pixels; 0 changes nothing.
    """
    if sd == 0:
        return images
    height, width = images.shape[2:]
    return band(height, sd).to(images) @ images @ band(width, sd).to(images)


def band(size: int, sd: float) -> Tensor:
    """Return the symmetric matrix (size, size), double precision, that smooths along an axis of that many pixels."""
    weights = kernel(sd)
    places = torch.arange(size)
    offsets = places[:, None] - places + len(weights) // 2
    within = (offsets >= 0) & (offsets < len(weights))
    return torch.where(within, weights[offsets.clamp(0, len(weights) - 1)], 0.0)


def kernel(sd: float) -> Tensor:
    """Return the weights (2 ceil(3 sd) + 1,) of a Gaussian of positive `sd` pixels, double precision, of sum 1."""
    radius = math.ceil(3 * sd)
    distance = torch.arange(-radius, radius + 1, dtype=torch.float64)
    weights = torch.exp(-(distance**2) / (2 * sd**2))
    return weights / weights.sum()
