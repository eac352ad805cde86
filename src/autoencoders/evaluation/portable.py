"""Networks that a page can run: linear layers and their activations, encoder and decoder apart.

Dense, linear and variational networks and principal components are such. Convolutional ones are not: what runs in a
page is a few lines of script, and none of the project's studies has a convolutional code of two numbers.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from autoencoders.data.images import ImageSet
from autoencoders.models.base import Autoencoder
from autoencoders.models.dense import Dense, Mirror
from autoencoders.models.layers import ACTIVATIONS
from autoencoders.models.linear import Linear
from autoencoders.models.pca import PCA
from autoencoders.models.variational import Variational
from autoencoders.reporting.living.packing import packed_weights
from autoencoders.training import engine
from autoencoders.training.variant import Compute, Variant

NAMES = {kind: name for name, kind in ACTIVATIONS.items()}
Layer = tuple[Tensor, Tensor, str]  # weights (outputs, inputs), biases (outputs,) and the activation after them


def portable(model: Autoencoder, shift: float = 0.0, spread: float = 1.0) -> dict[str, Any]:
    """Return a network as a page runs it.

    Args:
        model: Dense, linear, variational, or principal components.
        shift: Subtracted from intensities in [0, 1] to make what the network sees.
        spread: Divides what is left.

    Returns:
        encoder and decoder, the layers of each in order: weight and bias, packed, and activation; shift and spread.

    Raises:
        ValueError: The network is none of these.
    """
    halves = dict(zip(("encoder", "decoder"), layers(model), strict=True))
    return {name: [_packed(layer) for layer in half] for name, half in halves.items()} | {
        "shift": shift,
        "spread": spread,
    }


def portable_weights(
    variant: Variant, images: ImageSet, weights: dict[str, np.ndarray], compute: Compute
) -> dict[str, Any]:
    """Return a fitted network as a page runs it.

    Args:
        variant: How the network was made.
        images: The dataset.
        weights: What training left of it.
        compute: Where to compute.
    """
    model = engine.restore(variant, images.image_shape, weights, engine.resolve_device(compute))
    units = images.at(np.arange(1), torch.device("cpu"), variant.scale)
    return portable(model, units.shift, units.spread)


def principal(basis: dict[str, np.ndarray], components: int) -> dict[str, Any]:
    """Return the leading principal components as a page runs them, by intensities in [0, 1]."""
    axes, mean = basis["components"][:components], basis["mean"]
    encoder, decoder = (axes, -axes @ mean, "identity"), (axes.T, mean, "identity")
    return {"encoder": [_packed(encoder)], "decoder": [_packed(decoder)], "shift": 0.0, "spread": 1.0}


def layers(model: Autoencoder) -> tuple[list[Layer], list[Layer]]:
    """Return the layers of the encoder and of the decoder.

    Raises:
        ValueError: The network does not consist of linear layers and activations.
    """
    match model:
        case PCA():
            axes, mean = model.components, model.mean
            return [(axes, -axes @ mean, "identity")], [(axes.T, mean, "identity")]
        case Linear(decoder=None):
            weight = model.encoder.weight
            return _stack([model.encoder]), [(weight.T, model.decoder_bias, "identity")]
        case Linear():
            return _stack([model.encoder]), _stack([model.decoder])
        case Dense(decoder=Mirror()):
            return _stack(model.encoder), _mirrored(_stack(model.encoder), model.decoder)
        case Dense():
            return _stack(model.encoder), _stack(model.decoder)
        case Variational():
            *hidden, (weight, bias, name) = _stack(model.encoder)
            mean = (weight[: model.latent_dim], bias[: model.latent_dim], name)  # the log variance is for training
            return [*hidden, mean], _stack(model.decoder)
    raise ValueError(f"a page runs dense layers alone, and this is {type(model).__name__}")


def _stack(modules: nn.Sequential | list[nn.Module]) -> list[Layer]:
    """Return the linear layers among modules, each with the activation that follows it; dropout rests."""
    found: list[Layer] = []
    for module in modules:
        if isinstance(module, nn.Linear):
            found.append((module.weight, module.bias, "identity"))
        elif type(module) in NAMES and found:
            found[-1] = (*found[-1][:2], NAMES[type(module)])
    return found


def _mirrored(encoder: list[Layer], decoder: Mirror) -> list[Layer]:
    """Return the layers of a decoder that uses the encoder's weights, transposed."""
    inner, last = NAMES[type(decoder.activation)], NAMES[type(decoder.output_activation)]
    names = [inner] * (len(encoder) - 1) + [last]
    pairs = zip(reversed(encoder), decoder.biases, names, strict=True)
    return [(weight.T, bias, name) for (weight, _, _), bias, name in pairs]


def _packed(layer: tuple[Any, Any, str]) -> dict[str, Any]:
    weight, bias, name = layer
    arrays = {"weight": weight, "bias": bias}
    return {part: packed_weights(_numpy(array)) for part, array in arrays.items()} | {"activation": name}


def _numpy(array: Tensor | np.ndarray) -> np.ndarray:
    return array.detach().cpu().numpy() if isinstance(array, Tensor) else array
