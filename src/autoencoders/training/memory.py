"""The memory that training takes, told before it is taken."""

from __future__ import annotations

import os
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autoencoders.models import Architecture

SMALLEST = (1, 1, 1)  # (C, H, W) of the least image that there is: a network for it has the fewest weights
COPIES = 4  # of each weight: itself, its gradient, and the two moments of Adam
BYTES = 4  # of each copy, in float32
GIGABYTE = 10**9


def check_memory(architecture: Architecture, image_shape: tuple[int, int, int]) -> None:
    """Make sure that this machine has the memory to train a network for images of a shape (C, H, W).

    Raises:
        ValueError: It has not.
    """
    needed = COPIES * BYTES * weights_of(architecture, image_shape)
    if needed > memory():
        raise ValueError(
            f"model: training it takes {needed / GIGABYTE:,.1f} GB for weights, gradients and Adam's moments, and "
            f"this machine has {memory() / GIGABYTE:,.1f} GB; take fewer units"
        )


def weights_of(architecture: Architecture, image_shape: tuple[int, int, int]) -> int:
    """Return how many weights a network for images of a shape has, without making it; 0 if it takes no such images."""
    import torch

    try:
        with torch.device("meta"):
            return sum(weight.numel() for weight in architecture.build(image_shape).parameters())
    except ValueError:
        return 0


def memory() -> float:
    """Return the memory of this machine, in bytes, if it says."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return inf
