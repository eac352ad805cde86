"""Measurements, a file each: `Config`, what its YAML block may say, `measure` and `draw`.

`measure(subject, config)` looks at one fitted network and returns a `Finding`; `draw(findings, config)` sets the
findings of a study's variants side by side in one figure. Those in `CHARTED` have a `chart(findings)`, too, to move
about in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Any

from autoencoders.configuration import Named

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import plotly.graph_objects as go
    import torch
    from matplotlib.figure import Figure

    from autoencoders.engine import Pixels
    from autoencoders.experiment import Variant
    from autoencoders.models.base import Autoencoder


CHARTED = ("latent_scatter", "tsne")


class Measurement(Named):
    """The part of a `measurements` block that every measurement shares."""

    datasets: tuple[str, ...] = ()  # other datasets whose test images are shown to the network


@dataclass(frozen=True)
class Finding:
    """What a measurement leaves.

    Attributes:
        table: Numbers, in columns named for readers; it is saved as CSV.
        arrays: What the figure needs besides.
    """

    table: pd.DataFrame
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """A fitted network and all that it may be shown.

    Attributes:
        model: In evaluation mode, on `device`.
        variant: How it was made.
        images: All images of the dataset, uint8 (N, C, H, W).
        labels: (N,).
        facts: Of the dataset.
        indices: Of the images of each split: train, validation, calibration, test.
        basis: The principal components of the training images.
        others: Test images of other datasets, by name.
        seed: Of whatever the measurement draws.
        device: Where the model lies.
    """

    model: Autoencoder
    variant: Variant
    images: np.ndarray
    labels: np.ndarray
    facts: dict[str, Any]
    indices: dict[str, np.ndarray]
    basis: dict[str, np.ndarray]
    others: dict[str, Pixels]
    seed: int
    device: torch.device

    def pixels(self, split: str) -> Pixels:
        """Return the images of a split."""
        return self.at(self.indices[split])

    def at(self, indices: np.ndarray) -> Pixels:
        """Return the images at some indices."""
        from autoencoders.engine import pixels

        return pixels(self.images, indices, self.facts, self.device, self.variant.scale)


def kinds() -> list[str]:
    """Return the names a YAML block may give as `kind`: one file each."""
    return sorted(module.name for module in iter_modules(__path__))


def measure(subject: Subject, settings: Measurement) -> Finding:
    """Make the measurement that `settings` names."""
    return _module(settings.kind).measure(subject, settings)


def compare(findings: dict[str, Any], settings: Measurement) -> tuple[Figure, pd.DataFrame]:
    """Draw the findings of a study's variants in one figure and join their tables.

    Args:
        findings: Tables and arrays, named `<variant>/<seed>[/<normal class>]/table` and `../arrays`.
        settings: What was measured.

    Returns:
        The figure; and the tables in one, with columns variant and seed (and normal_class) before the rest.
    """
    import pandas as pd

    units = [name.removesuffix("/table") for name in findings if name.endswith("/table")]
    grouped: dict[str, list[Finding]] = {}
    tables = {}
    for unit in units:
        variant, seed, *normal_class = unit.split("/")
        finding = Finding(findings[f"{unit}/table"], findings[f"{unit}/arrays"])
        grouped.setdefault(" ".join([variant, *normal_class]), []).append(finding)
        tables[(variant, seed, *normal_class)] = finding.table
    names = ["variant", "seed", "normal_class"][: len(next(iter(tables)))]
    summary = pd.concat(tables, names=names).reset_index(names).reset_index(drop=True)
    return _module(settings.kind).draw(grouped, settings), summary


def chart(arrays: dict[str, dict[str, np.ndarray]], settings: Measurement) -> go.Figure:
    """Draw what a measurement found of the variants, a seed each, as a chart.

    Args:
        arrays: Of the findings, by variant.
        settings: What was measured; one of `CHARTED`.
    """
    return _module(settings.kind).chart(arrays)


def _module(kind: str) -> ModuleType:
    return import_module(f"{__name__}.{kind}")
