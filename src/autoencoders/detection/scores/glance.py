"""A glance: what a network makes of one batch of images, each thing computed once, when it is first asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import torch
from torch import Generator, Tensor, nn

from autoencoders.data.images import ImageTensor
from autoencoders.models.base import Autoencoder
from autoencoders.training.corruption import Corruption
from autoencoders.training.engine import reconstruct

STATISTICS = 5000  # training images behind means and variances, whose own error is then about 2 %


@dataclass(frozen=True, eq=False)
class Glance:
    """One batch through a network, in single precision, without gradients.

    Attributes:
        model: In evaluation mode.
        images: (N, C, H, W), in the units that the network sees.
        pixels: Images in the same units.
        corruption: What the network was trained to undo.
        seed: Of the corruption's draws, which are the same in every batch.
    """

    model: Autoencoder
    images: Tensor
    pixels: ImageTensor
    corruption: Corruption
    seed: int
    _residuals: dict[int, list[Tensor]] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def intensities(self) -> Tensor:
        """The images (N, C, H, W) in [0, 1]."""
        return self.pixels.intensities(self.images)

    @property
    def reconstruction(self) -> Tensor:
        """What is made of the clean images, (N, C, H, W), in the units that the network sees."""
        return self._output[0]

    @property
    def code(self) -> Tensor:
        """The codes of the clean images, (N, latent_dim)."""
        return self._output[1]

    def residuals(self, views: int) -> list[Tensor]:
        """Return reconstruction minus image as a difference of intensities, (N, C, H, W) for each view.

        Args:
            views: Corrupted inputs to restore the clean images from; 0: the clean images alone are shown.
        """
        if views not in self._residuals:
            spread = self.pixels.spread
            self._residuals[views] = [(restored - self.images) * spread for restored in self._restored(views)]
        return self._residuals[views]

    @torch.inference_mode()
    def hidden(self, images: Tensor) -> list[Tensor]:
        """Return what each layer with weights of the encoder is shown of images (N, C, H, W), and their codes.

        Returns:
            (N, k) for each layer: the images themselves, the activations between layers, the codes.
        """
        seen: list[Tensor] = []
        hooks = [
            layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].flatten(1)))
            for layer in self.model.modules()
            if isinstance(layer, nn.Linear | nn.Conv2d)
        ]
        try:
            code = self.model.encode(images)
        finally:
            for hook in hooks:
                hook.remove()
        return [*(seen or [images.flatten(1)]), code]

    @cached_property
    def _output(self) -> tuple[Tensor, Tensor]:
        with torch.inference_mode():
            return self.model(self.images)

    def _restored(self, views: int) -> Iterator[Tensor]:
        if not views:
            yield self.reconstruction
            return
        generator = Generator(self.images.device).manual_seed(self.seed)
        for view in self.corruption.views(self.images, generator, views):
            yield self.reconstruction if view is self.images else reconstruct(self.model, view)


Scorer = Callable[[Glance], Tensor]  # to (N,)


class Glances(Protocol):
    """Yields glances at training images, batch by batch, anew at each call."""

    def __call__(self, limit: int | None = None) -> Iterator[Glance]:
        """Look at all images, or at `limit` of them at most, evenly spaced, for images may be sorted by class."""


def glances(model: Autoencoder, train: ImageTensor, corruption: Corruption, seed: int) -> Glances:
    """Return what yields glances at the training images (N, C, H, W)."""

    def look(limit: int | None = None) -> Iterator[Glance]:
        chosen = train
        if limit is not None and limit < len(train):
            places = torch.arange(limit, device=train.values.device) * len(train) // limit
            chosen = replace(train, values=train.values[places])
        for batch in chosen.batches():
            yield Glance(model, batch, train, corruption, seed)

    return look
