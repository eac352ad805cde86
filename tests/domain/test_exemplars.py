"""Exemplars must be the ends of the scale, and their maps must say where the error lies."""

import numpy as np
import pandas as pd
import torch

from autoencoders.data.images import ImageTensor
from autoencoders.detection.exemplars import choose, look

SCORES = pd.DataFrame(
    {
        "index": [0, 1, 2, 3, 4, 5, 6],
        "split": ["calibration", *["test"] * 6],
        "label": [0, 0, 0, 0, 1, 1, 1],
        "is_anomaly": [False, False, False, False, True, True, True],
        "anomaly_score": [9.0, 0.3, 0.1, 0.2, 0.15, 0.5, 0.4],
    }
)


def test_each_group_is_an_end_of_the_scale_of_test_images():
    chosen = choose(SCORES, 1).set_index("group")["index"].to_dict()
    assert chosen == {"most normal": 2, "false alarms": 1, "misses": 4, "most anomalous": 5}


def test_with_few_images_a_group_holds_those_there_are():
    assert len(choose(SCORES, 5)) == 12


class Black(torch.nn.Module):
    def forward(self, images):
        return torch.zeros_like(images), images.flatten(1)


def test_the_map_is_the_square_of_what_is_missing():
    images = np.full((7, 1, 2, 2), 255, dtype=np.uint8)
    chosen = choose(SCORES, 1)
    shown = ImageTensor(torch.from_numpy(images[chosen["index"]]), 255)
    finding = look(Black(), chosen, shown)
    table, arrays = finding.table, finding.arrays
    assert table["error"].tolist() == [1.0] * 4
    np.testing.assert_array_equal(arrays["squares"], np.ones((4, 1, 2, 2), np.float32))
    np.testing.assert_array_equal(arrays["inputs"], arrays["squares"])
