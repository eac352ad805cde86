"""Adam and AdamW as one fused kernel call, with the learning rate as a function of the step."""

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from autoencoders.training.variant import Training

Schedule = Callable[[int], float]


class Adam:
    """Adam (Kingma and Ba 2015) or, `adamw`, with decoupled decay (Loshchilov and Hutter 2019).

    Calls the library's kernel: the optimizer classes import its compiler, seconds at every start, and what they do
    around the kernel takes longer than the kernel where a network is small.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], training: Training) -> None:
        self.parameters = list(parameters)
        self.kernel = {"adam": torch._fused_adam_, "adamw": torch._fused_adamw_}[training.optimizer]
        self.settings = {"weight_decay": training.weight_decay, "eps": training.epsilon, "beta1": 0.9, "beta2": 0.999}
        self.means = [torch.zeros_like(one) for one in self.parameters]
        self.squares = [torch.zeros_like(one) for one in self.parameters]
        self.count = torch.zeros((), device=self.parameters[0].device)  # of steps

    @torch.no_grad()
    def step(self, gradients: Iterable[Tensor], learning_rate: float) -> None:
        """Update the parameters in place from one gradient each."""
        self.count += 1
        pairs = zip(self.parameters, gradients, strict=True)
        gradients = [_laid_out_like(one, gradient) for one, gradient in pairs]
        counts = [self.count] * len(gradients)
        moments = self.means, self.squares, [], counts
        self.kernel(
            self.parameters, gradients, *moments, lr=learning_rate, amsgrad=False, maximize=False, **self.settings
        )


def _laid_out_like(parameter: Tensor, gradient: Tensor) -> Tensor:
    """Return a gradient in its parameter's order of memory, which the kernel takes for granted."""
    return gradient if gradient.stride() == parameter.stride() else torch.empty_like(parameter).copy_(gradient)


def schedule(training: Training, steps: int) -> Schedule:
    """Return the learning rate as a function of the step, 0 .. steps - 1."""
    if training.schedule == "constant":
        return lambda step: training.learning_rate
    return lambda step: training.learning_rate * one_cycle(step / max(steps - 1, 1))


def one_cycle(progress: float) -> float:
    """Return the share of the peak rate at `progress` in [0, 1] (Smith and Topin 2019).

    Rises along a cosine from 1/25 to 1 in the first 30 %, then falls to 1/250,000.
    """
    start, end, warm_up = 1 / 25, 1 / 250_000, 0.3
    if progress < warm_up:
        return _cosine(start, 1.0, progress / warm_up)
    return _cosine(1.0, end, (progress - warm_up) / (1 - warm_up))


def _cosine(first: float, last: float, progress: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * progress)) / 2
