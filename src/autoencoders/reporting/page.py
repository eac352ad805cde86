"""A report: sections below one another on one self-contained HTML page."""

from autoencoders.reporting.section import Rendered, environment


def render_page(title: str, summary: str, provenance: dict[str, str], sections: list[Rendered]) -> str:
    """Render one HTML page, which needs no other file, no network and, but for charts and living exhibits, no script.

    Args:
        title: Heading of the page.
        summary: The findings in a few sentences, below the heading.
        provenance: How to reproduce the page: command, commit, data checksum, hardware, ...; listed at the end.
        sections: The studies, in reading order.

    Returns:
        The page; all text is escaped.
    """
    script = _plotly() if any(section["has_charts"] for section in sections) else ""
    living = any(section.get("has_living") for section in sections)
    content = {"title": title, "summary": summary, "provenance": provenance, "sections": sections}
    return environment().get_template("page.html.j2").render(content, plotly=script, living=living)


def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()
