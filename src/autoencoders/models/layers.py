"""Layers and their initialisation, with every random draw from a passed generator."""

import math
from typing import Literal

import torch
from torch import Generator, Tensor, nn

Activation = Literal["identity", "relu", "leaky_relu", "gelu", "tanh", "sigmoid"]

_ACTIVATIONS = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


def activation(name: Activation) -> nn.Module:
    """Return the activation function of that name."""
    return _ACTIVATIONS[name]()


class Dropout(nn.Module):
    """Dropout (Srivastava et al. 2014) whose draws come from `generator`, which the engine sets.

    The library's own layer draws from the global generator, which threads share.
    """

    generator: Generator | None = None

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, x: Tensor) -> Tensor:
        """Zero each element with `probability` and scale the rest, in training mode only."""
        if not self.training or self.probability == 0:
            return x
        keep = 1 - self.probability
        return x * x.new_empty(x.shape).bernoulli_(keep, generator=self.generator) / keep


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
