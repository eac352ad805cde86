"""A subject of measurements: scikit-learn's digits and any network."""

import dataclasses

import numpy as np
import torch
from sklearn.datasets import load_digits

from autoencoders.data.finding import Finding
from autoencoders.data.images import ImageSet
from autoencoders.evaluation.subject import Subject
from autoencoders.models.base import Autoencoder
from autoencoders.training import engine
from autoencoders.training.variant import Variant

DENSE = {
    "architecture": "dense",
    "hidden_dims": [],
    "latent_dim": 12,
    "decoder_hidden_dims": [],
    "activation": "relu",
    "latent_activation": "relu",
    "output_activation": "sigmoid",
    "dropout": 0.0,
    "tied_weights": False,
}
TRAINING = {
    "epochs": 12,
    "batch_size": 64,
    "optimizer": "adam",
    "learning_rate": 1e-2,
    "schedule": "one_cycle",
    "weight_decay": 0.0,
    "precision": "float32",
}


class Identity(Autoencoder):
    """Codes are pixels."""

    def __init__(self, image_shape: tuple[int, int, int] = (1, 8, 8)) -> None:
        super().__init__(image_shape, int(np.prod(image_shape)))

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1)

    def decode(self, code: torch.Tensor) -> torch.Tensor:
        return code.unflatten(1, self.image_shape)


def variant(model: dict | None = None, scale: str = "unit") -> Variant:
    nothing = {"kind": "none"}
    block = {"model": model or DENSE, "scale": scale, "corruption": nothing, "penalty": nothing, "training": TRAINING}
    return Variant.model_validate(block)


def subject(
    model: Autoencoder | dict | None = None, fitted: bool = False, classes: range = range(10), scale: str = "unit"
) -> Subject:
    """Return a subject: `model` itself, or the network that a block describes, fresh or fitted."""
    digits = load_digits()
    images, labels = digits.images.astype(np.uint8)[:, None], digits.target.astype(np.int64)
    known = np.flatnonzero(np.isin(labels[:1200], list(classes)))
    one = Subject(
        model=None,
        variant=variant(None if isinstance(model, Autoencoder) else model, scale),
        dataset=ImageSet(images, labels, np.full(len(labels), "train"), {"intensity": 16}),
        splits={"train": known, "validation": np.arange(1200, 1300), "test": np.arange(1300, 1797)},
        seed=0,
        device=torch.device("cpu"),
    )
    if not isinstance(model, Autoencoder):
        if fitted:
            weights = engine.train(one.variant, one.split("train"), one.split("validation"), seed=0).weights
            model = engine.restore(one.variant, (1, 8, 8), weights, one.device)
        else:
            model = engine.build(one.variant, (1, 8, 8), 0, one.device)
    return dataclasses.replace(one, model=model.eval())


def same(one: Finding, other: Finding) -> bool:
    """Return whether two findings agree to the last bit."""
    arrays = one.arrays.keys() == other.arrays.keys() and all(
        np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays
    )
    return arrays and one.table.equals(other.table)
