"""What is known of an image set."""

import hashlib

import numpy as np
import pytest

from autoencoders.data import images
from autoencoders.data.images import ImageSet

INFO = {"name": "photos", "intensity": 10, "class_names": ["fine", "odd", "7"]}


@pytest.fixture
def photos(rng) -> ImageSet:
    values = rng.integers(0, 10, (9, 3, 2, 4), dtype=np.uint8, endpoint=True)
    return ImageSet(values, np.arange(9, dtype=np.uint8) % 3, np.repeat(["train", "test"], [5, 4]), INFO)


def test_the_checksum_is_of_images_and_labels_and_of_masks_if_there_are_any(photos) -> None:
    content = photos.images.tobytes() + photos.labels.tobytes()
    assert photos.described().info["checksum"] == hashlib.sha256(content).hexdigest()
    masks = np.ones((9, 2, 4), bool)
    masked = ImageSet(photos.images, photos.labels, photos.official_split, INFO, masks).described()
    assert masked.info["checksum"] == hashlib.sha256(content + masks.tobytes()).hexdigest()
    assert masked.masks is masks


@pytest.mark.parametrize("batch", [1, 60, 10**6])
def test_mean_and_sd_are_of_all_training_pixels_however_few_are_counted_at_a_time(photos, monkeypatch, batch) -> None:
    monkeypatch.setattr(images, "HISTOGRAM_BATCH", batch)
    info = photos.described().info
    assert info["pixel_mean"] == pytest.approx(photos.images[:5].mean() / 10)
    assert info["pixel_sd"] == pytest.approx(photos.images[:5].std() / 10)


def test_classes_are_given_by_number_or_name(photos) -> None:
    assert photos.labels_of(["odd", 0, "7"]) == [1, 0, 2]


@pytest.mark.parametrize("unknown", ["Odd", 3, -1, "0"])
def test_a_class_that_there_is_not_is_named_beside_those_there_are(photos, unknown) -> None:
    known = "photos has no class .*; its numbers and names are: 0 'fine', 1 'odd', 2 '7'$"
    with pytest.raises(ValueError, match=known):
        photos.labels_of(["fine", unknown])
