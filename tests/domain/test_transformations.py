"""What is done to images for a network to tell: shapes stay, mixtures are of two images, turns are turns."""

import pytest
import torch
from torch import Generator

from autoencoders.detection.baselines.recogniser import transformed
from autoencoders.training import transformations as made
from autoencoders.training.transformations import FAMILIES, transformations

EVERY = pytest.mark.parametrize("one", transformations(tuple(FAMILIES)))


@pytest.fixture
def images(rng) -> torch.Tensor:
    """Return 12 images of noise (12, 2, 8, 8)."""
    return torch.from_numpy(rng.random((12, 2, 8, 8))).float()


def seeded() -> Generator:
    return Generator().manual_seed(0)


def test_families_add_up_and_the_first_is_the_identity(images) -> None:
    counts = [len(transformations((name,))) for name in FAMILIES]
    assert counts == [4, 9, 17, 6] and len(transformations(tuple(FAMILIES))) == 33
    assert torch.equal(transformations(("turns",))[0](images, seeded()), images)


def test_the_order_of_families_is_their_own(images) -> None:
    ones, others = transformations(("mixtures", "turns")), transformations(("turns", "mixtures"))
    pairs = zip(ones, others, strict=True)
    assert all(torch.equal(one(images, seeded()), other(images, seeded())) for one, other in pairs)
    assert torch.equal(ones[1](images, seeded()), images.rot90(1, dims=(2, 3)))


@EVERY
def test_shape_and_range_stay_and_the_input_is_not_touched(one, images) -> None:
    before = images.clone()
    found = one(images, seeded())
    assert found.shape == images.shape and torch.equal(images, before)
    assert found.min() >= images.min() - 1e-5 and found.max() <= images.max() + 1e-5


@EVERY
def test_the_same_seed_does_the_same(one, images) -> None:
    assert torch.equal(one(images, seeded()), one(images, seeded()))


def test_no_two_transformations_are_alike(images) -> None:
    found = [one(images, seeded()) for one in transformations(tuple(FAMILIES))]
    pairs = [(first, second) for place, first in enumerate(found) for second in found[:place]]
    assert all((first - second).abs().max() > 0.01 for first, second in pairs)


def test_a_shifted_image_shows_the_same_pixels_elsewhere(images) -> None:
    right, _, down, *_ = made.shifts()
    assert torch.equal(right(images, seeded())[..., 1:], images[..., :-1])
    assert torch.equal(down(images, seeded())[:, :, 1:], images[:, :, :-1])


def test_halves_are_of_the_image_and_of_another_one(images) -> None:
    flat = torch.arange(12.0)[:, None, None, None].expand(12, 1, 8, 8)
    found = made.halves(flat, seeded())
    assert torch.equal(found[:, 0, 0, 0], torch.arange(12.0))  # the upper left quarter is always its own
    assert (found[:, 0, 7, 7] != torch.arange(12.0)).any()
    assert all(len(one.unique()) <= 2 for one in found)


def test_a_paste_covers_a_rectangle_of_limited_size(images) -> None:
    flat = torch.arange(12.0)[:, None, None, None].expand(12, 1, 8, 8)
    changed = made.paste(flat, seeded()) != flat
    rows, columns = changed.any(dim=3).sum(dim=2), changed.any(dim=2).sum(dim=2)
    assert rows.max() <= 4 and columns.max() <= 4 and changed.any()
    assert torch.equal(changed.sum(dim=(1, 2, 3)), (rows * columns).flatten())


def test_a_blend_of_an_image_with_itself_is_the_image(images) -> None:
    same = images[:1].expand(4, -1, -1, -1)
    for one in (made.blend, made.overlay, made.halves):
        assert torch.allclose(one(same, seeded()), same)


def test_a_quarter_turn_needs_a_square() -> None:
    quarter = made.turns()[0]
    with pytest.raises(ValueError, match="a quarter turn needs square images, got 4 x 6 pixels"):
        quarter(torch.zeros(1, 1, 4, 6), seeded())


def test_transformations_take_their_turns_and_answers_name_them(images) -> None:
    told = transformations(("mixtures",))
    shown, answers = transformed(images, told, seeded())
    assert answers.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert torch.equal(shown[:2], images[[0, 6]])
