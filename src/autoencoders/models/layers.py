"""Layers and their initialisation, with every random draw from a passed generator."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal

import torch
from pydantic import AfterValidator, Field, ValidationInfo
from torch import Generator, Tensor, nn

from autoencoders.configuration import Count

ACTIVATIONS = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}
Activation = Literal[tuple(ACTIVATIONS)]


def _mirror(widths: tuple[int, ...] | None, info: ValidationInfo) -> tuple[int, ...]:
    """Return a decoder's widths; where they are left out, those of the encoder in reverse."""
    encoder = info.field_name.removeprefix("decoder_")
    return info.data.get(encoder, ())[::-1] if widths is None else widths


Mirrored = Annotated[tuple[Count, ...] | None, AfterValidator(_mirror), Field(validate_default=True)]


def activation(name: Activation) -> nn.Module:
    """Return the activation function of that name."""
    return ACTIVATIONS[name]()


class Random(nn.Module):
    """A layer that draws in training mode, from `generator`, which the engine sets.

    The library's own layers draw from the global generator, which threads share.
    """

    generator: Generator | None = None


class Dropout(Random):
    """Dropout (Srivastava et al. 2014): zeros with `probability`, in training mode only."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, x: Tensor) -> Tensor:
        """Zero each element with `probability` and scale the rest, so that the mean stays."""
        if not self.training or self.probability == 0:
            return x
        keep = 1 - self.probability
        return x * x.new_empty(x.shape).bernoulli_(keep, generator=self.generator) / keep


class GaussianSample(Random):
    """A draw from a Gaussian that gradients pass through (Kingma and Welling 2014, section 2.4)."""

    def forward(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        """Return mean + sd x noise in training mode and the mean otherwise; all of one shape."""
        if not self.training:
            return mean
        noise = mean.new_empty(mean.shape).normal_(0.0, 1.0, generator=self.generator)
        return mean + torch.exp(log_variance / 2) * noise


def stack(widths: Sequence[int], inner: Activation, last: Activation, dropout: float) -> nn.Sequential:
    """Return linear layers from width to width: dropout and `inner` after all but the last, then `last`."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), Dropout(dropout), activation(inner)]
    return nn.Sequential(*layers[:-2], activation(last))


@torch.no_grad()
def initialise(module: nn.Module, generator: Generator) -> None:
    """Draw all weights anew: uniform within 1 / sqrt(fan in), the library's default, from `generator`."""
    for layer in module.modules():
        weight = getattr(layer, "weight", None)
        if not isinstance(weight, nn.Parameter) or weight.dim() < 2:
            continue
        bound = 1 / math.sqrt(weight[0].numel())
        weight.uniform_(-bound, bound, generator=generator)
        if layer.bias is not None:
            layer.bias.uniform_(-bound, bound, generator=generator)
