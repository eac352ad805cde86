"""Architectures, a file each: `Config`, what its YAML block may say, and the network that it builds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, ClassVar

from autoencoders.configuration import Plugin

if TYPE_CHECKING:
    from autoencoders.models.base import Autoencoder


class Architecture(Plugin):
    """The part of a `model` block that every architecture shares."""

    named_by: ClassVar[str] = "architecture"
    network: ClassVar[str]  # the class to build, in the file of the configuration
    closed_form: ClassVar[bool] = False  # whether training is one step, without gradients
    gaussian_posterior: ClassVar[bool] = False  # whether training shows the penalty a mean and a log variance
    architecture: str

    def build(self, image_shape: tuple[int, int, int]) -> Autoencoder:
        """Build the network for images of `image_shape` (C, H, W).

        Raises:
            ValueError: The architecture cannot take images of this shape.
        """
        return getattr(sys.modules[type(self).__module__], self.network)(self, image_shape)
