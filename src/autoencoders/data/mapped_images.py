"""Images of a file that is mapped into memory, looked at a few at a time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from autoencoders.data.stack import forget

if TYPE_CHECKING:
    import torch
    from torch import Tensor

COPIED = 2**26  # bytes of images that are copied into memory; of more, those that are asked for are read each time
AROUND = 2**21  # bytes that the system may map where one image is read
KEPT = 2**25  # bytes that may be mapped before they are let go of


class MappedImages:
    """Images at some indices of a mapped array, as a tensor on the CPU would hold them.

    Args:
        array: All images, mapped, (N, C, H, W) uint8.
        indices: Which of them, (n,).
    """

    def __init__(self, array: np.memmap, indices: np.ndarray) -> None:
        self._array, self._plain, self._indices = array, array.view(np.ndarray), indices

    def __len__(self) -> int:
        return len(self._indices)

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, C, H, W)."""
        return (len(self), *self._array.shape[1:])

    @property
    def device(self) -> torch.device:
        """The CPU."""
        import torch

        return torch.device("cpu")

    def __getitem__(self, index: Tensor | slice) -> Tensor:
        """Read some of the images, (m, C, H, W), uint8."""
        import torch

        places = self._indices[index if isinstance(index, slice) else index.numpy()]
        images = np.empty((len(places), *self.shape[1:]), np.uint8)
        for first, last in pairwise(self._stops(places)):
            images[first:last] = self._plain[places[first:last]]
            forget(self._array)
        return torch.from_numpy(images)

    def _stops(self, places: np.ndarray) -> list[int]:
        """Return before which of the images to let go of what is mapped, 0 and their number among them."""
        if (np.diff(places) > 0).all():  # rising: as many as lie within so many bytes
            blocks = places * self._plain[:1].nbytes // KEPT
            return [0, *(np.flatnonzero(np.diff(blocks)) + 1).tolist(), len(places)]
        return [*range(0, len(places), max(1, KEPT // AROUND)), len(places)]


def is_large(array: np.ndarray, indices: np.ndarray) -> bool:
    """Tell whether the images at some indices are better left in their file, if they are in one."""
    return isinstance(array, np.memmap) and len(indices) * array[:1].nbytes > COPIED
