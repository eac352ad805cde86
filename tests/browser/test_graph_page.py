"""The graph's site, opened from disk."""

import re

import pytest

pytestmark = pytest.mark.slow


def unfold(visit, name: str) -> None:
    visit.page.locator(".pipeline-node", has_text=re.compile(f"^{re.escape(name)}$")).click()


def test_boxes_unfold_from_dataset_to_study_to_variant(visit, site):
    visit.page.goto(site)
    unfold(visit, "digits")
    unfold(visit, "denoising")
    visit.page.locator(".pipeline-node", has_text="sigma_02").first.wait_for()
    nodes = visit.page.locator(".pipeline-node")
    assert nodes.count() < 100  # figures stay where they are drawn
    assert all(text.strip() for text in nodes.all_text_contents())
    visit.check()


def test_a_table_shows_its_preview(visit, site):
    visit.page.goto(site)
    for name in ("digits", "denoising", "comparison", "denoising.table"):
        unfold(visit, name)
    preview = visit.page.locator(".pipeline-metadata table")
    preview.wait_for()
    assert "sigma_02" in preview.inner_text()
    visit.check()


def test_a_figure_shows_its_preview(visit, site):
    visit.page.goto(site)
    unfold(visit, "digits")
    unfold(visit, "samples")
    picture = visit.page.locator(".pipeline-metadata img").first
    picture.wait_for()
    assert picture.evaluate("image => image.naturalWidth") > 300
    visit.check()


def test_a_node_says_what_it_does(visit, site):
    visit.page.goto(site)
    unfold(visit, "digits")
    unfold(visit, "split_images")
    visit.page.locator(".pipeline-metadata", has_text="split_images").wait_for()
    visit.page.locator(".pipeline-metadata").get_by_text("Show Code").click()
    visit.page.get_by_text("Divide a dataset, class by class", exact=False).first.wait_for()
    visit.check()
