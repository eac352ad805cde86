"""Charts must hold the numbers that they were given, and the images."""

from base64 import b64decode
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from autoencoders.reporting.charts.loss import loss_chart
from autoencoders.reporting.charts.maps import address, map_chart


def history(start: float) -> pd.DataFrame:
    return pd.DataFrame({"epoch": [1, 2], "train_loss": [start, start / 2], "validation_mse": [start, start / 4]})


def test_a_loss_chart_has_a_line_a_seed_and_a_colour_a_variant():
    chart = loss_chart({"clean": [history(1.0), history(0.8)], "noisy": [history(0.4)]})
    assert len(chart.data) == 6
    validation = [line for line in chart.data if line.line.dash == "dash"]
    assert [list(line.y) for line in validation] == [[1.0, 0.25], [0.8, 0.2], [0.4, 0.1]]
    assert len({line.line.color for line in validation}) == 2
    assert [line.showlegend for line in chart.data if line.line.dash == "solid"] == [True, False, True]


def test_a_point_of_a_map_carries_its_image(rng):
    images = rng.integers(0, 256, size=(3, 1, 4, 5), dtype=np.uint8)
    points = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]])
    chart = map_chart({"net": {"points": points, "labels": np.array([7, 7, 3, 3]), "thumbnails": images}}, axes=True)
    assert {trace.name: len(trace.x) for trace in chart.data} == {"3": 1, "7": 2}  # the last has no picture
    (three,) = [trace for trace in chart.data if trace.name == "3"]
    with Image.open(BytesIO(b64decode(three.customdata[0].partition(",")[2]))) as picture:
        np.testing.assert_array_equal(np.asarray(picture), images[2, 0])


def test_colour_images_keep_their_colours(rng):
    image = rng.integers(0, 256, size=(3, 4, 5), dtype=np.uint8)
    with Image.open(BytesIO(b64decode(address(image).partition(",")[2]))) as picture:
        np.testing.assert_array_equal(np.asarray(picture), image.transpose(1, 2, 0))


@pytest.mark.parametrize("axes", [True, False])
def test_axes_without_units_are_not_drawn(axes):
    arrays = {"points": np.zeros((1, 2)), "labels": np.array([0]), "thumbnails": np.zeros((1, 1, 2, 2), np.uint8)}
    assert (map_chart({"net": arrays}, axes).layout.xaxis.visible is False) != axes
