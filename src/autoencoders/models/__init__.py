"""Architectures, a file each: `Config`, what its YAML block may say, and the module that it builds."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from autoencoders.configuration import Plugin

if TYPE_CHECKING:
    from autoencoders.models.base import Autoencoder


class Architecture(Plugin):
    """The part of a `model` block that every architecture shares."""

    named_by: ClassVar[str] = "architecture"
    closed_form: ClassVar[bool] = False
    normal_code: ClassVar[bool] = False  # whether training shows the penalty a mean and a log variance
    architecture: str

    def build(self, image_shape: tuple[int, int, int]) -> Autoencoder:
        """Build the module for images of `image_shape` (C, H, W).

        Raises:
            ValueError: The architecture cannot take images of this shape.
        """
        raise NotImplementedError
