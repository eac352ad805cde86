"""Alterations of image sets: right for every intensity, for grey and for colour."""

import numpy as np
import pytest

from autoencoders.configuration import kinds
from autoencoders.data.alterations import Alteration

BLOCKS = {
    "inverted": {"kind": "inverted"},
    "thickened": {"kind": "thickened", "radius": 1.5},
    "low_contrast": {"kind": "low_contrast", "factor": 0.4, "offset": 0.3},
    "noisy": {"kind": "noisy", "std": 0.2},
    "shifted": {"kind": "shifted", "pixels": 2},
    "rotated": {"kind": "rotated", "quarters": 1},
}
EVERY = pytest.mark.parametrize("kind", list(BLOCKS))


def altered(kind: str, images: np.ndarray, white: int = 255, seed: int = 0, **changes) -> np.ndarray:
    alteration = Alteration.model_validate(BLOCKS[kind] | changes)
    return alteration(images, white, np.random.default_rng(seed))


def dot(shape: tuple[int, int, int, int] = (1, 1, 5, 5)) -> np.ndarray:
    images = np.zeros(shape, np.uint8)
    images[:, :, 2, 2] = 255
    return images


def test_every_kind_is_tested_here() -> None:
    assert set(kinds(Alteration)) == set(BLOCKS)


@EVERY
@pytest.mark.parametrize(("white", "channels"), [(255, 1), (16, 1), (255, 3)])
def test_images_stay_images_of_the_same_intensity(kind: str, white: int, channels: int, rng) -> None:
    images = rng.integers(0, white, (20, channels, 9, 9), dtype=np.uint8, endpoint=True)
    before = images.copy()
    found = altered(kind, images, white)
    assert found.dtype == np.uint8 and found.shape == images.shape
    assert found.max() <= white and not np.array_equal(found, images)
    assert np.array_equal(images, before)


@EVERY
def test_a_seed_changes_what_draws_and_nothing_else(kind: str, rng) -> None:
    images = rng.integers(0, 255, (20, 1, 9, 9), dtype=np.uint8)
    one, same, other = (altered(kind, images, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert np.array_equal(one, other) != Alteration.model_validate(BLOCKS[kind]).draws


@pytest.mark.parametrize("white", [255, 16])
def test_inverting_twice_changes_nothing(white: int, rng) -> None:
    images = rng.integers(0, white, (9, 1, 4, 4), dtype=np.uint8, endpoint=True)
    assert np.array_equal(altered("inverted", altered("inverted", images, white), white), images)
    assert (altered("inverted", images * 0, white) == white).all()


def test_a_dot_grows_to_a_disc() -> None:
    cross, square = (altered("thickened", dot(), radius=radius)[0, 0] == 255 for radius in (1, 1.5))
    assert cross.sum() == 5 and square[1:4, 1:4].all() and square.sum() == 9


def test_colours_grow_apart() -> None:
    found = altered("thickened", dot((1, 3, 5, 5)) * np.array([1, 0, 0], np.uint8)[None, :, None, None])
    assert found[0, 0].any() and not found[0, 1:].any()


def test_less_than_a_pixel_thickens_nothing(rng) -> None:
    images = rng.integers(0, 255, (9, 1, 4, 4), dtype=np.uint8)
    assert np.array_equal(altered("thickened", images, radius=0.9), images)


@pytest.mark.parametrize(("white", "expected"), [(255, [76, 178]), (16, [5, 11])])
def test_contrast_is_lost_in_proportion(white: int, expected: list[int]) -> None:
    ends = np.array([0, white], np.uint8).reshape(2, 1, 1, 1)
    assert altered("low_contrast", ends, white).ravel().tolist() == expected  # 0.3 and 0.7 of white, rounded


def test_full_contrast_changes_nothing(rng) -> None:
    images = rng.integers(0, 16, (9, 1, 4, 4), dtype=np.uint8)
    assert np.array_equal(altered("low_contrast", images, 16, factor=1.0, offset=0.0), images)


def test_white_beyond_the_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"offset must be at most 1 - factor, .* got 0\.7"):
        Alteration.model_validate(BLOCKS["low_contrast"] | {"offset": 0.7})


@pytest.mark.parametrize("white", [255, 16])
def test_noise_has_the_strength_that_is_set(white: int) -> None:
    images = np.full((50, 1, 20, 20), white // 2, np.uint8)
    noise = (altered("noisy", images, white, std=0.1) - images.astype(float)) / white
    assert noise.std() == pytest.approx(np.sqrt(0.1**2 + (1 / white) ** 2 / 12), rel=0.02)  # that of rounding, too
    assert noise.mean() == pytest.approx(0, abs=0.005)


def test_a_shift_moves_each_image_as_a_whole() -> None:
    found = altered("shifted", dot((500, 1, 5, 5)), pixels=2)
    assert (found.sum(axis=(1, 2, 3)) == 255).all()
    places = np.argwhere(found[:, 0])[:, 1:]
    assert {tuple(place) for place in places.tolist()} == {(row, column) for row in range(5) for column in range(5)}


def test_the_edge_moves_in_from_outside(rng) -> None:
    images = rng.integers(100, 255, (200, 1, 5, 5), dtype=np.uint8)
    moved = altered("shifted", images, pixels=3)
    assert moved.min() >= 100
    assert (altered("shifted", np.full_like(images, 200)) == 200).all()


def test_four_quarters_of_a_turn_change_nothing(rng) -> None:
    images = rng.integers(0, 255, (9, 3, 4, 6), dtype=np.uint8)
    found = images
    for _ in range(4):
        found = altered("rotated", found)
    assert np.array_equal(found, images)
    assert altered("rotated", images).shape == (9, 3, 6, 4)
    assert np.array_equal(altered("rotated", images, quarters=2), images[:, :, ::-1, ::-1])
