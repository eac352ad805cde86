"""Images: a dataset's own, as integers, and those that a network sees, as floats in its units."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch
    from torch import Tensor

Scale = Literal["unit", "raw", "standard"]  # [0, 1], as stored, or mean 0 and sd 1 over all training pixels

SCORING_BATCH = 2048  # images; bounds the memory that activations take


@dataclass(frozen=True)
class ImageSet:
    """All images of a dataset, and what is known of them.

    Attributes:
        images: uint8 (N, C, H, W), values in 0..intensity.
        labels: Integers (N,), indices into the names of the classes.
        official_split: Texts (N,), "train" or "test": the official part that each image belongs to.
        info: What is known of the dataset: name, intensity (the value of a white pixel), class_names, source (origin
            and licence in one line), files where each image has one; and what `described` adds.
    """

    images: np.ndarray
    labels: np.ndarray
    official_split: np.ndarray
    info: dict[str, Any]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one image."""
        return self.images.shape[1:]

    @property
    def intensity(self) -> int:
        """The value of a white pixel."""
        return self.info["intensity"]

    def described(self) -> Self:
        """Return the same with what its arrays tell added to what is known of it.

        That is the checksum (SHA-256 of the bytes of images, then labels), train_images and test_images (counts),
        image_shape, and mean and sd in [0, 1] over all pixels of the training part, or of all images where there is
        none: pixel_mean and pixel_sd.
        """
        digest = hashlib.sha256(self.images.ravel())
        digest.update(self.labels.ravel())
        counts = {f"{part}_images": int((self.official_split == part).sum()) for part in ("train", "test")}
        chosen = self.images[self.official_split == "train"] if counts["train_images"] else self.images
        weights = np.bincount(chosen.ravel(), minlength=256)
        values = np.arange(len(weights)) / self.intensity
        mean = float(np.average(values, weights=weights))
        sd = float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))
        known = {"checksum": digest.hexdigest(), "image_shape": list(self.image_shape)}
        return replace(self, info=self.info | known | counts | {"pixel_mean": mean, "pixel_sd": sd})

    def at(self, indices: np.ndarray, device: torch.device, scale: Scale = "unit") -> ImageTensor:
        """Copy the images at some indices to the device, to be seen in the units of `scale`."""
        import torch

        shift, spread = {
            "unit": (0.0, 1.0),
            "raw": (0.0, 1 / self.intensity),
            "standard": (self.info.get("pixel_mean", 0.0), self.info.get("pixel_sd", 1.0)),
        }[scale]
        return ImageTensor(torch.from_numpy(self.images[indices]).to(device), self.intensity, shift, spread)

    def test_part(self, device: torch.device, scale: Scale = "unit") -> ImageTensor:
        """Copy the images of the official test part to the device."""
        return self.at(np.flatnonzero(self.official_split == "test"), device, scale)


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
