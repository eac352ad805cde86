"""Printed numbers and what became of them."""

from __future__ import annotations

import re
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
        better: Which way is better.
        study: Where ours stands.
        place: Where in the study, as in its answer: `unpool[test/mse]`, a variant's metric, or
            `sweep[random_mse, variant=width_53]`, a column of a measurement's table and the rows that count.
        reason: Why ours differs; needed where ours is neither met nor beaten.
    """

    item: str
    what: str
    value: float
    better: Literal["lower", "higher"]
    study: str
    place: str
    reason: str = ""


def tick_off(published: pd.DataFrame, study: str, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Set the numbers printed for a study beside ours.

    Args:
        published: One row per number of any study, with the columns of `Number`.
        study: The study's name.
        tables: Its `metrics` and, by name, its measurements, each with a column seed.

    Returns:
        One row per printed number: item, what, published, ours (mean over seeds), sd, seeds, collapsed (seeds whose
        network shows every image alike, which do not count), verdict (met: within 3 sd and the rounding of the printed
        number; beaten; explained: neither, for the reason given; missed: neither, without one), reason.

    Raises:
        ValueError: A row is malformed, or points at what is not there.
    """
    import pandas as pd

    rows = []
    for row in published[published["study"] == study].fillna("").to_dict("records"):
        try:
            rows.append(_row(Number.model_validate(row), tables))
        except ValueError as error:
            raise ValueError(f"published, item {row.get('item')}: {error}") from None
    return pd.DataFrame(rows)


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


def parse(place: str) -> tuple[str, dict[str, str]]:
    """Return the column of a place, `column, other=value, ..`, and the values that other columns have there."""
    column, *conditions = (part.strip() for part in place.split(","))
    return column, {name: value for name, _, value in (condition.partition("=") for condition in conditions)}


def select(table: pd.DataFrame, column: str, conditions: dict[str, str]) -> pd.Series:
    """Return a column in the rows where other columns have these values.

    Raises:
        KeyError: There is no such column.
    """
    from pandas.api.types import is_numeric_dtype

    for name, value in conditions.items():
        table = table[table[name] == (float(value) if is_numeric_dtype(table[name]) else value)]
    return table[column]


def _row(number: Number, tables: dict[str, pd.DataFrame]) -> dict[str, object]:
    table, column, conditions = _find(number, tables)
    try:
        found = select(table.set_index("seed", drop=False), column, conditions)
    except KeyError as error:
        raise ValueError(f"place: {number.study} has no column {error} for {number.place}") from None
    if found.empty:
        raise ValueError(f"place: {number.study} has no row at {number.place}")
    collapsed = _collapsed(tables["metrics"], conditions.get("variant"))
    over_seeds = found.groupby(level="seed").mean()
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


def _find(number: Number, tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, str, dict[str, str]]:
    """Return the table that a number is looked up in, its column, and the values of other columns there."""
    place = re.fullmatch(r"(\w+)\[(.+)\]", number.place)
    if place is None:
        raise ValueError(f"place must read like unpool[test/mse], got {number.place!r}")
    whose, inner = place.groups()
    if whose in tables:
        return tables[whose], *parse(inner)
    return tables["metrics"], "value", {"variant": whose, "metric": inner}


def _collapsed(metrics: pd.DataFrame, variant: str | None) -> list[int]:
    """Return the seeds with which a variant's reconstructions are all alike."""
    failed = (metrics["metric"] == f"{SANITY_CHECK}reconstructions_differ") & (metrics["value"] == 0)
    return metrics.loc[failed & (metrics["variant"] == variant), "seed"].tolist()
