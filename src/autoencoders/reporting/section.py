"""A section of a report: one study's question, answer, numbers, figures and charts, and their HTML."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from io import BytesIO
from numbers import Integral, Real
from typing import Any, NotRequired, TypedDict

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from autoencoders.reporting.living.guess import Guess

NOTHING = "–"
WEBP_LIMIT = 16_383  # pixels of a side


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
class Exhibit:
    """One of many pictures: its name, a line on it, whether it is marked, and what it shows, as PNG or WebP."""

    name: str
    line: str
    is_marked: bool
    picture: bytes


class Rendered(TypedDict):
    """A section as a page takes it, all of it text, so that it can wait in a file for the page.

    Attributes:
        name: The heading.
        answer: What was found, for the page's summary.
        warnings: What to know before using the numbers.
        has_charts: Whether the page needs the library of charts.
        has_living: Whether it needs the script of living exhibits.
        html: All of the section.
    """

    name: str
    answer: str
    warnings: list[str]
    has_charts: bool
    has_living: NotRequired[bool]
    html: str


@dataclass(frozen=True)
class Section:
    """One study: its question, the answer found, numbers, figures, charts and the sanity checks that failed."""

    name: str
    question: str
    answer: str
    table: pd.DataFrame
    pictures: list[Picture] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    made: str = ""  # by which command, on which commit, and when
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)  # more of them, by their headings
    gallery: list[Exhibit] = field(default_factory=list)
    guess: Guess | None = None  # what to predict before the answer
    living: list[dict[str, Any]] = field(default_factory=list)  # exhibits in which the reader moves something

    def rendered(self) -> Rendered:
        """Return the section with its HTML; all text in it is escaped."""
        html = environment().get_template("section.html.j2").render(section=self)
        return Rendered(
            name=self.name,
            answer=self.answer,
            warnings=self.warnings,
            has_charts=bool(self.charts),
            has_living=bool(self.living or self.guess),
            html=html,
        )


def environment() -> Environment:
    """Return where the templates of reports lie, and what they are filled in by."""
    made = Environment(
        loader=PackageLoader("autoencoders.reporting", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {"separators": (",", ":")}  # and the keys in their own order
    made.filters |= {"embedded": _embedded, "header": _header, "rows": _rows, "inert": _inert}
    return made


def _inert(json: str) -> Markup:
    """Return JSON that a page can hold: nothing in it ends the script element that it stands in."""
    return Markup(json.replace("<", "\\u003c"))


def _embedded(content: bytes) -> dict[str, Any]:
    """Return a picture's `data:` address and its size: WebP without loss takes little more than half of PNG's room."""
    buffer = BytesIO()
    with Image.open(BytesIO(content)) as picture:
        width, height = picture.size
        if picture.format == "WEBP" or max(picture.size) > WEBP_LIMIT:
            kind = picture.format.lower()
            buffer.write(content)
        else:
            kind = "webp"
            picture.save(buffer, kind, lossless=True, method=2, quality=50)
    address = f"data:image/{kind};base64,{b64encode(buffer.getvalue()).decode('ascii')}"
    return {"address": address, "width": width, "height": height}


def _with_row_names(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its rows named: by the first column where the index only counts them."""
    only_counts = isinstance(table.index, pd.RangeIndex) and table.index.name is None
    return table.set_index(table.columns[0]) if only_counts else table


def _header(table: pd.DataFrame) -> tuple[str, list[tuple[str, bool]]]:
    """Return the name of the row names, then each column's name and whether it holds numbers."""
    table = _with_row_names(table)
    numeric = [_holds_numbers(column) for _, column in table.items()]
    names = " · ".join(str(name) for name in table.index.names if name is not None)
    return names, list(zip(map(_text, table.columns), numeric, strict=True))


def _holds_numbers(column: pd.Series) -> bool:
    """Tell whether all that stands in a column are numbers, or texts of numbers."""
    values = column.dropna()
    if any(isinstance(value, bool) for value in values):
        return False
    return pd.api.types.is_numeric_dtype(column) or bool(pd.to_numeric(values, errors="coerce").notna().all())


def _rows(table: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Return each row's name and its cells as text."""
    table = _with_row_names(table)
    rows = zip(table.index, table.itertuples(index=False, name=None), strict=True)
    return [(_text(name), [_text(value) for value in row]) for name, row in rows]


def _text(value: Any) -> str:
    """Print a value: a dash for none, four significant digits for a fraction, anything else as it is."""
    if isinstance(value, tuple):
        return " · ".join(_text(part) for part in value)
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Integral) or not isinstance(value, Real):
        return str(value)
    if abs(value) < 1e7 and (abs(value) >= 1e4 or float(value).is_integer()):
        return f"{value:.0f}"
    return f"{value:#.4g}".rstrip(".")
