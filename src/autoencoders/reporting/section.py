"""What a section of the report holds."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Picture:
    """A figure, and in words what it shows: the caption stands beneath it and for it."""

    title: str
    caption: str
    png: bytes


@dataclass(frozen=True)
class Chart:
    """A Plotly chart in JSON, of a height in pixels, what it shows and how to move about in it."""

    title: str
    caption: str
    json: str
    height: int


@dataclass(frozen=True)
class Section:
    """One study: its question, the answer found, numbers, figures, charts and the sanity checks that failed."""

    name: str
    question: str
    answer: str
    table: pd.DataFrame
    pictures: list[Picture]
    warnings: list[str]
    charts: list[Chart] = field(default_factory=list)
