"""Galleries: images and where they are odd, large enough to be seen and small enough to be sent."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from autoencoders.inspection.reports.gallery import FAINT, GAP, SIDE, box_of, exhibit, overlaid, scale_of, scaled

ROW = {"top": 2, "left": 3, "height": 4, "width": 5}


@pytest.mark.parametrize(
    ("size", "shown"), [((28, 28), (252, 252)), ((64, 48), (256, 192)), ((3000, 4000), (188, 250))]
)
def test_small_images_are_enlarged_and_large_ones_shrunk(size: tuple[int, int], shown: tuple[int, int]) -> None:
    image = np.zeros((1, *size), np.uint8)
    found = exhibit("one.png", "score 1", True, image, np.full(size, 36, np.uint8), ROW)
    with Image.open(BytesIO(found.picture)) as picture:
        assert picture.size == (2 * shown[1] + GAP, shown[0]) and max(shown) <= SIDE


def test_a_small_defect_outlasts_shrinking() -> None:
    errors = np.zeros((1, 1000, 1000))
    errors[0, 501, 503] = 9.0
    small = scaled(errors, scale_of((1000, 1000)), np.max)[0]
    assert small.shape == (250, 250) and small[125, 125] == 9.0


def test_what_is_usual_stays_grey_and_what_is_odd_does_not() -> None:
    heat = np.full((2, 2), FAINT - 1)
    heat[0, 0] = 20.0
    found = overlaid(np.full((3, 2, 2), 100, np.uint8), heat)
    assert (found[1] == 100).all() and np.ptp(found[0, 0].astype(int)) > 50


def test_a_box_is_never_too_small_to_be_seen() -> None:
    left, top, right, bottom = box_of({"top": 50, "left": 50, "height": 1, "width": 1}, 1.0)
    assert right - left == bottom - top == 12 and left < 50 < right
    assert box_of(ROW, 4.0) == (10.0, 6.0, 34.0, 26.0)
