"""What a look at a network leaves: a table and the arrays of its figure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Finding:
    """What a measurement leaves.

    Attributes:
        table: Numbers, in columns named for readers; it is saved as CSV.
        arrays: What the figure needs besides.
    """

    table: pd.DataFrame
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


def joined(findings: dict[str, list[Finding]]) -> dict[str, pd.DataFrame]:
    """Return the tables of each variant, whose findings are one per seed, in one."""
    import pandas as pd

    return {name: pd.concat([finding.table for finding in seeds]) for name, seeds in findings.items()}


def first_arrays(findings: dict[str, list[Finding]]) -> dict[str, dict[str, np.ndarray]]:
    """Return the arrays of each variant's first seed."""
    return {name: seeds[0].arrays for name, seeds in findings.items()}
