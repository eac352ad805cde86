"""Penalties on the code, added to the mean squared error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, PositiveFloat

from autoencoders.configuration import Strict

if TYPE_CHECKING:
    from torch import Tensor


class NoPenalty(Strict):
    """Nothing is added to the loss."""

    kind: Literal["none"]

    def __call__(self, code: Tensor) -> float:
        """Return 0."""
        return 0.0


class L1(Strict):
    """Sparsity: `weight` times the L1 norm of an image's code, averaged over the batch."""

    kind: Literal["l1"]
    weight: PositiveFloat  # per image

    def __call__(self, code: Tensor) -> Tensor:
        """Return the penalty of codes (N, latent_dim), a scalar."""
        return self.weight * code.abs().flatten(1).sum(dim=1).mean()


Penalty = Annotated[NoPenalty | L1, Field(discriminator="kind")]
