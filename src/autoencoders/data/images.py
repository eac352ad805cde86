"""Images: a dataset's own, as integers, and those that a network sees, as floats in its units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import torch
    from torch import Tensor

Scale = Literal["unit", "raw", "standard"]  # [0, 1], as stored, or mean 0 and sd 1 over all training pixels

SCORING_BATCH = 2048  # images; bounds the memory that activations take


@dataclass(frozen=True)
class ImageTensor:
    """Images as one tensor of integers, turned into floats batch by batch: (values / intensity - shift) / spread.

    Attributes:
        values: (N, C, H, W), uint8, on the device that computes.
        intensity: The value of a white pixel.
        shift: Subtracted from intensities in [0, 1].
        spread: Divides what is left; with 0 and 1 the floats lie in [0, 1].
    """

    values: Tensor
    intensity: int
    shift: float = 0.0
    spread: float = 1.0

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: Tensor | slice) -> Tensor:
        images = self.values[index].float().div_(self.intensity)
        if self.shift or self.spread != 1:
            images.sub_(self.shift).div_(self.spread)
        return images

    def intensities(self, images: Tensor) -> Tensor:
        """Return images in these units as intensities, where 0 is black and 1 is white."""
        return images * self.spread + self.shift

    def batches(self, size: int = SCORING_BATCH) -> Iterator[Tensor]:
        """Yield float images (size, C, H, W) in order."""
        for start in range(0, len(self), size):
            yield self[slice(start, start + size)]


def pixels(
    images: np.ndarray, indices: np.ndarray, facts: dict[str, Any], device: torch.device, scale: Scale = "unit"
) -> ImageTensor:
    """Copy the images (uint8, (N, C, H, W)) at `indices` to the device, to be seen in the units of `scale`."""
    import torch

    shift, spread = {
        "unit": (0.0, 1.0),
        "raw": (0.0, 1 / facts["intensity"]),
        "standard": (facts.get("pixel_mean", 0.0), facts.get("pixel_sd", 1.0)),
    }[scale]
    return ImageTensor(torch.from_numpy(images[indices]).to(device), facts["intensity"], shift, spread)
