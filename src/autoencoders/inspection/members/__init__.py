"""Members of a detector, a file each: ways to tell at each place of an image how odd it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from autoencoders.configuration import Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from torch import Tensor

BATCH_PIXELS = 2**17  # that are looked at together: more do not fit into the cache
LEAST = 8  # images that are, however large: what members have learnt is read anew for each batch


class Reading(NamedTuple):
    """What a member makes of images; larger = odder, on a scale on which readings may be added."""

    scores: Tensor  # (N,)
    map: Tensor  # (N, h, w), which covers the image whatever its size


@dataclass(frozen=True)
class Look:
    """Images as members see them; what several of them need is computed once."""

    images: Tensor  # (N, C, H, W) in [0, 1]

    @cached_property
    def statistics(self) -> Tensor:
        """Local statistics (N, D, h, w)."""
        from autoencoders.inspection.statistics import local_statistics

        return local_statistics(self.images)


class Member(Plugin):
    """The part of a `candidates` block that every member shares."""

    is_network: ClassVar[bool] = False  # whether few images teach it nothing
    kind: str

    def fit(self, images: Tensor, held_out: Tensor, seed: int) -> dict[str, np.ndarray]:
        """Learn what is normal.

        Args:
            images: Normal images (N, C, H, W), uint8, on the device that computes.
            held_out: Other normal images, by which a training may end.
            seed: Seed of all that is drawn.

        Returns:
            All that is learnt, as named arrays.

        Raises:
            ValueError: There are too few images for the settings.
        """
        raise NotImplementedError

    def reader(self, learnt: dict[str, Tensor], image_shape: tuple[int, int, int]) -> Reader:
        """Return what applies the member to images of a shape (C, H, W), given all that it has learnt."""
        raise NotImplementedError


class Reader:
    """A member that has learnt."""

    def __call__(self, look: Look) -> Reading:
        """Tell how odd some images are."""
        raise NotImplementedError


def looks(images: Tensor) -> Iterator[Look]:
    """Yield images (N, C, H, W), uint8, in order, as many at a time as memory takes."""
    height, width = images.shape[2:]
    for batch in images.split(max(LEAST, BATCH_PIXELS // (height * width))):
        yield Look(batch.float().div_(255))


def most_odd(values: Tensor, share: float) -> Tensor:
    """Return the mean (N,) of maps (N, h, w) over a share of their places, the highest ones; one at least."""
    flat = values.flatten(1)
    if share == 1:
        return flat.mean(dim=1)
    return flat.topk(max(1, int(share * flat.shape[1])), dim=1).values.mean(dim=1)
