"""A report: sections below one another on one self-contained HTML page."""

import gzip
from base64 import b64encode
from collections.abc import Mapping

from autoencoders.reporting.section import Rendered, environment


def render_page(
    title: str,
    summary: str,
    provenance: dict[str, str],
    sections: list[Rendered],
    glossary: Mapping[str, str] | None = None,
) -> str:
    """Render one HTML page, which needs no other file and no network.

    Without script all of it can be read but for its charts and living exhibits; a script draws those, sorts
    tables and enlarges pictures.

    Args:
        title: Heading of the page.
        summary: The findings in a few sentences, below the heading.
        provenance: How to reproduce the page: command, commit, data checksum, hardware, ...; listed at the end.
        sections: The studies, in reading order; those with facts stand in a table at the top, too.
        glossary: What words mean.

    Returns:
        The page; all text is escaped.
    """
    charts = _packed(_plotly()) if any(section["has_charts"] for section in sections) else ""
    template = environment().get_template("page.html.j2")
    about = {"title": title, "summary": summary, "provenance": provenance, "glossary": glossary or {}}
    living = any(section.get("has_living") for section in sections)
    return template.render(sections=sections, plotly=charts, living=living, **about)


def _packed(script: str) -> str:
    """Return a script as text that a browser unpacks when it needs it: gzip, a third in size, in base64."""
    return b64encode(gzip.compress(script.encode(), mtime=0)).decode("ascii")


def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()
