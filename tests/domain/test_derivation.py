"""Image sets made from others."""

from dataclasses import replace

import numpy as np
import pytest

from autoencoders.data.derivation import Derivation, derive
from autoencoders.data.images import ImageSet

NAMES = ["dark", "bright"]


@pytest.fixture
def source(rng) -> ImageSet:
    """Return 60 images of each of two classes, every third of the test part."""
    parts = np.where(np.arange(120) % 3 == 0, "test", "train")
    info = {"name": "Greys", "intensity": 16, "class_names": NAMES, "source": "this test", "pixel_mean": 0.5}
    images = rng.integers(0, 16, (120, 1, 6, 6), dtype=np.uint8)
    return ImageSet(images, np.repeat([0, 1], 60), parts, info | {"files": [f"{number}.png" for number in range(120)]})


def derived(source: ImageSet, **block) -> ImageSet:
    return derive(source, Derivation.model_validate({"dataset": "greys"} | block))


def test_what_is_left_out_changes_nothing(source) -> None:
    found = derived(source)
    for name in ("images", "labels", "official_split"):
        assert np.array_equal(getattr(found, name), getattr(source, name))
    assert found.info["name"] == "Greys" and found.info["source"] == "this test: all images"


def test_many_images_of_a_file_are_put_into_another(source, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("autoencoders.data.mapped_images.COPIED", 0)
    monkeypatch.setattr("autoencoders.data.derivation.PIECE", 200)
    np.save("images.npy", source.images)
    mapped = replace(source, images=np.load("images.npy", mmap_mode="r"))
    found, expected = (derived(one, part="train", images=7, seed=3) for one in (mapped, source))
    assert isinstance(found.images, np.memmap) and not isinstance(expected.images, np.memmap)
    assert np.array_equal(found.images, expected.images) and found.info == expected.info


def test_as_many_images_of_each_class_are_taken_from_the_part(source) -> None:
    found = derived(source, part="train", images=7, seed=3)
    assert np.bincount(found.labels).tolist() == [7, 7] and set(found.official_split) == {"train"}
    whole = {file: image for file, image in zip(source.info["files"], source.images, strict=True)}
    assert all(np.array_equal(whole[file], one) for file, one in zip(found.info["files"], found.images, strict=True))
    assert len(set(found.info["files"])) == 14


def test_the_seed_chooses_the_same_images_whatever_is_done_to_them(source) -> None:
    plain, noisy = (
        derived(source, images=9, seed=1, **more) for more in ({}, {"alteration": {"kind": "noisy", "std": 0.5}})
    )
    assert plain.info["files"] == noisy.info["files"] != derived(source, images=9, seed=2).info["files"]
    assert not np.array_equal(plain.images, noisy.images)


def test_fewer_images_are_a_part_of_more(source) -> None:
    few, more = (derived(source, images=count, seed=1).info["files"] for count in (5, 20))
    assert set(few) < set(more)


def test_a_derived_set_says_where_it_came_from_and_what_was_done(source) -> None:
    info = derived(source, part="train", images=7, seed=3, alteration={"kind": "inverted"}).info
    assert info["name"] == "Greys, inverted, 7 images a class"
    assert info["source"] == "this test: 7 images a class of the training part, inverted, seed 3"
    assert derived(source, name="Night").info["name"] == "Night"


def test_an_altered_set_keeps_its_intensity_and_is_described_anew(source) -> None:
    found = derived(source, alteration={"kind": "inverted"})
    assert np.array_equal(found.images, 16 - source.images)
    before, after = source.described().info, found.described().info
    assert after["pixel_mean"] == pytest.approx(1 - before["pixel_mean"]) and after["checksum"] != before["checksum"]


@pytest.mark.parametrize("alteration", [{"kind": "shifted", "pixels": 2}, {"kind": "rotated", "quarters": 1}])
def test_masks_move_with_their_images(source, alteration) -> None:
    masks = source.images[:, 0] > 8
    bright = replace(source, images=masks[:, None] * np.uint8(16), masks=masks)
    found = derived(bright, images=5, seed=1, alteration=alteration)
    assert np.array_equal(found.masks, found.images[:, 0] > 8) and found.masks.shape == (10, 6, 6)
    assert not np.array_equal(found.masks, derived(bright, images=5, seed=1).masks)


def test_masks_stay_where_no_pixel_moves(source) -> None:
    masked = replace(source, masks=source.images[:, 0] > 8)
    assert np.array_equal(derived(masked, alteration={"kind": "inverted"}).masks, masked.masks)
    assert derived(source).masks is None


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"images": 41, "part": "train", "seed": 0}, "images must be at most 40, all there are of class dark, got 41"),
        ({"images": 5}, "seed: the key is missing, and images needs it"),
        ({"alteration": {"kind": "shifted", "pixels": 1}}, "seed: the key is missing, and alteration needs it"),
        ({"alteration": {"kind": "squared"}}, "alteration.kind: must be one of inverted, low_contrast"),
    ],
)
def test_what_cannot_be_derived_is_named(source, block: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        derived(source, **block)


def test_a_part_that_there_is_not_is_named(source) -> None:
    trained = derived(source, part="train")
    with pytest.raises(ValueError, match=r"derived\.part: Greys has no test images"):
        derived(trained, part="test")
