"""Measurements, a file each: `Config`, what its YAML block may say, `measure` and `draw`.

`measure(subject, config)` looks at one fitted network and returns a `Finding`; `draw(findings, config)` sets the
findings of a study's variants side by side in one figure. Those in `CHARTED` have a `chart(findings)`, too, to move
about in.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from autoencoders.configuration import Plugin
from autoencoders.data.finding import Finding

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import plotly.graph_objects as go
    from matplotlib.figure import Figure

    from autoencoders.evaluation.subject import Subject


CHARTED = ("latent_scatter", "tsne")


class Measurement(Plugin):
    """The part of a `measurements` block that every measurement shares."""

    kind: str


def measure(subject: Subject, settings: Measurement) -> Finding:
    """Make the measurement that `settings` names."""
    return _module(settings).measure(subject, settings)


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
    return _module(settings).draw(grouped, settings), summary


def chart(arrays: dict[str, dict[str, np.ndarray]], settings: Measurement) -> go.Figure:
    """Draw what a measurement found of the variants, a seed each, as a chart.

    Args:
        arrays: Of the findings, by variant.
        settings: What was measured; one of `CHARTED`.
    """
    return _module(settings).chart(arrays)


def _module(settings: Measurement) -> ModuleType:
    return sys.modules[type(settings).__module__]
