"""The living exhibits of the digits' report: networks run in the page and are set against torch."""

import json
from base64 import b64decode

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from safetensors.numpy import load_file

from autoencoders.detection import tryout
from autoencoders.detection.scores import smoothing
from autoencoders.detection.scores.restoration import Config as Restoration
from autoencoders.detection.scores.restoration import edges, energy
from autoencoders.training import engine
from autoencoders.training.variant import Variant

pytestmark = pytest.mark.slow
SHAPE = (1, 8, 8)
CLOSE = 1e-3  # of intensities in [0, 1]; 8-bit pixels of a canvas are off by half a level more


@pytest.fixture(scope="module")
def digits(finished):
    return yaml.safe_load((finished / "conf/base/parameters/digits.yml").read_text(encoding="utf-8"))["digits"]


@pytest.fixture
def report(finished, visit):
    visit.page.goto((finished / "data/08_reporting/digits/report.html").as_uri())
    return visit.page


def restored(finished, digits, study: str, variant: str, turn: str = ""):
    """Return the fitted network."""
    weights = finished / f"data/06_models/digits/{study}/{variant}/seed_0{turn and '.'}{turn}/weights.safetensors"
    block = Variant.model_validate(digits[study]["variants"][variant])
    return engine.restore(block, SHAPE, load_file(weights), torch.device("cpu"))


def exhibit(page, kind: str):
    """Return an exhibit that has come to life."""
    found = page.locator(f"[data-living={kind}]")
    found.scroll_into_view_if_needed()
    found.locator(".stage").wait_for(state="visible")
    return found


def pixels(canvas) -> np.ndarray:
    """Return the intensities in [0, 1] that a canvas shows."""
    colours = "(one) => [...one.getContext('2d').getImageData(0, 0, one.width, one.height).data]"
    return np.array(canvas.evaluate(colours)[::4]) / 255


def drag(page, canvas, way: list[tuple[float, float]]) -> None:
    """Draw a stroke over a canvas, by shares of its sides."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in way]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def ring() -> list[tuple[float, float]]:
    angles = np.linspace(0, 2 * np.pi, 14)
    return list(zip(0.5 + 0.2 * np.cos(angles), 0.5 + 0.3 * np.sin(angles), strict=True))


@torch.inference_mode()
def test_a_point_on_the_map_decodes_as_torch_does_and_a_drawing_has_a_code(visit, report, finished, digits):
    found = exhibit(report, "map")
    for variant in ("dense_2", "variational_2"):
        model = restored(finished, digits, "manifold", variant)
        found.get_by_role("button", name=variant).click()
        drag(report, found.locator(".map"), [(0.5, 0.5), (0.3, 0.7)])
        dragged = json.loads(found.locator(".where").get_attribute("data-code"))
        report.keyboard.press("Tab")
        found.locator(".map").press("ArrowRight")
        code = json.loads(found.locator(".where").get_attribute("data-code"))
        assert code[0] > dragged[0] and code[1] == dragged[1]
        expected = model.decode(torch.tensor([code])).flatten().numpy()
        data = json.loads(found.locator("xpath=./script").text_content())
        packed = data["networks"][variant]
        numbers = report.evaluate("([net, code]) => [...living.network(net).decode(code)]", [packed, code])
        np.testing.assert_allclose(numbers, expected, atol=CLOSE)
        np.testing.assert_allclose(pixels(found.locator(".decoded")), expected, atol=CLOSE + 1 / 255)
        image = np.frombuffer(b64decode(data["images"]), np.uint8)[:64] / np.float32(data["intensity"])
        codes = report.evaluate("([net, image]) => [...living.network(net).encode(image)]", [packed, image.tolist()])
        expected = model.encode(torch.as_tensor(image).view(1, *SHAPE)).flatten().numpy()
        np.testing.assert_allclose(codes, expected, atol=CLOSE * max(1, np.abs(expected).max()))
    drag(report, found.locator(".pad"), ring())
    rows = found.locator(".answers tbody tr")
    assert rows.count() == 3 and "PCA" in rows.nth(2).inner_text()
    drawn = torch.as_tensor(pixels(found.locator(".seen"))).float().view(1, *SHAPE)
    assert drawn.max() > 0.9 and drawn[0, 0, 3:5, 3:5].max() < 0.5, "a ring stays one"
    shown = [float(part) for part in rows.nth(1).locator("td").nth(1).inner_text().strip("()").split(",")]
    np.testing.assert_allclose(shown, model.encode(drawn).flatten().numpy(), atol=0.02)
    visit.check()


@torch.inference_mode()
def test_on_a_phone_the_threshold_counts_as_its_table_and_detectors_judge_a_drawing(visit, report, finished, digits):
    report.set_viewport_size({"width": 390, "height": 800})
    found = exhibit(report, "detectors")
    table = pd.read_csv(finished / "data/08_reporting/digits/anomaly_detection/dense/seed_0/thresholds.csv")
    found.locator(".detector").select_option("dense")
    for turn in ("digit_3", "digit_1"):
        found.locator(".turn").select_option(turn)
        own = table[table["normal_class"] == turn].set_index("rule")
        for rule in found.locator(".rules button").all():
            rule.click()
            row = own.loc[rule.inner_text()]
            for name, expected, of in (
                ("false_alarms", row["empirical_rate"] * row["n_test"], row["n_test"]),
                ("misses", (1 - row["detection_rate"]) * row["n_anomalies"], row["n_anomalies"]),
            ):
                assert found.locator(f".{name}").inner_text().startswith(f"{round(expected)} of {round(of)} ")
    found.locator(".threshold").press("Home")
    assert "(100.0 %)" not in found.locator(".misses").inner_text()
    found.locator(".threshold").press("End")
    assert found.locator(".false_alarms").inner_text().startswith("0 of ")
    drag(report, found.locator(".pad"), ring())
    verdicts = found.locator("[data-score]")
    assert verdicts.count() == 2 * len(digits["anomaly_detection"]["normal_classes"])
    drawn = torch.as_tensor(pixels(found.locator(".seen"))).float().view(1, *SHAPE)
    model = restored(finished, digits, "anomaly_detection", "dense", "digit_0")
    error = (model(drawn)[0] - drawn).square().mean()
    expected = float(error / edges(drawn) ** 0.5)
    assert float(verdicts.nth(1).get_attribute("data-score")) == pytest.approx(expected, rel=0.02)
    smooth = Restoration(kind="restoration", views=0, smoothing=1.0, energy=0.25, edges=0.5)
    image, other = torch.rand(2, 1, 1, 9, 12, generator=torch.Generator().manual_seed(0))
    residual = smoothing.smooth(other - image, 1.0).square().mean()
    expected = float(residual / energy(image) ** 0.25 / edges(image) ** 0.5)
    given = [tryout.formula(smooth), *(one.flatten().tolist() for one in (image, other)), [1, 9, 12]]
    assert report.evaluate("(given) => living.score(...given)", given) == pytest.approx(expected, rel=1e-4)
    assert report.evaluate("document.documentElement.scrollWidth") <= 390
    guess = report.locator("[data-living=guess]").first
    guess.locator("summary").click()
    ranked = guess.locator("li").evaluate_all("rows => rows.map((row) => row.dataset.name)")
    assert guess.locator("ol").is_hidden()
    guess.get_by_role("button", name=ranked[-1]).click()
    assert guess.locator(".verdict").inner_text().startswith(f"No, it is {ranked[0]}")
    assert guess.locator("ol").is_visible()
    visit.check()
