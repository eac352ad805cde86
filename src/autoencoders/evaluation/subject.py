"""What is looked at: the images of a study and, where there is one, the network fitted to them."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch

from autoencoders.data.images import ImageSet, ImageTensor
from autoencoders.data.splits import only
from autoencoders.data.training_set import POLLUTION
from autoencoders.models.base import Autoencoder
from autoencoders.training import engine
from autoencoders.training.variant import Compute, Variant


@dataclass(frozen=True)
class Subject:
    """Images, split, and a network that was fitted to some of them.

    Attributes:
        dataset: All images of the dataset.
        splits: Indices of the images of each split: train, validation, calibration, test; and of those that pollute.
        seed: Seed of whatever a look at the subject draws.
        device: Where it is looked at.
        variant: How the network was made; none: there is no network.
        model: The network, in evaluation mode, on `device`.
        basis: The principal components of the training images.
        others: Test images of other datasets, by name.
    """

    dataset: ImageSet
    splits: dict[str, np.ndarray]
    seed: int
    device: torch.device
    variant: Variant | None = None
    model: Autoencoder | None = None
    basis: dict[str, np.ndarray] = field(default_factory=dict)
    others: dict[str, ImageTensor] = field(default_factory=dict)

    @property
    def labels(self) -> np.ndarray:
        """The label of each image of the dataset, (N,)."""
        return self.dataset.labels

    def at(self, indices: np.ndarray) -> ImageTensor:
        """Return the images at some indices, in the units that the network sees; without one, in [0, 1]."""
        return self.dataset.at(indices, self.device, self.variant.scale if self.variant else "unit")

    def split(self, name: str) -> ImageTensor:
        """Return the images of a split."""
        return self.at(self.splits[name])

    @cached_property
    def known_classes(self) -> list[int]:
        """The labels of the training images, but for those that pollute them: all or, in one-class studies, normal."""
        meant = np.setdiff1d(self.splits["train"], self.splits.get(POLLUTION, []))
        return np.unique(self.labels[meant]).tolist()

    def known_test_indices(self) -> np.ndarray:
        """Return the indices of the test images whose class the network was trained on.

        Raises:
            ValueError: There is none.
        """
        return only(self.splits["test"], self.labels, self.known_classes, "test")


def subject_of(
    images: dict[str, ImageSet],
    splits: dict[str, np.ndarray],
    variant: Variant | None,
    weights: dict[str, np.ndarray] | None,
    seed: int,
    compute: Compute,
) -> Subject:
    """Return a subject, on the device that `compute` names.

    Args:
        images: The study's own image set, `images`, and others, `<dataset>.images`, of which the test part is shown.
        splits: Indices of the images of each split.
        variant: How the network was made; none: there is no network.
        weights: What training left of it.
        seed: Seed of whatever is drawn.
        compute: Where to compute.

    Raises:
        ValueError: The device named is not there.
    """
    device = engine.resolve_device(compute)
    own = images["images"]
    scale = variant.scale if variant else "unit"
    return Subject(
        dataset=own,
        splits=splits,
        seed=seed,
        device=device,
        variant=variant,
        model=engine.restore(variant, own.image_shape, weights, device) if variant else None,
        others={
            name.removesuffix(".images"): other.test_part(device, scale)
            for name, other in images.items()
            if name != "images"
        },
    )
