"""What a network makes of one batch of images, each thing computed once, when it is first asked for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch
from torch import Generator, Tensor, nn

from autoencoders.data.images import ImageTensor
from autoencoders.detection.scores.smoothing import smooth
from autoencoders.models.base import Autoencoder
from autoencoders.training.corruption import Corruption
from autoencoders.training.engine import apply, reconstruct

STATISTICS = 5000  # training images behind means and variances, whose own error is then about 2 %


@dataclass(frozen=True, eq=False)
class BatchOutputs:
    """One batch through a network, in single precision, without gradients.

    Attributes:
        model: Network in evaluation mode.
        images: Batch (N, C, H, W), in the units that the network sees.
        like: Images in the same units.
        corruption: Corruption that the network was trained to undo.
        seed: Seed of the corruption, whose draws are the same in every batch.
    """

    model: Autoencoder
    images: Tensor
    like: ImageTensor
    corruption: Corruption
    seed: int
    _residuals: dict[tuple[int, float], list[Tensor]] = field(default_factory=dict, init=False, repr=False)
    _errors: dict[tuple[int, float], Tensor] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def intensities(self) -> Tensor:
        """The images (N, C, H, W) in [0, 1]."""
        return self.like.intensities(self.images)

    @property
    def reconstruction(self) -> Tensor:
        """The reconstructions (N, C, H, W) of the clean images, in the units that the network sees."""
        return self._forward[0]

    @property
    def code(self) -> Tensor:
        """The codes (N, latent_dim) of the clean images."""
        return self._forward[1]

    def residuals(self, views: int, smoothing: float = 0.0) -> list[Tensor]:
        """Return reconstruction minus image as a difference of intensities, (N, C, H, W) for each view.

        Args:
            views: Number of corrupted inputs to restore the clean images from; 0 shows the clean images alone.
            smoothing: Standard deviation in pixels of the Gaussian that smooths the differences; 0 for none.
        """
        key = views, smoothing
        if key not in self._residuals:
            self._residuals[key] = (
                [smooth(residual, smoothing) for residual in self.residuals(views)]
                if smoothing
                else [(shown - self.images) * self.like.spread for shown in self._restored(views)]
            )
        return self._residuals[key]

    def errors(self, views: int, smoothing: float) -> Tensor:
        """Return the mean (N,) over views and pixels of the squared residuals."""
        key = views, smoothing
        if key not in self._errors:
            squares = [view.square().flatten(1).mean(dim=1) for view in self.residuals(views, smoothing)]
            self._errors[key] = torch.stack(squares).mean(dim=0)
        return self._errors[key]

    @torch.inference_mode()
    def hidden(self, images: Tensor) -> list[Tensor]:
        """Return what each layer with weights of the encoder is shown of images (N, C, H, W), and their codes.

        Returns:
            (N, k) for each layer: the images themselves, the activations between layers, the codes.
        """
        seen: list[Tensor] = []
        with ExitStack() as hooks:
            for layer in self.model.modules():
                if isinstance(layer, nn.Linear | nn.Conv2d):
                    look = layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].flatten(1)))
                    hooks.enter_context(look)
            code = self.model.encode(images)
        return [*(seen or [images.flatten(1)]), code]

    @cached_property
    def _forward(self) -> tuple[Tensor, Tensor]:
        return apply(self.model, self.images)

    def _restored(self, views: int) -> Iterator[Tensor]:
        if not views:
            yield self.reconstruction
            return
        generator = Generator(self.images.device).manual_seed(self.seed)
        for view in self.corruption.views(self.images, generator, views):
            yield self.reconstruction if view is self.images else reconstruct(self.model, view)


Scorer = Callable[[BatchOutputs], Tensor]  # to (N,)


@dataclass(frozen=True)
class TrainingOutputs:
    """What a network makes of its training images.

    Attributes:
        model: Network in evaluation mode.
        images: Training images (N, C, H, W).
        corruption: Corruption that the network was trained to undo.
        seed: Seed of the corruption.
    """

    model: Autoencoder
    images: ImageTensor
    corruption: Corruption
    seed: int

    def __call__(self, limit: int | None = None) -> Iterator[BatchOutputs]:
        """Yield all outputs batch by batch, or `limit` at most, evenly spaced, for images may be sorted by class."""
        chosen = self.images
        if limit is not None and limit < len(chosen):
            places = torch.arange(limit, device=chosen.values.device) * len(chosen) // limit
            chosen = replace(chosen, values=chosen.values[places])
        return map(self.of, chosen.batches())

    def of(self, batch: Tensor) -> BatchOutputs:
        """Return what the network makes of other images (N, C, H, W), in the units that it sees."""
        return BatchOutputs(self.model, batch, self.images, self.corruption, self.seed)
