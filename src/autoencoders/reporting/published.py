"""Printed numbers and what became of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from autoencoders.configuration import Strict
from autoencoders.key import SANITY_CHECK

if TYPE_CHECKING:
    import pandas as pd


class Number(Strict):
    """One printed number and where ours stands.

    Attributes:
        item: The sheet's item, such as `B1`.
        what: In words.
        value: As printed.
        study: Where ours stands: the long metrics of this study or, with `measurement`, that measurement's table.
        measurement: Its name, if the number is not among the metrics.
        where: Column and value of the rows that count, such as `variant: unpool`.
        column: Of the number; `value` for metrics.
        better: Which way is better.
        reason: Why ours differs; needed where ours is neither met nor beaten.
    """

    item: str
    what: str
    value: float
    study: str
    measurement: str | None = None
    where: dict[str, str | int | float]
    column: str = "value"
    better: Literal["lower", "higher"]
    reason: str = ""


class Published(Strict):
    """The numbers that a course sheet prints."""

    numbers: tuple[Number, ...]


def tick_off(published: Published, study: str, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Set the numbers printed for a study beside ours.

    Args:
        published: The numbers of all studies.
        study: The study's name.
        tables: Its `metrics` and, by name, its measurements, each with a column seed.

    Returns:
        One row per printed number: item, what, published, ours (mean over seeds), sd, seeds, collapsed (seeds whose
        network shows every image alike, which do not count), verdict (met: within 3 sd and the rounding of the printed
        number; beaten; explained: neither, for the reason given; missed: neither, without one), reason.

    Raises:
        ValueError: A number points at rows that are not there.
    """
    import pandas as pd

    return pd.DataFrame([_row(number, tables) for number in published.numbers if number.study == study])


def verdict(number: Number, ours: float, sd: float) -> str:
    """Judge our mean and standard deviation (0 for one seed) against a printed number."""
    if abs(ours - number.value) <= 3 * sd + rounding(number.value):
        return "met"
    if (ours < number.value) == (number.better == "lower"):
        return "beaten"
    return "explained" if number.reason else "missed"


def rounding(value: float) -> float:
    """Return by how much a printed number may be rounded: half a unit of its last digit."""
    return 0.5 * 10.0 ** Decimal(str(value)).as_tuple().exponent


def _row(number: Number, tables: dict[str, pd.DataFrame]) -> dict[str, object]:
    rows = tables[number.measurement or "metrics"]
    for column, value in number.where.items():
        rows = rows[rows[column] == value]
    if rows.empty:
        raise ValueError(f"published.{number.item}: {number.study} has no row where {number.where}")
    collapsed = _collapsed(tables["metrics"], number.where.get("variant"))
    over_seeds = rows.groupby("seed")[number.column].mean()
    over_seeds = over_seeds.drop(collapsed, errors="ignore") if len(over_seeds) > len(collapsed) else over_seeds
    ours, sd = float(over_seeds.mean()), float(over_seeds.std(ddof=1)) if len(over_seeds) > 1 else 0.0
    return {
        "item": number.item,
        "what": number.what,
        "published": number.value,
        "ours": ours,
        "sd": sd,
        "seeds": len(over_seeds),
        "collapsed": len(collapsed),
        "verdict": verdict(number, ours, sd),
        "reason": number.reason,
    }


def _collapsed(metrics: pd.DataFrame, variant: str | int | float | None) -> list[int]:
    """Return the seeds with which a variant's reconstructions are all alike."""
    failed = (metrics["metric"] == f"{SANITY_CHECK}reconstructions_differ") & (metrics["value"] == 0)
    return metrics.loc[failed & (metrics["variant"] == variant), "seed"].tolist()
