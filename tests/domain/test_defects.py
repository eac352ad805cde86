"""Defects made on surfaces: seen, told exactly by their masks, and each of its own kind."""

import numpy as np
import pytest
from scipy import ndimage

from autoencoders.data import defects

KINDS = ["foreign_patch", "scratch", "stain", "blur", "fold"]
EVERY = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def surface(rng) -> np.ndarray:
    return rng.integers(60, 180, (48, 64), dtype=np.uint8)


def drawn(kind: str, surface: np.ndarray, seed: int = 0, other: int = 220) -> tuple[np.ndarray, np.ndarray]:
    defect = defects.kinds([np.full((80, 90), other, np.uint8)])[kind]
    return defects.with_defect(surface, defect, np.random.default_rng(seed))


def changes(kind: str, surface: np.ndarray, seed: int = 0, **options) -> np.ndarray:
    """Return by how much each pixel under the mask became lighter."""
    image, mask = drawn(kind, surface, seed, **options)
    return (image.astype(int) - surface)[mask]


def test_every_kind_is_tested_here() -> None:
    assert list(defects.kinds([])) == KINDS


@EVERY
def test_a_mask_holds_the_changed_pixels_and_what_they_enclose(kind: str, surface: np.ndarray) -> None:
    before = surface.copy()
    image, mask = drawn(kind, surface)
    assert image.dtype == np.uint8 and mask.dtype == bool and image.shape == mask.shape == surface.shape
    assert mask[image != surface].all() and np.array_equal(surface, before)
    assert (np.abs(changes(kind, surface)) > defects.UNSEEN).mean() > 0.8
    assert np.array_equal(ndimage.binary_fill_holes(mask), mask)


@EVERY
def test_a_defect_can_be_seen_and_leaves_most_of_the_surface_alone(kind: str, surface: np.ndarray) -> None:
    levels, pixels = defects.VISIBLE
    for seed in range(20):
        found = changes(kind, surface, seed)
        assert (np.abs(found) >= levels).sum() >= pixels and found.size < 0.6 * surface.size


@EVERY
def test_a_seed_gives_the_same_defect_and_another_seed_another(kind: str, surface: np.ndarray) -> None:
    one, same, other = (drawn(kind, surface, seed) for seed in (0, 0, 1))
    assert all(np.array_equal(*pair) for pair in zip(one, same, strict=True))
    assert not np.array_equal(one[1], other[1])


@EVERY
def test_defects_vary_in_size_and_place(kind: str, surface: np.ndarray) -> None:
    masks = [drawn(kind, surface, seed)[1] for seed in range(40)]
    sizes = np.array([mask.sum() for mask in masks])
    middles = np.array([np.argwhere(mask).mean(axis=0) for mask in masks]) / surface.shape
    assert sizes.max() > 1.8 * sizes.min()
    assert (np.ptp(middles, axis=0) > 0.5).all()


def test_a_foreign_patch_is_of_another_photograph(surface: np.ndarray) -> None:
    image, mask = drawn("foreign_patch", surface, other=220)
    assert (changes("foreign_patch", surface, other=220) > 0).all()
    assert (changes("foreign_patch", surface, other=20) < 0).all()
    assert abs(image[mask].mean() - 220) < abs(surface[mask].mean() - 220) / 2


def test_a_scratch_is_thin_and_long_and_lighter_or_darker(surface: np.ndarray) -> None:
    signs = set()
    for seed in range(20):
        image, mask = drawn("scratch", surface, seed)
        extent = np.hypot(*np.ptp(np.argwhere(mask), axis=0))
        assert extent > 12 and mask.sum() < 7 * extent
        signs.add(np.sign(image[mask].mean() - surface[mask].mean()))
    assert signs == {-1, 1}


def test_a_stain_shifts_all_of_a_spot_one_way_and_fades_its_contrast(surface: np.ndarray) -> None:
    for seed in range(20):
        image, mask = drawn("stain", surface, seed)
        assert abs(image[mask].mean() - surface[mask].mean()) > 0.25 * surface.std()
        core = ndimage.binary_erosion(mask, iterations=4)
        assert image[core].std() < surface[core].std()


def test_a_blur_takes_detail_and_keeps_the_mean(surface: np.ndarray) -> None:
    image, mask = drawn("blur", surface)
    assert image[mask].std() < 0.6 * surface[mask].std()
    assert image[mask].mean() == pytest.approx(surface[mask].mean(), abs=5)


def test_a_fold_has_a_flank_in_the_light_and_one_in_the_shade(rng) -> None:
    stripes = np.tile(np.repeat([80, 160], 8), (64, 4)).astype(np.uint8)
    for seed in range(20):
        found = changes("fold", stripes, seed)
        assert 0.2 < (found > 0).mean() < 0.8


def test_what_cannot_be_seen_is_refused() -> None:
    with pytest.raises(ValueError, match="no defect of 100 drawn changes 40 pixels of the surface by 16 grey levels"):
        drawn("blur", np.full((64, 64), 90, np.uint8))
