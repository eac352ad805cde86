"""What every autoencoder is."""

import math

from torch import Tensor, nn


class Autoencoder(nn.Module):
    """Two maps: `encode` from images to codes, `decode` from codes to images.

    Attributes:
        image_shape: (C, H, W) of one image.
        latent_dim: Numbers in the code of one image.
        carries_indices: Whether `forward` passes more round the code, so that it differs from decode(encode(x)).
    """

    carries_indices = False

    def __init__(self, image_shape: tuple[int, int, int], latent_dim: int) -> None:
        super().__init__()
        self.image_shape = tuple(image_shape)
        self.latent_dim = latent_dim

    @property
    def pixels(self) -> int:
        """Return the numbers in one image, C x H x W."""
        return math.prod(self.image_shape)

    def encode(self, images: Tensor) -> Tensor:
        """Map images (N, C, H, W) in [0, 1] to codes (N, latent_dim)."""
        raise NotImplementedError

    def decode(self, code: Tensor) -> Tensor:
        """Map codes (N, latent_dim) to images (N, C, H, W)."""
        raise NotImplementedError

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the reconstruction (N, C, H, W) and the code (N, latent_dim)."""
        code = self.encode(images)
        return self.decode(code), code
