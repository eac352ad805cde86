"""The report of the digits, opened from disk: what a student asks of it, and what a browser makes of it."""

import re

import pytest

pytestmark = pytest.mark.slow
LIMIT = 8e6  # bytes
TALL = 11_000  # pixels at 1,400 wide, folded
READY = 2  # seconds until it can be used
PICTURES = ".picture img"

QUESTIONS = {  # of a student who has the report alone: where the answer stands, and what it looks like
    "How many images do the networks learn from, and how many test them?": (
        ".summary",
        "1,152 to train on.* 359 to test",
    ),
    "Which variant removes the most noise, at which level?": (".studies", r"% of the noise removed \(sd 0.2\)"),
    "Is the best detector better than PCA?": (".studies", r"mean AUROC [\d.]+\s%\s+[\d.]+\s%\s+(better|equal|worse)"),
    "Does a linear network beat PCA with 20 numbers?": ("#section-1 table", "linear_20.*(better|equal|worse)"),
    "What is dense_5, and how long was it trained?": ("#section-1 .members", r"64-128-5-128-64, GELU, \d+ epochs"),
    "What does the penalty do to the code?": ("#section-2", r"\d+\s% of its values are zero"),
    "Which way up from a pooled code is best?": (".studies", r"\w+, test MSE"),
    "Is an untrained detector better than a guess?": ("#section-6", r"at \d+\s%, a guess"),
    "Did every training pass its sanity checks?": (".studies", "passed|failed"),
    "With which command and seed was this made?": ("#reproduce", r"kedro run[\s\S]*seeds\s+0"),
}


@pytest.fixture(scope="module")
def report(finished):
    return finished / "data/08_reporting/digits/report.html"


def unfold(page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def addresses(page, links: str) -> list[str]:
    return page.locator(links).evaluate_all("links => links.map((one) => one.getAttribute('href'))")


def test_a_student_finds_the_answers_to_ten_questions(visit, report):
    visit.page.goto(report.as_uri())
    unanswered = [
        question
        for question, (place, answer) in QUESTIONS.items()
        if not any(re.search(answer, text) for text in visit.page.locator(place).all_inner_texts())
    ]
    assert not unanswered
    visit.page.locator("#glossary summary").click()
    assert "95 % of the draws agree" in visit.page.locator("#glossary").inner_text(), (
        "what better, equal and worse mean"
    )


def test_it_is_small_and_short_and_soon_ready_and_asks_for_nothing(visit, report):
    assert report.stat().st_size < LIMIT
    visit.page.set_viewport_size({"width": 1400, "height": 900})
    visit.page.goto(report.as_uri())
    ready = "performance.getEntriesByType('navigation')[0].domInteractive"
    assert visit.page.evaluate(ready) < 1000 * READY
    assert visit.page.evaluate("document.documentElement.scrollHeight") < TALL
    visit.check()
    assert visit.hosts == {""}


def test_every_figure_loads_and_every_chart_is_drawn_once_unfolded(visit, report):
    visit.page.goto(report.as_uri())
    unfold(visit.page)
    pictures = visit.page.locator(PICTURES)
    widths = "images => Promise.all(images.map((one) => one.decode().then(() => one.naturalWidth)))"
    pictures.evaluate_all("images => images.forEach((one) => { one.loading = 'eager'; })")
    assert pictures.count() > 20 and min(pictures.evaluate_all(widths)) > 200
    charts = visit.page.locator(".plot")
    assert charts.count() >= 6
    for index in range(charts.count()):
        charts.nth(index).scroll_into_view_if_needed()
        charts.nth(index).locator(".main-svg").first.wait_for()
    visit.check()


def test_a_point_shows_the_image_it_stands_for(visit, report):
    visit.page.goto(report.as_uri())
    chart = visit.page.locator("figure.chart", has_text="Interactive map")
    chart.scroll_into_view_if_needed()
    point = chart.locator(".points path").nth(5)
    point.wait_for()
    chart.scroll_into_view_if_needed()
    place = point.bounding_box()
    visit.page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    visit.page.locator("#thumbnail").wait_for(state="visible")
    assert visit.page.locator("#thumbnail").evaluate("image => image.naturalWidth") == 8
    visit.check()


def test_a_click_sorts_a_table_and_enlarges_a_picture(visit, report):
    visit.page.goto(report.as_uri())
    table = visit.page.locator("#section-1 table").first
    for order in (["40", "20", "5", "5"], ["5", "5", "20", "40"]):
        table.locator("thead th", has_text="code size").click()
        assert table.locator("tbody td:nth-child(2)").all_inner_texts() == order
    picture, enlarged = visit.page.locator(f"#section-1 {PICTURES}").first, visit.page.locator("#enlarged img")
    picture.click()
    assert enlarged.is_visible() and enlarged.get_attribute("src") == picture.get_attribute("src")
    enlarged.click()
    assert not enlarged.is_visible()
    visit.check()


def test_every_link_leads_somewhere(visit, report):
    visit.page.goto(report.as_uri())
    within, files = addresses(visit.page, "nav a, .studies a"), addresses(visit.page, ".links a")
    assert len(within) > 10 and all(visit.page.locator(link).count() == 1 for link in within)
    assert all((report.parent / file).is_file() for file in files if ":" not in file)
    assert sum(link.startswith("http://127.0.0.1:5000/#/experiments/") for link in files) == 6
    assert sum(link.startswith("data:text/yaml") for link in files) == 6


def test_a_phone_shows_it_in_the_dark_without_scrolling_sideways(visit, report):
    visit.page.emulate_media(color_scheme="dark")
    visit.page.set_viewport_size({"width": 390, "height": 800})
    visit.page.goto(report.as_uri())
    for _ in range(2):
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
        unfold(visit.page)
    paper = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", paper))) < 50
    visit.check()


def test_without_javascript_all_but_the_charts_is_there(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    for fold in page.locator("details.fold > summary").all():
        fold.click()
    widths = [image.bounding_box()["width"] for image in page.locator(PICTURES).all()]
    assert len(widths) > 20 and min(widths) > 200
    assert page.locator("noscript p").count() >= 6
    assert page.locator(".stage").count() == 2 and not any(one.is_visible() for one in page.locator(".stage").all())
    assert page.locator(".living noscript p").count() == 2
    context.close()
