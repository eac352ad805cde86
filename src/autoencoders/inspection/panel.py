"""A panel: members that look at the same images together, and what they read in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from autoencoders.configuration import Strict
from autoencoders.data.stack import forget
from autoencoders.inspection.members import Look, Member, Reader, Reading, looks
from autoencoders.inspection.tiles import Tiling

Learnt = dict[str, np.ndarray]  # name -> array, all that a member has learnt

BATCH_BYTES = 2**25  # of images that are copied together


class Usual(Strict):
    """Mean and sd of a member's readings of normal images that it has not learnt from."""

    score: tuple[float, float]
    place: tuple[float, float]  # of single places of its maps

    @classmethod
    def of(cls, scores: np.ndarray, sums: np.ndarray) -> Usual:
        """Sum up the scores (N,) and the number, sum and sum of squares of the places of maps."""
        count, total, squares = sums
        mean = total / count
        return cls(
            score=(float(scores.mean()), float(max(scores.std(), 1e-6))),
            place=(float(mean), float(max(squares / count - mean**2, 1e-12)) ** 0.5),
        )


class Readings(NamedTuple):
    """What a panel of M members reads in images, tile by tile.

    Attributes:
        scores: (R, M), one row per tile.
        owner: (R,), the number of the image that a tile is of.
    """

    scores: np.ndarray
    owner: np.ndarray

    def of(self, members: Sequence[int], usual: Sequence[Usual]) -> np.ndarray:
        """Return scores (N,) of the images by some members: the mean, in sds from the usual; of tiles, the highest."""
        means, sds = (np.array([one.score[part] for one in usual])[list(members)] for part in (0, 1))
        tiles = ((self.scores[:, list(members)] - means) / sds).mean(axis=1)
        found = np.full(int(self.owner[-1]) + 1 if len(self.owner) else 0, -np.inf)
        np.maximum.at(found, self.owner, tiles)
        return found


@dataclass(frozen=True)
class Panel:
    """Members that have learnt, on the device that computes."""

    readers: list[Reader]
    device: torch.device

    @classmethod
    def of(
        cls, members: dict[str, Member], learnt: dict[str, Learnt], shape: tuple[int, int, int], device: torch.device
    ) -> Panel:
        """Return members, with what each has learnt, ready for images of a shape (C, H, W)."""
        arrays = {
            name: {
                key: torch.from_numpy(np.require(value, requirements="CW")).to(device)
                for key, value in learnt[name].items()
            }
            for name in members
        }
        return cls([member.reader(arrays[name], shape) for name, member in members.items()], device)

    @torch.inference_mode()
    def look(self, images: np.ndarray) -> Iterator[tuple[Look, list[Reading]]]:
        """Yield what each member makes of images (N, C, H, W), uint8, batch by batch."""
        for look in looks(torch.from_numpy(images).to(self.device)):
            yield look, [reader(look) for reader in self.readers]

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Return the scores (N, M) of images (N, C, H, W), uint8."""
        found = [torch.stack([one.scores for one in readings], dim=1) for _, readings in self.look(images)]
        return torch.cat(found).double().cpu().numpy() if found else np.empty((0, len(self.readers)))

    def read(self, images: np.ndarray, indices: np.ndarray, tiling: Tiling) -> Readings:
        """Return the readings of the images at some indices; memory holds a few of them at a time."""
        step = max(1, min(512, BATCH_BYTES // images[0].nbytes)) if tiling.is_whole else 1
        scores, owner = [np.empty((0, len(self.readers)))], [np.empty(0, int)]
        for first in range(0, len(indices), step):
            batch = images[indices[first : first + step]]
            forget(images)
            tiles = batch if tiling.is_whole else tiling.cut(batch[0])
            scores.append(self.scores(np.ascontiguousarray(tiles)))
            owner.append(first + (np.arange(len(tiles)) if tiling.is_whole else np.zeros(len(tiles), int)))
        return Readings(np.concatenate(scores), np.concatenate(owner))

    def sums(self, images: np.ndarray) -> np.ndarray:
        """Return number, sum and sum of squares of the places of each member's maps, (M, 3)."""
        sums = np.zeros((len(self.readers), 3))
        for _, readings in self.look(images):
            for row, one in zip(sums, readings, strict=True):
                values = one.map.double()
                row += (values.numel(), float(values.sum()), float(values.square().sum()))
        return sums

    def judge(self, images: np.ndarray, usual: Sequence[Usual]) -> tuple[np.ndarray, np.ndarray]:
        """Return scores (N,) and maps (N, H, W) of images as large as the panel knows, in sds from the usual."""
        scores, maps = [np.empty(0)], [np.empty((0, *images.shape[2:]), np.float32)]
        for _, readings in self.look(images):
            pairs = zip(readings, usual, strict=True)
            found = [(one.scores.double() - own.score[0]) / own.score[1] for one, own in pairs]
            scores.append(torch.stack(found).mean(dim=0).cpu().numpy())
            maps.append(_joined(readings, usual, images.shape[2:]).cpu().numpy())
        return np.concatenate(scores), np.concatenate(maps)


def _joined(readings: list[Reading], usual: Sequence[Usual], size: tuple[int, int]) -> Tensor:
    """Return the mean (N, H, W) of maps, each in sds from the usual and as large as the images."""
    maps = [((one.map - own.place[0]) / own.place[1])[:, None] for one, own in zip(readings, usual, strict=True)]
    large = [interpolate(one, size=size, mode="bilinear", align_corners=False) for one in maps]
    return torch.stack(large).mean(dim=0)[:, 0]
