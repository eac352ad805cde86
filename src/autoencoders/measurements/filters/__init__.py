"""Filters: what each unit of the first layer looks for, or of the last one paints."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from autoencoders.configuration import Count
from autoencoders.data.finding import Finding
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.models.base import Autoencoder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NEAR_ZERO = 0.1  # of the largest norm; a filter below it does next to nothing


class Config(Measurement):
    """The weight vectors of one layer as pictures."""

    kind: Literal["filters"]
    layer: Literal["encoder", "decoder"]  # the first one of the encoder or the last one of the decoder
    count: Count  # drawn, those with the largest norms


def measure(subject: Subject, config: Config) -> Finding:
    """Rank the filters by norm.

    Returns:
        table: one row per filter, the largest norm first: rank, unit, norm (root of the sum of squares), smoothness,
            the correlation about 0 of weights side by side or above one another (0 for noise, 1 for a plain picture),
            and near_zero, 1 where the norm is below a tenth of the largest; its mean is the share of such filters.
        arrays: filters (at most count, C, H, W).

    Raises:
        ValueError: The layer has no weights that make a picture.
    """
    filters = filters_of(subject.model, config.layer).detach().float().cpu().numpy()
    norms = np.sqrt(np.square(filters, dtype=np.float64).sum(axis=(1, 2, 3)))
    order = np.argsort(-norms, kind="stable")
    table = pd.DataFrame(
        {
            "rank": np.arange(1, len(norms) + 1),
            "unit": order,
            "norm": norms[order],
            "smoothness": _smoothness(filters)[order],
            "near_zero": (norms < NEAR_ZERO * norms.max())[order].astype(np.int64),
        }
    )
    return Finding(table, {"filters": filters[order[: config.count]]})


def draw(findings: dict[str, list[Finding]], config: Config) -> "Figure":
    """Draw each variant's filters with the largest norms."""
    from autoencoders.measurements.filters.figure import filter_mosaics

    return filter_mosaics(findings, config.layer)


def filters_of(model: Autoencoder, layer: str) -> Tensor:
    """Return the filters (units, C, H, W) of the first encoding or the last decoding layer.

    A dense unit's filter is as large as the image, a convolution's as its kernel. A decoder without weights of its
    own uses the encoder's, transposed, and so has the same filters.

    Raises:
        ValueError: The layer has no weights that make a picture.
    """
    components = getattr(model, "components", None)
    if isinstance(components, Tensor):  # of PCA, orthonormal: each way the same
        return components.unflatten(1, model.image_shape)
    image = torch.zeros(1, *model.image_shape, device=next((weight.device for weight in model.parameters()), None))
    with torch.inference_mode():
        first = _layers_run(model, lambda: model.encode(image))[:1]
        code = model.encode(image)
        last = _layers_run(model, lambda: model.decode(code))[-1:]
    if not first:
        raise ValueError(f"layer: filters need a layer with weights, got {type(model).__name__}, which has none")
    incoming = layer == "encoder" or not last
    return _weights((first if incoming else last)[0], model.image_shape, incoming)


def _smoothness(filters: np.ndarray) -> np.ndarray:
    """Return the correlation about 0 of adjacent weights of filters (n, C, H, W), (n,); 0 for a filter of zeros."""
    one = np.concatenate([part.reshape(len(filters), -1) for part in (filters[:, :, 1:], filters[..., 1:])], axis=1)
    other = np.concatenate([part.reshape(len(filters), -1) for part in (filters[:, :, :-1], filters[..., :-1])], axis=1)
    product = (one * other).sum(axis=1)
    scale = np.sqrt(np.square(one).sum(axis=1) * np.square(other).sum(axis=1))
    return np.divide(product, scale, out=np.zeros_like(product), where=scale > 0)


def _layers_run(model: nn.Module, run: Callable[[], Tensor]) -> list[nn.Module]:
    """Return the layers with weights in the order in which `run` runs them."""
    ran: list[nn.Module] = []
    with ExitStack() as hooks:
        for module in model.modules():
            if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
                hooks.enter_context(module.register_forward_hook(lambda layer, *_: ran.append(layer)))
        run()
    return ran


def _weights(layer: nn.Module, image_shape: tuple[int, int, int], incoming: bool) -> Tensor:
    """Return the weights with which each unit reads the image, or paints it, as pictures (units, C, H, W)."""
    weight = layer.weight
    if isinstance(layer, nn.Linear):  # (units, pixels) or (pixels, units)
        return (weight if incoming else weight.T).unflatten(1, image_shape)
    return weight if isinstance(layer, nn.Conv2d) == incoming else weight.transpose(0, 1)
