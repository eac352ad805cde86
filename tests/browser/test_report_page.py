"""The report of the digits, opened from disk."""

import pytest

pytestmark = pytest.mark.slow
LIMIT = 15e6  # bytes
PICTURES = ".picture img"


@pytest.fixture(scope="module")
def report(finished):
    return finished / "data/08_reporting/digits/report.html"


def loaded(page) -> list[bool]:
    return page.locator(PICTURES).evaluate_all("images => images.map((one) => one.naturalWidth > 200)")


def test_every_figure_loads_and_every_chart_is_drawn(visit, report):
    assert report.stat().st_size < LIMIT
    visit.page.goto(report.as_uri())
    assert len(loaded(visit.page)) > 20 and all(loaded(visit.page))
    charts = visit.page.locator(".plot")
    assert charts.count() >= 6
    for index in range(charts.count()):
        charts.nth(index).scroll_into_view_if_needed()
        charts.nth(index).locator(".main-svg").first.wait_for()
    visit.check()


def test_a_point_shows_the_image_it_stands_for(visit, report):
    visit.page.goto(report.as_uri())
    chart = visit.page.locator("figure.chart", has_text="codes")
    chart.scroll_into_view_if_needed()
    point = chart.locator(".points path").nth(5)
    point.wait_for()
    chart.scroll_into_view_if_needed()
    place = point.bounding_box()
    visit.page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    visit.page.locator("#thumbnail").wait_for(state="visible")
    assert visit.page.locator("#thumbnail").evaluate("image => image.naturalWidth") == 8
    visit.check()


def test_contents_lead_to_every_section_and_the_last_says_how_to_reproduce(visit, report):
    visit.page.goto(report.as_uri())
    links = visit.page.locator("nav a").evaluate_all("links => links.map((one) => one.getAttribute('href'))")
    assert all(visit.page.locator(link).count() == 1 for link in links)
    origin = visit.page.locator("#reproduce").inner_text()
    for word in ("command", "commit", "seeds", "data checksum", "time", "hardware"):
        assert word in origin
    visit.check()


def test_a_phone_shows_it_without_scrolling_sideways(visit, report):
    visit.page.set_viewport_size({"width": 390, "height": 800})
    visit.page.goto(report.as_uri())
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    visit.check()


def test_without_javascript_all_but_the_charts_is_there(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    widths = [image.bounding_box()["width"] for image in page.locator(PICTURES).all()]
    assert len(widths) > 20 and min(widths) > 200
    assert page.locator("noscript p").count() >= 6
    assert page.locator(".stage").count() == 2 and not any(one.is_visible() for one in page.locator(".stage").all())
    assert page.locator(".living noscript p").count() == 2
    context.close()
