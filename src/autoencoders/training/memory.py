"""The memory that training takes, told before it is taken, and kept from step to step."""

from __future__ import annotations

import ctypes
import os
from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from autoencoders.models import Architecture

SMALLEST = (1, 1, 1)  # (C, H, W) of the least image that there is: a network for it has the fewest weights
COPIES = 4  # of each weight: itself, its gradient, and the two moments of Adam
BYTES = 4  # of each copy, in float32
GIGABYTE = 10**9
MAPPED = 2**25  # bytes, from which on glibc asks the system for an array, and gives it back
MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1  # names of its settings


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


@contextmanager
def kept(model: nn.Module) -> Iterator[None]:
    """Keep the memory of large arrays in the process while a network trains, where its gradients are such arrays.

    Otherwise glibc gives it back, and the system clears it anew, page by page, in every step: for 784-12000-784 that
    takes a tenth of the time in float32 and a third in bfloat16. Without glibc, nothing is done.
    """
    allocator = _allocator() if any(one.nbytes > MAPPED for one in model.parameters()) else None
    if allocator is None:
        yield
        return
    most = 2**31 - 1
    allocator.mallopt(MMAP_THRESHOLD, most)
    allocator.mallopt(TRIM_THRESHOLD, most)
    try:
        yield
    finally:
        allocator.mallopt(MMAP_THRESHOLD, MAPPED)
        allocator.mallopt(TRIM_THRESHOLD, 2 * MAPPED)
        allocator.malloc_trim(0)


def _allocator() -> ctypes.CDLL | None:
    """Return the C library, if it is one that can be told what to keep."""
    try:
        library = ctypes.CDLL(None)
    except (OSError, TypeError):
        return None
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
