"""What every autoencoder is."""

import math

from torch import Tensor, nn


class Autoencoder(nn.Module):
    """Two maps, `encode` and `decode`; where a subclass does not define them, its modules `encoder` and `decoder`.

    Attributes:
        image_shape: Shape (C, H, W) of one image.
        latent_dim: Size of the code of one image.
        carries_indices: Whether `forward` passes more round the code, so that it differs from decode(encode(x)).
    """

    carries_indices = False

    def __init__(self, image_shape: tuple[int, int, int], latent_dim: int) -> None:
        super().__init__()
        self.image_shape = tuple(image_shape)
        self.latent_dim = latent_dim

    @property
    def pixels(self) -> int:
        """The number of values in one image, C x H x W."""
        return math.prod(self.image_shape)

    def encode(self, images: Tensor) -> Tensor:
        """Map images (N, C, H, W) to codes (N, latent_dim)."""
        return self.encoder(images)

    def decode(self, code: Tensor) -> Tensor:
        """Map codes (N, latent_dim) to images (N, C, H, W)."""
        return self.decoder(code)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the reconstruction (N, C, H, W) and the code (N, latent_dim)."""
        code = self.encode(images)
        return self.decode(code), code
