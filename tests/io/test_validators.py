"""Validators: whole data passes, and each fault is told in one sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kedro.io import DataCatalog
from kedro.validation import DataValidationError

from autoencoders.data.catalog.validators import check_images, check_labels, check_raw_images


@pytest.fixture
def raw() -> dict[str, Any]:
    """Three images of two classes."""
    return {
        "images": np.full((3, 1, 2, 2), 255, np.uint8),
        "labels": np.array([0, 1, 1], np.uint8),
        "parts": np.array(["train", "train", "test"]),
        "intensity": 255,
        "class_names": ["o", "ki"],
        "checksum": "0",
        "name": "a test",
        "source": "a test",
    }


def test_whole_raw_images_pass(raw: dict[str, Any]) -> None:
    check_raw_images(raw)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("images", np.zeros((3, 2, 2), np.uint8), r"shape \(N, C, H, W\), got \(3, 2, 2\)"),
        ("images", np.zeros((3, 1, 2, 2)), "uint8, got float64"),
        ("images", np.zeros((0, 1, 2, 2), np.uint8), "not be empty"),
        ("intensity", 16, r"images must lie in 0..16 \(intensity\), got 255"),
        ("labels", np.zeros(2, np.uint8), r"one entry an image, 3, got \(2,\)"),
        ("labels", np.zeros((3, 1), np.uint8), r"shape \(N,\), got \(3, 1\)"),
        ("labels", np.zeros(3), "integers, got float64"),
        ("labels", np.array([0, 2, 1]), r"labels must lie in 0..1 \(class_names\), got 2"),
        ("labels", np.array([0, -1, 1]), r"labels must lie in 0..1 \(class_names\), got -1"),
        ("parts", np.array(["train", "valid", "test"]), r"'train' or 'test', got \['valid'\]"),
        ("parts", np.array(["train"]), r"parts must have one entry an image, 3, got \(1,\)"),
    ],
)
def test_a_fault_in_raw_images_is_told(raw: dict[str, Any], field: str, value: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_raw_images({**raw, field: value})


def test_a_missing_field_is_named(raw: dict[str, Any]) -> None:
    del raw["source"]
    with pytest.raises(ValueError, match=r"got none named \['source'\]"):
        check_raw_images(raw)


def test_stored_images_and_labels_pass(raw: dict[str, Any]) -> None:
    check_images(raw["images"])
    check_labels(raw["labels"])


def test_the_catalog_refuses_to_save_what_is_not_images(tmp_path: Path) -> None:
    config = {
        "{dataset}.images": {
            "type": "autoencoders.data.catalog.array.ArrayDataset",
            "filepath": f"{tmp_path}/{{dataset}}/images.npy",
            "validator": "autoencoders.data.catalog.validators.check_images",
        }
    }
    catalog = DataCatalog.from_config(config)
    catalog.save("mnist.images", np.zeros((1, 1, 2, 2), np.uint8))
    with pytest.raises(DataValidationError, match="images must be uint8, got float64"):
        catalog.save("mnist.images", np.zeros((1, 1, 2, 2)))
    assert catalog.load("mnist.images").dtype == np.uint8
