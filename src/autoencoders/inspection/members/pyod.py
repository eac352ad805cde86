"""What the autoencoder of PyOD leaves of an image (Zhao et al. 2019): another library's, to compare with."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, ClassVar, Literal

from autoencoders.configuration import Count
from autoencoders.inspection.members import Look, Member, Reader, Reading
from autoencoders.inspection.members.components import residual_reading

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

TINY = 1e-8  # added to each sd, as PyOD does
COUNTERS = "num_batches_tracked"  # of its layers, which only training reads


class Config(Member):
    """The squared residual of `pyod.models.auto_encoder.AutoEncoder`, each pixel in sds from its mean."""

    is_network: ClassVar[bool] = True
    kind: Literal["pyod"]
    epochs: Count = 10  # this and all that is not said here as PyOD has it

    def fit(self, images: Tensor, held_out: Tensor, seed: int) -> dict[str, np.ndarray]:
        """Return the weights, and mean (D,) and sd (D,) of each pixel.

        Raises:
            ValueError: PyOD is not installed.
        """
        rows = images.flatten(1).cpu().numpy().astype("float32") / 255
        found = _library().AutoEncoder(epoch_num=self.epochs, random_state=seed, device=images.device, verbose=0)
        found.fit(rows)
        state = {name: value.cpu().numpy() for name, value in found.model.state_dict().items() if COUNTERS not in name}
        return state | {"mean": found.X_mean, "sd": found.X_std}

    def reader(self, learnt: dict[str, Tensor], image_shape: tuple[int, int, int]) -> Reader:
        """Return the reader."""
        mean, sd = learnt["mean"], learnt["sd"] + TINY
        network = _library().AutoEncoderModel(len(mean))
        network.load_state_dict({name: learnt[name] for name in learnt.keys() - {"mean", "sd"}}, strict=False)
        return Residual(network.to(mean.device).eval(), mean, sd)


class Residual(Reader):
    """A network of PyOD's that has been trained."""

    def __init__(self, network: nn.Module, mean: Tensor, sd: Tensor) -> None:
        self.network, self.mean, self.sd = network, mean, sd

    def __call__(self, look: Look) -> Reading:
        """Return the logarithm of the squared residual, averaged over channels: an image's orders as PyOD's score."""
        import torch

        rows = (look.images.flatten(1) - self.mean) / self.sd
        with torch.inference_mode():
            residual = rows - self.network(rows)
        return residual_reading(residual.view_as(look.images), smoothing=0.0, share=1.0)


def _library() -> ModuleType:
    """Return the module of PyOD that holds its autoencoder."""
    try:
        from pyod.models import auto_encoder
    except ImportError as error:
        raise ValueError(f"kind pyod needs PyOD ({error}): uv pip install --group bench") from error
    return auto_encoder
