"""Images: a dataset's own, as integers, and those that a network sees, as floats in its units."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from autoencoders.data.mapped_images import COPIED, MappedImages, is_large
from autoencoders.data.stack import forget, pieces
from autoencoders.data.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch
    from torch import Tensor

Scale = Literal["unit", "raw", "standard"]  # [0, 1], as stored, or mean 0 and sd 1 over all training pixels

HISTOGRAM_BATCH = 2**20  # pixels, which are counted as integers of eight bytes
SCORING_BATCH = 2048  # images; bounds the memory that their floats take
PORTION = 2**18  # pixels that pass through a network together: what lies between its layers stays in the cache
LEAST_PORTION = 128  # images
ROUND = 64  # images that kernels take at a time, at most; a rest they sum up in another order


@dataclass(frozen=True)
class ImageSet:
    """All images of a dataset, and what is known of them.

    Attributes:
        images: uint8 (N, C, H, W), values in 0..intensity.
        labels: Integers (N,), indices into the names of the classes.
        official_split: Texts (N,), "train" or "test": the official part that each image belongs to.
        info: What is known of the dataset: name, intensity (the value of a white pixel), class_names, source (origin
            and licence in one line), files where each image has one, notes (sentences on how the images were read);
            and what `described` adds.
        masks: Where images are known to have defects, bool (N, H, W); none: that is not known of any image.
    """

    images: np.ndarray
    labels: np.ndarray
    official_split: np.ndarray
    info: dict[str, Any]
    masks: np.ndarray | None = None

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

        That is the checksum (SHA-256 of the bytes of images, then labels, then masks where there are any),
        train_images and test_images (counts), image_shape, and mean and sd in [0, 1] over all pixels of the training
        part, or of all images where there is none: pixel_mean and pixel_sd.
        """
        digest = hashlib.sha256()
        for array in (self.images, self.labels, self.masks):
            for part in () if array is None else pieces(array):
                digest.update(part.ravel())
        counts = {f"{part}_images": int((self.official_split == part).sum()) for part in ("train", "test")}
        weights = self._histogram(self.official_split == ("train" if counts["train_images"] else "test"))
        values = np.arange(len(weights)) / self.intensity
        mean = float(np.average(values, weights=weights))
        sd = float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))
        known = {"checksum": digest.hexdigest(), "image_shape": list(self.image_shape)}
        return replace(self, info=self.info | known | counts | {"pixel_mean": mean, "pixel_sd": sd})

    def _histogram(self, chosen: np.ndarray) -> np.ndarray:
        """Return how many pixels of the chosen images (N,) have each value, (256,), a few images at a time."""
        weights = np.zeros(256, np.int64)
        step = max(1, HISTOGRAM_BATCH // math.prod(self.image_shape))
        for start in range(0, len(self.images), step):
            batch = slice(start, start + step)
            weights += np.bincount(self.images[batch][chosen[batch]].ravel(), minlength=256)
            forget(self.images)
        return weights

    def labels_of(self, classes: list[int | str]) -> list[int]:
        """Return the labels of classes that are given by their numbers, from 0, or by their names.

        Raises:
            ValueError: There is no such class.
        """
        names = self.info["class_names"]
        unknown = [one for one in classes if one not in (names if isinstance(one, str) else range(len(names)))]
        if unknown:
            known = listed([f"{number} {name!r}" for number, name in enumerate(names)])
            raise ValueError(f"{self.info['name']} has no class {unknown[0]!r}; its numbers and names are: {known}")
        return [names.index(one) if isinstance(one, str) else one for one in classes]

    def at(self, indices: np.ndarray, device: torch.device, scale: Scale = "unit") -> ImageTensor:
        """Return the images at some indices on the device, to be seen in the units of `scale`.

        They are copied; on the CPU many images of a mapped array stay in their file.
        """
        shift, spread = {
            "unit": (0.0, 1.0),
            "raw": (0.0, 1 / self.intensity),
            "standard": (self.info.get("pixel_mean", 0.0), self.info.get("pixel_sd", 1.0)),
        }[scale]
        return ImageTensor(self._values(indices, device), self.intensity, shift, spread)

    def _values(self, indices: np.ndarray, device: torch.device) -> Tensor | MappedImages:
        import torch

        if not isinstance(self.images, np.memmap):
            return torch.from_numpy(self.images[indices]).to(device)
        chosen = MappedImages(self.images, indices)
        if not is_large(self.images, indices):
            return chosen[slice(None)].to(device)
        if device.type == "cpu":
            return chosen
        values = torch.empty(chosen.shape, dtype=torch.uint8, device=device)
        step = max(1, COPIED // math.prod(self.image_shape))
        for first in range(0, len(chosen), step):
            part = slice(first, first + step)
            values[part] = chosen[part]
        return values

    def test_part(self, device: torch.device, scale: Scale = "unit") -> ImageTensor:
        """Return the images of the official test part on the device."""
        return self.at(np.flatnonzero(self.official_split == "test"), device, scale)


@dataclass(frozen=True)
class ImageTensor:
    """Images as one tensor of integers, turned into floats batch by batch: (values / intensity - shift) / spread.

    Attributes:
        values: (N, C, H, W), uint8, on the device that computes, or read from a file as they are asked for.
        intensity: The value of a white pixel.
        shift: Subtracted from intensities in [0, 1].
        spread: Divides what is left; with 0 and 1 the floats lie in [0, 1].
    """

    values: Tensor | MappedImages
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


def portions(images: Tensor) -> Sequence[Tensor]:
    """Return a batch of float images (N, C, H, W) in parts that a network is the fastest for; a GPU takes them whole.

    What is made of the parts is what is made of the batch, on an AMD EPYC to the bit: only the last part is of no
    round number.
    """
    if images.device.type != "cpu":
        return [images]
    size = max(LEAST_PORTION, PORTION // math.prod(images.shape[1:]) // ROUND * ROUND)
    before = max(0, len(images) // size - 1)
    return images.split([size] * before + [len(images) - size * before])
