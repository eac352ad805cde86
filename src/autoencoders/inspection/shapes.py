"""Shapes of made-up defects: how far each pixel belongs to a spot or to a stroke, drawn by the batch."""

import math

import torch
from torch import Generator, Tensor
from torch.nn.functional import interpolate

KNOTS = 6  # along each axis, between which what makes an edge ragged is interpolated
JOINTS = 33  # points of a stroke


def uniform(shape: tuple[int, ...], low: float, high: float, generator: Generator) -> Tensor:
    """Draw numbers between two limits."""
    return torch.rand(shape, generator=generator, device=generator.device) * (high - low) + low


def chance(count: int, probability: float, generator: Generator) -> Tensor:
    """Draw (count, 1, 1, 1) times whether something happens."""
    return uniform((count, 1, 1, 1), 0, 1, generator) < probability


def pixels(height: int, width: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Return the row (1, 1, H, 1) and the column (1, 1, 1, W) of each pixel."""
    rows = torch.arange(height, device=generator.device, dtype=torch.float32)
    columns = torch.arange(width, device=generator.device, dtype=torch.float32)
    return rows.view(1, 1, -1, 1), columns.view(1, 1, 1, -1)


def spots(count: int, size: tuple[int, int], radius: tuple[float, float], generator: Generator) -> Tensor:
    """Draw spots (count, 1, H, W) in [0, 1]: ellipses with a ragged edge or rectangles, turned, sharp or soft.

    Args:
        count: How many.
        size: (H, W) in pixels.
        radius: Least and most, as shares of the shorter side; small ones are as likely as large ones.
        generator: Draws them.
    """
    height, width = size
    shorter, one = min(size), (count, 1, 1, 1)
    rows, columns = pixels(height, width, generator)
    low, high = math.log(max(radius[0] * shorter, 1.5)), math.log(max(radius[1] * shorter, 2.0))
    radii = uniform(one, low, high, generator).exp()
    stretch, angle = uniform(one, -0.45, 0.45, generator).exp(), uniform(one, 0, math.pi, generator)
    down = rows - uniform(one, 0.08, 0.92, generator) * height
    right = columns - uniform(one, 0.08, 0.92, generator) * width
    along = (right * angle.cos() + down * angle.sin()) / (radii * stretch)
    across = (down * angle.cos() - right * angle.sin()) / (radii / stretch)
    is_box = chance(count, 0.3, generator)
    distance = torch.where(is_box, torch.maximum(along.abs(), across.abs()), (along**2 + across**2).sqrt())
    knots = uniform((count, 1, KNOTS, KNOTS), -0.5, 0.5, generator) * uniform(one, 0, 1, generator) * ~is_box
    ragged = interpolate(knots, size=size, mode="bicubic", align_corners=True)
    softness = torch.where(chance(count, 0.5, generator), 0.5 / radii, uniform(one, 0.1, 0.6, generator))
    inside = ((1 + ragged - distance) / softness + 0.5).clamp(0, 1)
    return inside * inside * (3 - 2 * inside)


def strokes(count: int, size: tuple[int, int], generator: Generator) -> Tensor:
    """Draw bent lines (count, 1, H, W) in [0, 1], up to as long and a tenth as wide as the shorter side."""
    height, width = size
    shorter, one = min(size), (count, 1, 1)
    rows, columns = pixels(height, width, generator)
    angle, length = uniform(one, 0, 2 * math.pi, generator), uniform(one, 0.05, 0.5, generator) * shorter
    bend, time = uniform(one, -0.4, 0.4, generator), torch.linspace(-1, 1, JOINTS, device=generator.device)
    along, across = length * time, length * bend * (1 - time * time)  # (count, 1, JOINTS)
    line = (
        uniform(one, 0.1, 0.9, generator) * height + along * angle.sin() + across * angle.cos(),
        uniform(one, 0.1, 0.9, generator) * width + along * angle.cos() - across * angle.sin(),
    )
    top, left = (part.view(count, JOINTS, 1, 1) for part in line)
    nearest = ((rows - top) ** 2 + (columns - left) ** 2).amin(dim=1, keepdim=True).sqrt()
    width_drawn = uniform((count, 1, 1, 1), 0.5, max(0.045 * shorter, 1.2), generator)
    return (width_drawn + 0.5 - nearest).clamp(0, 1)
