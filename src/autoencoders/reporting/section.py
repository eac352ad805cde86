"""A section of a report: one study's question, answer, numbers, figures and charts, and their HTML."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from io import BytesIO
from numbers import Integral, Real
from typing import Any, NotRequired, TypedDict

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image, ImageChops, ImageOps

from autoencoders.reporting.living.guess import Guess

NOTHING = "–"
MARGIN = 12  # pixels of white around a figure
WEBP_LIMIT = 16_383  # pixels of a side


@dataclass(frozen=True)
class Picture:
    """A figure, its finding as the title, and how to read it as the caption.

    Attributes:
        title: What it shows.
        caption: How to read it.
        png: The file; of a figure with a title and a note of its own, what lies between is shown.
        kind: What kind of figure it is, above the title.
        owner: Whose it is, if it is one detector's: all of an owner are folded together.
        is_folded: Whether the title alone is seen at first.
    """

    title: str
    caption: str
    png: bytes
    kind: str = ""
    owner: str = ""
    is_folded: bool = False


@dataclass(frozen=True)
class Chart:
    """A Plotly chart in JSON, of a height in pixels, what it shows and how to move about in it."""

    title: str
    caption: str
    json: str
    height: int
    is_folded: bool = False


@dataclass(frozen=True)
class Member:
    """One of the things that a section compares: its name, what it is in words, and its YAML."""

    name: str
    words: str
    yaml: str


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
        question: What was asked.
        answer: What was found.
        facts: What a table of all sections says of it, by heading; none: it is not in such a table.
        warnings: What to know before using the numbers.
        has_charts: Whether the page needs the library of charts.
        has_living: Whether it needs the script of living exhibits.
        html: All of the section.
    """

    name: str
    question: str
    answer: str
    facts: dict[str, str]
    warnings: list[str]
    has_charts: bool
    has_living: NotRequired[bool]
    html: str


@dataclass(frozen=True)
class Section:
    """One study: its question, the answer found, numbers, figures, charts and the sanity checks that failed.

    Attributes:
        better: Which way is better, `lower` or `higher`, by the heading of a column: the best is set in bold.
        members: What is compared, one line each.
        links: Where its files lie, by what they are called.
    """

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
    better: dict[str, str] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)  # see `Rendered`
    links: dict[str, str] = field(default_factory=dict)

    def rendered(self) -> Rendered:
        """Return the section with its HTML; all text in it is escaped."""
        html = environment().get_template("section.html.j2").render(section=self)
        return Rendered(
            name=self.name,
            question=self.question,
            answer=self.answer,
            facts=self.facts,
            warnings=self.warnings,
            has_charts=bool(self.charts),
            has_living=bool(self.living or self.guess),
            html=html,
        )

    @property
    def folded(self) -> dict[str, list[Picture]]:
        """The pictures that are folded, by owner; those of none by themselves."""
        owners: dict[str, list[Picture]] = {}
        for number, picture in enumerate(self.pictures):
            if picture.is_folded:
                owners.setdefault(picture.owner or f"{number}", []).append(picture)
        return owners


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
    made.filters |= {"prose": _prose, "first_sentence": _first_sentence}
    return made


def _prose(text: str) -> str:
    """Return a text with a space between a number and its %, at which no line ends."""
    return re.sub(r"(?<=\d) ?%", "\u00a0%", text)


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".") + "."


def _inert(json: str) -> Markup:
    """Return JSON that a page can hold: nothing in it ends the script element that it stands in."""
    return Markup(json.replace("<", "\\u003c"))


def _embedded(content: bytes) -> dict[str, Any]:
    """Return a picture's `data:` address and its size: WebP without loss takes little more than half of PNG's room."""
    buffer = BytesIO()
    with Image.open(BytesIO(content)) as opened:
        picture = _panels(opened)
        width, height = picture.size
        if picture.format == "WEBP" or max(picture.size) > WEBP_LIMIT:
            kind = (picture.format or "png").lower()
            if picture is opened:
                buffer.write(content)
            else:
                picture.save(buffer, kind)
        else:
            kind = "webp"
            picture.save(buffer, kind, lossless=True, method=2, quality=50)
    address = f"data:image/{kind};base64,{b64encode(buffer.getvalue()).decode('ascii')}"
    return {"address": address, "width": width, "height": height}


def told(content: bytes) -> tuple[str, str]:
    """Return the finding that a figure tells, and its note on how to read it; empty where the file has none."""
    with Image.open(BytesIO(content)) as picture:
        return picture.info.get("Title", ""), picture.info.get("Description", "")


def _panels(picture: Image.Image) -> Image.Image:
    """Return a figure without the words above and below it, which its page says, and without white margins."""
    if "Body" not in picture.info:
        return picture
    top, bottom = (float(share) for share in picture.info["Body"].split())
    body = picture.convert("RGB").crop((0, int(top * picture.height) + 1, picture.width, int(bottom * picture.height)))
    box = ImageChops.difference(body, Image.new("RGB", body.size, "white")).getbbox()
    return ImageOps.expand(body.crop(box), MARGIN, "white") if box else body


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


def _rows(table: pd.DataFrame, better: dict[str, str]) -> list[tuple[str, list[tuple[str, bool]]]]:
    """Return each row's name and its cells as text, with whether each is the best of its column."""
    table = _with_row_names(table)
    best = {name: _best(table[name], better[name]) for name in table if name in better and len(table) > 1}
    rows = zip(table.index, table.itertuples(index=False, name=None), strict=True)
    return [
        (
            _text(name),
            [(_text(value), value == best.get(column, NOTHING)) for column, value in zip(table, row, strict=True)],
        )
        for name, row in rows
    ]


def _best(column: pd.Series, better: str) -> Any:
    """Return the best value of a column of numbers, or texts of numbers, as it stands there."""
    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.isna().all():
        return NOTHING
    return column.iloc[np.nanargmin(numbers) if better == "lower" else np.nanargmax(numbers)]


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
