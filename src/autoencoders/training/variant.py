"""The typed configuration of an experiment: what a block of YAML may say."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, SerializeAsAny, model_validator

from autoencoders.configuration import Count, CountFromZero, Strict
from autoencoders.data.images import Scale
from autoencoders.models import Architecture
from autoencoders.training.augmentation import Augmentation
from autoencoders.training.corruption import Corruption, NoCorruption
from autoencoders.training.memory import SMALLEST, check_memory
from autoencoders.training.penalties import NoPenalty, Penalty
from autoencoders.training.precision import Precision

Epochs = Annotated[int, Field(gt=0, le=1_000_000)]
Steps = Annotated[int, Field(gt=0, le=100_000_000)]


class Training(Strict):
    """How a network is fitted. What is left out is not done: a schedule, decay, reduced precision, augmentation.

    `epochs` or `steps` must be given; where both are, the longer of the two counts.
    """

    epochs: Epochs | None = None  # passes over the training images
    steps: Steps | None = None  # of the optimizer, however few images there are; the last epoch may be cut short
    patience: Count | None = None  # validations without a lower MSE that end training, even in mid-schedule
    batch_size: Count | Literal["full"]  # images
    learning_rate: PositiveFloat  # the highest one of the schedule
    optimizer: Literal["adam", "adamw"]  # weight decay added to the gradient, or decoupled from it
    schedule: Literal["constant", "one_cycle"] = "constant"
    weight_decay: NonNegativeFloat = 0.0
    precision: Precision = "float32"  # of matrix products; auto: what this machine is faster in
    epsilon: PositiveFloat = 1e-8  # of Adam; a loss c times larger is the same as an epsilon c times smaller
    augmentation: Augmentation | None = None  # of the training images
    snapshots: tuple[CountFromZero, ...] = ()  # epochs after which to keep reconstructions; 0 is before the first

    def length(self, epoch_steps: int) -> int:
        """Return the steps of the whole training, where an epoch has `epoch_steps`."""
        return max((self.epochs or 0) * epoch_steps, self.steps or 0)

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.epochs is None and self.steps is None:
            raise ValueError("epochs: the key is missing, and so is steps")
        return self


class Variant(Strict):
    """One architecture, corruption and penalty, and how it is trained. Absence need not be said."""

    model: SerializeAsAny[Architecture]
    scale: Scale = "unit"  # of the pixels that the network sees; all its errors are in these units
    corruption: SerializeAsAny[Corruption] = NoCorruption()
    penalty: SerializeAsAny[Penalty] = NoPenalty()
    training: Training | None = None  # left out where the architecture has a closed form

    def parameters(self) -> dict[str, Any]:
        """Return every setting under its dotted name, such as `model.latent_dim`."""
        return flatten(self.model_dump(exclude_none=True))

    @property
    def competes_with_pca(self) -> bool:
        """Whether it seeks what PCA does, the least squared error of the image itself, and by other means."""
        return not self.model.closed_form and self.corruption.kind == "none" and self.penalty.kind == "none"

    @model_validator(mode="after")
    def _fits_into_memory(self) -> Self:
        if self.training is not None:
            check_memory(self.model, SMALLEST)
        return self

    @model_validator(mode="after")
    def _penalty_fits_the_architecture(self) -> Self:
        if self.model.gaussian_posterior != (self.penalty.kind == "kl"):
            rule = "must be kl" if self.model.gaussian_posterior else "must not be kl"
            raise ValueError(f"penalty.kind {rule} for {self.model.architecture}, got {self.penalty.kind!r}")
        return self

    @model_validator(mode="after")
    def _corruption_fits_the_scale(self) -> Self:
        if self.scale != "unit" and self.corruption.sets_black_or_white:
            raise ValueError(f"corruption: {self.corruption.kind} sets pixels to 0 or 1, which needs scale unit")
        return self

    @model_validator(mode="after")
    def _training_fits_the_architecture(self) -> Self:
        if self.model.closed_form and self.training is not None:
            raise ValueError(f"{self.model.architecture} is fitted in closed form: leave training out")
        if not self.model.closed_form and self.training is None:
            raise ValueError(f"training: the key is missing, and {self.model.architecture} must be trained")
        return self


class Compute(Strict):
    """What the experiments run on."""

    device: Literal["auto", "cpu", "cuda", "mps"]
    threads: Count  # of one node; with another number, sums and so all results differ


def flatten(block: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Join the keys of nested blocks with dots."""
    flat: dict[str, Any] = {}
    for key, value in block.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat
