"""Augmentation: small distortions of the training images, which a network is shown and asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import NonNegativeFloat

from autoencoders.configuration import Fraction, Strict

if TYPE_CHECKING:
    from torch import Generator, Tensor


class Augmentation(Strict):
    """Affine distortions, drawn anew for each image whenever it is shown (Simard, Steinkraus and Platt 2003)."""

    rotation: NonNegativeFloat  # degrees at most, either way
    scale: Fraction  # share at most by which the height, and the width, grows or shrinks
    shear: Fraction  # at most, either way, of the height
    shift: NonNegativeFloat  # pixels at most, along each axis, either way

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Return images (N, C, H, W), each distorted on its own, by cubic interpolation within their range of values.

        Where a distorted image would show what lies beyond the edge, the edge's pixels go on.
        """
        from torch.nn.functional import affine_grid, grid_sample

        grid = affine_grid(self._transforms(images, generator), list(images.shape), align_corners=False)
        distorted = grid_sample(images, grid, mode="bicubic", padding_mode="border", align_corners=False)
        return distorted.clamp(images.min(), images.max())

    def _transforms(self, images: Tensor, generator: Generator) -> Tensor:
        """Return a matrix (N, 2, 3) an image, in coordinates that run from -1 to 1 across height and width."""
        from torch import stack

        count, _, height, width = images.shape
        draws = images.new_empty(6, count).uniform_(-1.0, 1.0, generator=generator)
        angle, wide, high, shear, right, down = draws.unbind()
        angle = (angle * self.rotation).deg2rad()
        wide, high, shear = 1 + wide * self.scale, 1 + high * self.scale, shear * self.shear
        cos, sin, ratio = angle.cos(), angle.sin(), height / width
        rows = [
            [cos * wide, (cos * shear - sin * high) * ratio, right * (2 * self.shift / width)],
            [sin * wide / ratio, sin * shear + cos * high, down * (2 * self.shift / height)],
        ]
        return stack([stack(row, dim=1) for row in rows], dim=1)
