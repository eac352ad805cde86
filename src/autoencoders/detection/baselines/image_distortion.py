"""How far an image lies from the most similar normal ones once each of its pixels may move a little."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import AfterValidator

from autoencoders.configuration import Count, CountFromZero
from autoencoders.detection.baselines import Baseline, Scorer

if TYPE_CHECKING:
    from torch import Tensor

PAIRS = 400  # of images that are compared at a time; bounds the memory
SMOOTHING = 1.0  # sd in pixels of the Gaussian before candidates are looked up


def _odd(size: int) -> int:
    if size % 2 == 0:
        raise ValueError("must be odd, so that a patch has a middle")
    return size


class Config(Baseline):
    """Mean squared difference to the nearest training images under the image distortion model, over the edges' energy.

    Each pixel of one image is set against the best of the other's pixels within `reach`, patch against patch, in
    intensities and in their differences across and down; the two directions are added (Keysers, Deselaers, Gollan and
    Ney 2007, section 4.3). An image with many edges differs more from any other, so the mean is divided by the energy
    of its edges. Nothing is trained, which suits few images and drawn lines; fine textures are explained away.
    """

    kind: Literal["image_distortion"]
    candidates: Count  # training images nearest by smoothed intensities, each of which is compared and counts
    reach: CountFromZero  # pixels that a pixel may move along each axis
    patch: Annotated[Count, AfterValidator(_odd)]  # side in pixels

    def fit(self, images: Tensor, seed: int) -> Scorer:
        """Return the score that knows all training images; where there are fewer than candidates, each is one."""
        from autoencoders.evaluation.latent import nearest

        known = looked_up(images)  # (N, pixels)
        features = profile(images)
        count = min(self.candidates, len(images))

        def score(others: Tensor) -> np.ndarray:
            near = nearest(looked_up(others), known, count)  # (M, count)
            chunks = zip(others.split(PAIRS // count + 1), near.split(PAIRS // count + 1), strict=True)
            parts = [self._compare(chunk, features[rows]) for chunk, rows in chunks]
            return np.concatenate([part.cpu().numpy() for part in parts] or [np.empty(0, np.float32)])

        return score

    def _compare(self, others: Tensor, near: Tensor) -> Tensor:
        """Return the scores (n,) of images (n, C, H, W) beside the profiles (n, count, F, H, W) of their candidates."""
        from autoencoders.detection.scores.restoration import edges

        count = near.shape[1]
        distances = self.distances(profile(others).repeat_interleave(count, dim=0), near.flatten(0, 1))
        return distances.view(-1, count).mean(dim=1) / edges(others)

    def distances(self, ones: Tensor, others: Tensor) -> Tensor:
        """Return the distances (n,) of pairs of profiles, both (n, F, H, W): the sum of the two directions.

        Every displacement of one image against the other is looked at once: it matches a pixel of the first to one of
        the second, and that one to the first. Beyond the edge of an image its edge's pixels go on.
        """
        from torch import inf, minimum
        from torch.nn.functional import pad

        reach, (height, width) = self.reach, ones.shape[2:]
        ones = pad(ones, (reach,) * 4, mode="replicate")
        others = pad(others, (2 * reach,) * 4, mode="replicate")
        high, wide = ones.shape[2:]
        rows, columns = (window(size, self.patch).to(ones) for size in (high, wide))
        there = back = ones.new_full((len(ones), height, width), inf)
        for down, right in product(range(-reach, reach + 1), repeat=2):
            top, left = reach + down, reach + right
            squares = (ones - others[:, :, top : top + high, left : left + wide]).square_().sum(dim=1)
            patches = rows @ squares @ columns.T
            there = minimum(there, patches[:, reach : reach + height, reach : reach + width])
            top, left = reach - down, reach - right
            back = minimum(back, patches[:, top : top + height, left : left + width])
        return there.flatten(1).mean(dim=1) + back.flatten(1).mean(dim=1)


def window(size: int, patch: int) -> Tensor:
    """Return the matrix (size, size) that averages over patches along an axis, less of them at its ends."""
    from torch import arange

    places = arange(size)
    near = ((places[:, None] - places).abs() <= patch // 2).float()
    return near / near.sum(dim=1, keepdim=True)


def looked_up(images: Tensor) -> Tensor:
    """Return smoothed images (N, C, H, W) as points (N, pixels): alike although some strokes have moved a little."""
    from autoencoders.detection.scores.smoothing import smooth

    return smooth(images, SMOOTHING).flatten(1)


def profile(images: Tensor) -> Tensor:
    """Return intensities and their central differences across and down, (N, 3C, H, W), of images (N, C, H, W)."""
    from torch import cat
    from torch.nn.functional import pad

    around = pad(images, (1, 1, 1, 1), mode="replicate")
    across = (around[:, :, 1:-1, 2:] - around[:, :, 1:-1, :-2]) / 2
    down = (around[:, :, 2:, 1:-1] - around[:, :, :-2, 1:-1]) / 2
    return cat([images, across, down], dim=1)
