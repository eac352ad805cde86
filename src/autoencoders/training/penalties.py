"""Penalties on the code, added to the mean squared error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import PositiveFloat

from autoencoders.configuration import Plugin

if TYPE_CHECKING:
    from torch import Tensor


class Penalty(Plugin):
    """A term of the loss, a function of the codes of a batch."""

    kind: str

    def __call__(self, code: Tensor) -> Tensor | float:
        """Return the penalty of codes (N, latent_dim), a scalar."""
        raise NotImplementedError


class NoPenalty(Penalty):
    """Nothing is added to the loss."""

    kind: Literal["none"] = "none"

    def __call__(self, code: Tensor) -> float:
        """Return 0."""
        return 0.0


class L1(Penalty):
    """Sparsity: `weight` times the L1 norm of an image's code, averaged over the batch.

    A lambda that multiplies the norms summed over a batch of B images, beside a mean squared error averaged
    over it, is a `weight` of B x lambda: 4e-6 with batches of 256 is 1.024e-3. Stated per image, the weight means
    the same for any batch, the last and smaller one included.
    """

    kind: Literal["l1"]
    weight: PositiveFloat  # per image, beside the error averaged over pixels

    def __call__(self, code: Tensor) -> Tensor:
        """Return the penalty of codes (N, latent_dim), a scalar."""
        return self.weight * code.abs().flatten(1).sum(dim=1).mean()


class KL(Penalty):
    """`weight` times the divergence of each image's Gaussian posterior from N(0, 1), averaged over the batch.

    Kingma and Welling 2014, appendix B. Beside an error averaged over P pixels, a weight of 2 s^2 / P makes the
    loss the negative evidence bound, up to scale, of Gaussian pixels with standard deviation s.
    """

    kind: Literal["kl"]
    weight: PositiveFloat  # per image, beside the error averaged over pixels

    def __call__(self, code: Tensor) -> Tensor:
        """Return the penalty of means and log variances side by side (N, 2 x latent_dim), a scalar."""
        mean, log_variance = code.chunk(2, dim=1)
        divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1) / 2  # (N,)
        return self.weight * divergence.mean()
