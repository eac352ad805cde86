"""Validators: whole data passes, and each fault is told in one sentence."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kedro.io import DataCatalog
from kedro.validation import DataValidationError

from autoencoders.data.catalog.validators import check_image_set
from autoencoders.data.images import ImageSet


@pytest.fixture
def raw() -> ImageSet:
    """Three images of two classes."""
    info = {"intensity": 255, "class_names": ["o", "ki"]}
    images, split = np.full((3, 1, 2, 2), 255, np.uint8), np.array(["train", "train", "test"])
    return ImageSet(images, np.array([0, 1, 1], np.uint8), split, info)


def test_a_whole_image_set_passes(raw: ImageSet) -> None:
    check_image_set(raw)
    check_image_set(replace(raw, masks=np.ones((3, 2, 2), bool)))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("images", np.zeros((3, 2, 2), np.uint8), r"shape \(N, C, H, W\), got \(3, 2, 2\)"),
        ("images", np.zeros((3, 1, 2, 2)), "uint8, got float64"),
        ("images", np.zeros((0, 1, 2, 2), np.uint8), "not be empty"),
        ("info", {"intensity": 16, "class_names": ["o", "ki"]}, r"images must lie in 0..16 \(intensity\), got 255"),
        ("labels", np.zeros(2, np.uint8), r"labels must have one entry per image, 3, got \(2,\)"),
        ("labels", np.zeros((3, 1), np.uint8), r"labels must have one entry per image, 3, got \(3, 1\)"),
        ("labels", np.zeros(3), "integers, got float64"),
        ("labels", np.array([0, 2, 1]), r"labels must lie in 0..1 \(class_names\), got 2"),
        ("labels", np.array([0, -1, 1]), r"labels must lie in 0..1 \(class_names\), got -1"),
        ("official_split", np.array(["train", "valid", "test"]), r"'train' or 'test', got \['valid'\]"),
        ("official_split", np.array(["train"]), r"official_split must have one entry per image, 3, got \(1,\)"),
        ("masks", np.zeros((3, 2, 2), np.uint8), r"masks must be bool \(N, H, W\) as the images, got uint8"),
        ("masks", np.zeros((3, 1, 2, 2), bool), r"as the images, got bool \(3, 1, 2, 2\)"),
    ],
)
def test_a_fault_in_an_image_set_is_told(raw: ImageSet, field: str, value: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_image_set(replace(raw, **{field: value}))


def test_the_catalog_refuses_to_save_what_is_no_whole_image_set(raw: ImageSet, tmp_path: Path) -> None:
    config = {
        "{dataset}.images": {
            "type": "autoencoders.data.catalog.image_set.ImageSetDataset",
            "path": f"{tmp_path}/{{dataset}}",
            "validator": "autoencoders.data.catalog.validators.check_image_set",
        }
    }
    catalog = DataCatalog.from_config(config)
    catalog.save("mnist.images", raw)
    with pytest.raises(DataValidationError, match="images must be uint8, got float64"):
        catalog.save("mnist.images", replace(raw, images=raw.images.astype(float)))
    assert catalog.load("mnist.images").images.dtype == np.uint8
