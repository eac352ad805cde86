"""A network that undoes made-up defects, and marks where it would undo some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, PositiveFloat

from autoencoders.configuration import Count
from autoencoders.inspection.members import Look, Member, Reader, Reading, most_odd

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from autoencoders.inspection.network import Restorer

SMOOTHING = 1.0  # sd in pixels of the Gaussian over the logits


class Config(Member):
    """The logits of a network that is trained to restore and to mark defects made on normal images.

    After NSA (Schlüter et al. 2022), which pastes patches; here they are `made_up.TRAINED`. Every tenth of the training
    it is validated on defects made on held-out images; the best weights are kept.
    """

    is_network: ClassVar[bool] = True
    kind: Literal["restoring"]
    channels: Annotated[Count, Field(multiple_of=8)]  # of the first level
    steps: Count  # however many images there are
    batch_size: Count  # images of 64 x 64 pixels; of others, as many as take about as long
    learning_rate: PositiveFloat  # the highest of a one-cycle schedule
    share: Annotated[float, Field(gt=0, le=1)]  # of the places, the oddest ones, that an image's score averages

    def fit(self, images: Tensor, held_out: Tensor, seed: int) -> dict[str, np.ndarray]:
        """Return the weights."""
        from autoencoders.inspection.training import train

        network = train(self, images, held_out, seed)
        return {name: value.detach().cpu().numpy() for name, value in network.state_dict().items()}

    def reader(self, learnt: dict[str, Tensor], image_shape: tuple[int, int, int]) -> Reader:
        """Return the reader."""
        from autoencoders.inspection.network import Restorer

        network = Restorer(image_shape, self.channels)
        network.load_state_dict(learnt)
        return Restoring(network, next(iter(learnt.values())), self.share)


class Restoring(Reader):
    """A network that has been trained."""

    def __init__(self, network: Restorer, like: Tensor, share: float) -> None:
        import torch

        self.network = network.to(like.device, memory_format=torch.channels_last).eval()
        self.share = share

    def __call__(self, look: Look) -> Reading:
        """Return the logits, which are logarithms of odds."""
        import torch

        from autoencoders.inspection.statistics import smoothed

        with torch.inference_mode():
            logits = self.network.mark(look.images.contiguous(memory_format=torch.channels_last))
        marked = smoothed(logits, SMOOTHING)[:, 0]
        return Reading(most_odd(marked, self.share), marked)
