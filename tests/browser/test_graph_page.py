"""The graph's site with the lesson, opened from disk."""

import re

import pytest

pytestmark = pytest.mark.slow


def named(visit, kind: str, name: str):
    return visit.page.locator(kind, has_text=re.compile(f"^{re.escape(name)}$"))


def unfold(visit, box: str) -> None:
    named(visit, ".pipeline-node", box).click()


def choose(visit, name: str) -> None:
    """Click a name in the list, which nothing else covers."""
    named(visit, ".row-text__label", name).click()


def zoom(visit) -> int:
    """Return the size at which the whole graph fits, in percent."""
    return int(visit.page.locator(".pipeline-minimap-toolbar__scale").inner_text().rstrip("%"))


def test_the_lesson_opens_at_a_readable_size_and_its_boxes_unfold(visit, site):
    visit.page.goto(site)
    nodes = visit.page.locator(".pipeline-node")
    nodes.first.wait_for()
    names = nodes.all_text_contents()
    assert len(names) == 13
    assert {"raw", "images", "dense_8", "comparison", "report"} <= set(names)
    assert zoom(visit) >= 60
    lines = visit.page.locator(".pipeline-edge").count()
    unfold(visit, "dense_8")
    visit.page.locator(".pipeline-node", has_text="dense_8.weights").wait_for()
    assert 13 < nodes.count() <= 30
    assert visit.page.locator(".pipeline-edge").count() > lines
    visit.check()


def test_a_click_tells_what_a_table_a_figure_and_a_node_are(visit, site):
    visit.page.goto(site)
    side = visit.page.locator(".pipeline-metadata")
    unfold(visit, "comparison")
    choose(visit, "samples")
    picture = side.locator("img").first
    picture.wait_for()
    assert picture.evaluate("image => image.naturalWidth") > 300
    choose(visit, "lesson.table")
    side.locator("table").wait_for()
    assert "dense_8" in side.locator("table").inner_text()
    assert side.locator("[data-test=metadata-stats-value-rows]").inner_text() == "1"
    assert side.locator("[data-test=metadata-stats-value-file_size]").inner_text().endswith(("bytes", "KB"))
    choose(visit, "split_images")
    side.get_by_text("Show Code").click()
    visit.page.get_by_text("Divide a dataset, class by class", exact=False).first.wait_for()
    visit.check()
