"""Photographs of surfaces as raw images: good ones, and defective ones whose masks say where."""

import sys
from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from kedro.io import DataCatalog, DatasetError
from skimage import data

from autoencoders.data.catalog.surfaces import SurfacesDataset
from autoencoders.data.defects import UNSEEN
from autoencoders.data.images import ImageSet

RUN = 16  # pixels of a row, which tell where on a photograph an image comes from
CHECKSUMS = {  # of the whole image sets: the same on every machine
    "brick": "60300aa14584e425c8fba7509710931dfbacc207b8464ce9c7f97886e1fd9867",
    "grass": "f3f3b1b6d2ccea456ca426dc9653c82068b21ee7b5480d13f53274b1349cd663",
    "gravel": "8b77cd0008fae3ec33aeb972d8447e56208a7d72c0b95cc2640f4f72c9332f20",
}
EVERY = pytest.mark.parametrize("photograph", list(CHECKSUMS))


@cache
def surfaces(photograph: str, seed: int = 0) -> ImageSet:
    return SurfacesDataset(photograph=photograph, seed=seed).load()


@cache
def places(photograph: str) -> np.ndarray:
    """Return the row and the column (N, 2) on the photograph where each image agrees with it outside its mask."""
    whole, raw = getattr(data, photograph)(), surfaces(photograph)
    known = defaultdict(list)
    for row, column in np.ndindex(512, 512 - RUN + 1):
        known[whole[row, column : column + RUN].tobytes()].append((row, column))
    return np.array([place(*pair, whole, known) for pair in zip(raw.images[:, 0], raw.masks, strict=True)])


def place(image: np.ndarray, mask: np.ndarray, whole: np.ndarray, known: dict) -> tuple[int, int]:
    down, right = next((row, left) for row in range(64) for left in (0, 48) if not mask[row, left : left + RUN].any())
    for row, column in known[image[down, right : right + RUN].tobytes()]:
        top, left = row - down, column - right
        found = whole[top : top + 64, left : left + 64] if min(top, left) >= 0 else whole[:0]
        if found.shape == image.shape and np.array_equal(found[~mask], image[~mask]):
            return top, left
    raise AssertionError("the image is not from the photograph, or it was changed outside its mask")


def test_the_surfaces_come_through_the_catalog() -> None:
    config = {
        "type": "autoencoders.data.catalog.surfaces.SurfacesDataset",
        "photograph": "gravel",
        "seed": 0,
        "validator": "autoencoders.data.catalog.validators.check_image_set",
    }
    raw = DataCatalog.from_config({"gravel.raw": config}).load("gravel.raw")
    assert raw.images.shape == (1100, 1, 64, 64) and raw.masks.shape == (1100, 64, 64)
    assert raw.info["class_names"] == ["good", "foreign_patch", "scratch", "stain", "blur", "fold"]
    is_test = raw.official_split == "test"
    assert np.bincount(raw.labels[~is_test]).tolist() == [600]
    assert np.bincount(raw.labels[is_test]).tolist() == [200, 60, 60, 60, 60, 60]
    assert raw.masks.any(axis=(1, 2)).tolist() == (raw.labels > 0).tolist()


@EVERY
def test_a_mask_is_where_an_image_differs_from_the_photograph(photograph: str) -> None:
    whole, raw = getattr(data, photograph)().astype(int), surfaces(photograph)
    for (top, left), image, mask in zip(places(photograph), raw.images[:, 0], raw.masks, strict=True):
        change = np.abs(whole[top : top + 64, left : left + 64] - image)
        assert not change[~mask].any() and (change > UNSEEN).sum() >= 0.6 * mask.sum()


@EVERY
def test_no_pixel_is_in_a_training_image_and_in_a_test_image(photograph: str) -> None:
    seen = {"train": np.zeros((512, 512), bool), "test": np.zeros((512, 512), bool)}
    for part, (top, left) in zip(surfaces(photograph).official_split, places(photograph), strict=True):
        seen[part][top : top + 64, left : left + 64] = True
    assert not (seen["train"] & seen["test"]).any()
    assert seen["train"].sum() > 0.65 * 512**2 and seen["test"].sum() > 0.3 * 512**2  # and nearly all are in one


def test_training_images_are_spread_evenly() -> None:
    found = places("gravel")[:600]
    apart = np.abs(found[:, None] - found).max(axis=2) + 512 * np.eye(600)
    assert apart.min() >= 4  # pixels; of as many places that are drawn, some would coincide


@EVERY
def test_the_surfaces_are_the_same_to_the_byte_everywhere(photograph: str) -> None:
    assert surfaces(photograph).described().info["checksum"] == CHECKSUMS[photograph]


def test_another_seed_draws_other_places_and_defects() -> None:
    one, other = surfaces("grass"), surfaces("grass", seed=1)
    assert np.array_equal(one.labels, other.labels)
    same = (one.images == other.images).all(axis=(1, 2, 3)) | (one.masks == other.masks).all(axis=(1, 2))
    assert not same[one.labels > 0].any()


def test_without_scikit_image_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(DatasetError, match=r"scikit-image, .* is not installed; `make \.venv/\.ready` installs it"):
        SurfacesDataset(photograph="brick", seed=0).load()


def test_a_photograph_that_there_is_not_is_named() -> None:
    with pytest.raises(ValueError, match=r"photograph must be one of \['brick', 'grass', 'gravel'\], got 'moon'"):
        SurfacesDataset(photograph="moon", seed=0)
