"""Measurements, a folder each: `Config`, what its YAML block may say, `measure` and `draw`.

`measure(subject, config)` looks at one fitted network and returns a `Finding`; `draw(findings, config)` sets the
findings of a study's variants side by side in one figure. Those in `CHARTED` have a `chart(findings)`, too, to move
about in.
"""

from __future__ import annotations

import logging
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from autoencoders.configuration import Plugin
from autoencoders.data.finding import Finding
from autoencoders.key import Key

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go
    from matplotlib.figure import Figure

    from autoencoders.evaluation.subject import Subject


logger = logging.getLogger(__name__)

DRAWN = 100  # variants, or in one-class studies variants and normal classes, that a figure shows
CHARTED = ("latent_scatter", "tsne")


class Measurement(Plugin):
    """The part of a `measurements` block that every measurement shares."""

    kind: str


def measure(subject: Subject, settings: Measurement) -> Finding:
    """Make the measurement that `settings` names."""
    return _module(settings).measure(subject, settings)


def compare(findings: dict[Key, Finding], settings: Measurement, ranked: list[str]) -> tuple[Figure, pd.DataFrame]:
    """Draw the findings of a study's variants in one figure and join their tables.

    Args:
        findings: The finding of every variant and seed and, in one-class studies, normal class.
        settings: Settings of the measurement.
        ranked: The variants, the best first: where there are too many for a figure, it shows these.

    Returns:
        The figure; and the tables in one, with columns variant and seed (and normal_class) before the rest.
    """
    import pandas as pd

    grouped: dict[str, list[Finding]] = {}
    for key, finding in findings.items():
        grouped.setdefault(f"{key.detector} {key.normal_class}".rstrip(), []).append(finding)
    names = ["variant", "seed", *(["normal_class"] if any(key.normal_class for key in findings) else [])]
    tables = {key[2 : 2 + len(names)]: finding.table for key, finding in findings.items()}
    summary = pd.concat(tables, names=names).reset_index(names).reset_index(drop=True)
    if len(grouped) > DRAWN:
        logger.warning("%s: the figure shows the best %d of %d; the table has all", settings.kind, DRAWN, len(grouped))
    return _module(settings).draw({name: grouped[name] for name in best_of(list(grouped), ranked)}, settings), summary


def best_of(names: list[str], ranked: list[str], most: int = DRAWN) -> list[str]:
    """Return the names of the best variants, or of variants and normal classes, in the order in which they are given.

    Args:
        names: Variants, or `<variant> <normal class>`.
        ranked: Variants, the best first.
        most: How many names are returned at most.
    """
    places = {variant: place for place, variant in enumerate(ranked)}
    best = sorted(names, key=lambda name: places.get(name.partition(" ")[0], len(ranked)))[:most]
    return [name for name in names if name in best]


def chart(findings: dict[Key, Finding], settings: Measurement) -> go.Figure:
    """Draw what a measurement found of the variants, one seed each, as a chart.

    Args:
        findings: The findings, by key.
        settings: Settings of the measurement, one of `CHARTED`.
    """
    return _module(settings).chart({key.detector: finding.arrays for key, finding in findings.items()})


def _module(settings: Measurement) -> ModuleType:
    return sys.modules[type(settings).__module__]
