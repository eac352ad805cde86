"""What a notebook shows of results: figures, comparisons and answers, read from the catalog."""

from io import BytesIO

import pandas as pd
from IPython.display import Image, Markdown
from kedro.io import CatalogProtocol
from PIL import Image as Picture

from autoencoders.reporting import study as section

WIDTH = 900  # pixels at most, of a picture that a notebook keeps


def choose(catalog: CatalogProtocol, sheet: str, small: dict[str, str]) -> dict[str, str]:
    """Return where to read each study of a course sheet: its own results or, where there are none, a small version.

    Args:
        catalog: The project's catalog.
        sheet: The sheet's name.
        small: By the sheet's study, the study `<suite>.<study>` of the digits that stands in for it.

    Returns:
        `<suite>.<study>` by the sheet's study.
    """
    own = {study: f"{sheet}.{study}" for study in small}
    return {study: own[study] if catalog.exists(f"{own[study]}.comparison.table") else small[study] for study in small}


def figure(catalog: CatalogProtocol, *names: str) -> Image:
    """Return the first of some figures that has been drawn, small enough to be kept in a notebook.

    Raises:
        FileNotFoundError: None has.
    """
    for name in names:
        if catalog.exists(name):
            return Image(small(catalog.load(name)))
    raise FileNotFoundError(f"{' and '.join(names)}: not drawn yet. Run `kedro run` in the project first.")


def small(png: bytes) -> bytes:
    """Return a picture in 256 colours, no wider than a page."""
    with Picture.open(BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    if picture.width > WIDTH:
        picture = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Picture.Resampling.BOX)
    kept = BytesIO()
    picture.quantize(method=Picture.Quantize.MAXCOVERAGE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def comparison(catalog: CatalogProtocol, study: str) -> pd.DataFrame:
    """Return the columns of a study's comparison that a reader compares, one row per variant: means over seeds."""
    table = catalog.load(f"{study}.comparison.table").set_index("variant")
    headings = {"seeds": "seeds"} | {f"{metric}_mean": heading for metric, heading in section.SHOWN.items()}
    return (
        table[[name for name in headings if name in table]].rename(columns=headings).dropna(axis="columns", how="all")
    )


def answer(catalog: CatalogProtocol, study: str) -> Markdown:
    """Return a study's question and its answer, with the run's own numbers filled in."""
    block = catalog.load(f"params:{study}")
    table = catalog.load(f"{study}.comparison.table")
    found = {name: catalog.load(f"{study}.comparison.{name}_summary") for name in block.get("measurements", ())}
    words = section.fill_in(block["answer"], table, found) if "answer" in block else section.answer(table)
    return Markdown(f"**{block['question']}** {words} (`{study}`)")
