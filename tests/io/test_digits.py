"""scikit-learn's digits as raw images."""

import numpy as np
import pytest
from kedro.io import DataCatalog, DatasetError

from autoencoders.data.catalog.digits import DigitsDataset

CONFIG = {
    "digits.raw": {
        "type": "autoencoders.data.catalog.digits.DigitsDataset",
        "validator": "autoencoders.data.catalog.validators.check_image_set",
    }
}


def test_the_digits_come_through_the_catalog() -> None:
    raw = DataCatalog.from_config(CONFIG).load("digits.raw")
    assert raw.images.shape == (1797, 1, 8, 8)
    assert raw.images.max() == raw.info["intensity"] == 16
    assert set(raw.official_split) == {"train"} and raw.official_split.dtype == "<U5"
    assert np.bincount(raw.labels).sum() == 1797
    assert raw.info["class_names"] == list("0123456789")


def test_the_digits_have_the_same_checksum_each_time() -> None:
    assert DigitsDataset().load().described().info["checksum"] == DigitsDataset().load().described().info["checksum"]


def test_the_digits_cannot_be_saved() -> None:
    with pytest.raises(DatasetError, match="load-only"):
        DigitsDataset().save({})
