"""What one moves and clicks in a notebook, on a page of its own."""

import numpy as np
import pytest
import torch

from autoencoders.models.dense import Config, Dense
from autoencoders.shell.notebook.controls import STEPS, code_slider, nearest_to, neighbours

pytestmark = pytest.mark.slow
SHAPE = (1, 4, 3)
DRAWN = """canvas => [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]
    .filter((_, index) => index % 4 == 0)"""


def grey(image: np.ndarray) -> list[int]:
    return (image * 255).round().astype(int).ravel().tolist()


def network() -> Dense:
    torch.manual_seed(0)
    block = {"architecture": "dense", "hidden_dims": [8], "latent_dim": 2, "activation": "gelu"}
    return Dense(Config(**block, output_activation="sigmoid"), SHAPE)


def test_the_sliders_show_what_the_decoder_makes_of_their_code(visit, rng):
    flat, codes = network(), rng.normal(size=(50, 2))
    visit.page.set_content(code_slider(flat, codes, np.arange(50) % 10).data)
    first, second = visit.page.locator("input").all()
    first.fill("3")
    second.fill("20")
    low, high = np.percentile(codes, [1, 99], axis=0)
    point = low + np.array([3, 20]) / (STEPS - 1) * (high - low)
    with torch.inference_mode():
        expected = flat.decode(torch.from_numpy(point[None]).float())[0, 0].numpy()
    drawn = visit.page.locator("canvas").nth(1).evaluate(DRAWN)
    assert np.abs(np.subtract(drawn, grey(expected))).max() <= 1
    assert float(visit.page.locator("output").first.inner_text()) == pytest.approx(point[0], abs=0.006)
    visit.page.locator("canvas").first.click(position={"x": 4, "y": 316})  # of the map, the corner where both are low
    assert [one.input_value() for one in (first, second)] == ["0", "0"]
    visit.check()


def test_a_clicked_image_shows_those_nearest_to_it(visit, rng):
    images, codes = rng.random((30, *SHAPE[1:])), rng.random((30, 2))
    control = neighbours(images, {"pixels": images, "code": codes}, count=4, shown=12)
    visit.page.set_content(control.data)
    visit.page.get_by_role("button", name="image 5", exact=True).click()
    shown = visit.page.locator("div > canvas")
    drawn = [one.evaluate(DRAWN) for one in shown.all()]
    nearest = [4, *nearest_to(4, images.reshape(30, -1), 4), *nearest_to(4, codes, 4)]
    assert drawn == [grey(images[index]) for index in nearest]
    visit.check()


def test_the_nearest_rows_leave_out_the_row_itself():
    assert nearest_to(1, np.array([[0.0], [1.0], [1.5], [5.0]]), 2) == [2, 0]
