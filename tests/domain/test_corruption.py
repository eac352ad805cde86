import pytest
import torch
from torch import Generator

from autoencoders.training.corruption import CutOut, Gaussian, Half, NoCorruption, Rotation, SaltAndPepper
from autoencoders.training.penalties import L1, NoPenalty

IMAGES = torch.full((50, 1, 20, 20), 0.5)
CORRUPTIONS = [
    Gaussian(kind="gaussian", std=0.3, clip=False),
    SaltAndPepper(kind="salt_and_pepper", probability=0.3, salt=0.9),
    SaltAndPepper(kind="salt_and_pepper", probability=0.3, salt=0.0),
    CutOut(kind="cut_out", size=4, count=3),
]
WITHOUT_STRENGTH = [
    Gaussian(kind="gaussian", std=0, clip=False),
    SaltAndPepper(kind="salt_and_pepper", probability=0, salt=0.9),
    CutOut(kind="cut_out", size=4, count=0),
]


def generator(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def test_no_corruption_changes_nothing() -> None:
    assert torch.equal(NoCorruption(kind="none")(IMAGES, generator()), IMAGES)


@pytest.mark.parametrize("corruption", WITHOUT_STRENGTH, ids=lambda one: one.kind)
def test_a_corruption_of_no_strength_changes_nothing(corruption) -> None:
    assert torch.equal(corruption(IMAGES, generator()), IMAGES)


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda one: one.kind)
def test_the_clean_images_stay_as_they_are(corruption) -> None:
    before = IMAGES.clone()
    assert not torch.equal(corruption(IMAGES, generator()), before)
    assert torch.equal(IMAGES, before)


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda one: one.kind)
def test_the_generator_decides(corruption) -> None:
    first, again, other = (corruption(IMAGES, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda one: one.kind)
def test_every_image_is_corrupted_on_its_own(corruption) -> None:
    corrupted = corruption(IMAGES, generator())
    assert len(corrupted.flatten(1).unique(dim=0)) == len(IMAGES)


def test_noise_has_the_strength_that_is_set() -> None:
    noisy = Gaussian(kind="gaussian", std=0.3, clip=False)(IMAGES, generator())
    assert float((noisy - IMAGES).std()) == pytest.approx(0.3, rel=0.02)


def test_clipping_keeps_the_intensity_range() -> None:
    noisy = Gaussian(kind="gaussian", std=0.9, clip=True)(IMAGES, generator())
    assert 0 <= float(noisy.min()) and float(noisy.max()) <= 1


def test_salt_and_pepper_hit_their_shares() -> None:
    corrupted = SaltAndPepper(kind="salt_and_pepper", probability=0.4, salt=0.9)(IMAGES, generator())
    assert float((corrupted == 1).float().mean()) == pytest.approx(0.4 * 0.9, abs=0.01)
    assert float((corrupted == 0).float().mean()) == pytest.approx(0.4 * 0.1, abs=0.01)
    assert set(corrupted.unique().tolist()) == {0.0, 0.5, 1.0}


@pytest.mark.parametrize("salt", [0.0, 1.0])
def test_salt_and_pepper_at_their_limits_paint_everything(salt: float) -> None:
    corrupted = SaltAndPepper(kind="salt_and_pepper", probability=1, salt=salt)(IMAGES, generator())
    assert (corrupted == salt).all()


def test_masking_blackens_its_share_and_keeps_the_rest() -> None:
    corrupted = SaltAndPepper(kind="salt_and_pepper", probability=0.3, salt=0.0)(IMAGES, generator())
    assert float((corrupted == 0).float().mean()) == pytest.approx(0.3, abs=0.01)
    assert set(corrupted.unique().tolist()) == {0.0, 0.5}


@pytest.mark.parametrize("corruption", CORRUPTIONS[1:], ids=lambda one: one.kind)
def test_a_pixel_is_hit_in_all_channels_or_none(corruption) -> None:
    corrupted = corruption(IMAGES.expand(-1, 3, -1, -1), generator())
    assert torch.equal(corrupted[:, 0], corrupted[:, 1]) and torch.equal(corrupted[:, 0], corrupted[:, 2])


def test_one_cut_out_is_one_black_square() -> None:
    black = CutOut(kind="cut_out", size=4, count=1)(IMAGES[:, :, :, :15], generator())[:, 0] == 0
    assert (black.flatten(1).sum(dim=1) == 16).all()
    for axis in (1, 2):
        extent = black.any(dim=axis).float()  # (N, side)
        assert (extent.sum(dim=1) == 4).all()
        assert (extent.diff(dim=1).abs().sum(dim=1) <= 2).all()


def test_cut_outs_reach_every_corner() -> None:
    images = torch.ones(2000, 1, 8, 8)
    covered = (CutOut(kind="cut_out", size=4, count=1)(images, generator()) == 0).float().mean(dim=0)[0]
    for row in (0, 7):
        for column in (0, 7):
            assert float(covered[row, column]) == pytest.approx(1 / 25, abs=0.015)


def test_a_cut_out_as_large_as_the_image_leaves_nothing() -> None:
    assert (CutOut(kind="cut_out", size=20, count=1)(IMAGES, generator()) == 0).all()


def test_a_cut_out_larger_than_the_image_is_refused() -> None:
    with pytest.raises(ValueError, match=r"size must be at most 20, the image's shorter side, got 21"):
        CutOut(kind="cut_out", size=21, count=1)(IMAGES, generator())


PICTURES = torch.arange(400 * 2 * 5 * 5, dtype=torch.float32).reshape(400, 2, 5, 5)  # no two pixels agree
HALF = Half(kind="half")
ROTATION = Rotation(kind="rotation")


def turns_back(pictures: torch.Tensor) -> torch.Tensor:
    """Return by how many quarters each of the pictures (N, C, H, W) was turned, (N,)."""
    same = [(pictures.rot90(-turns, dims=(2, 3)) == PICTURES).flatten(1).all(dim=1) for turns in range(4)]
    return torch.stack(same, dim=1).nonzero()[:, 1]


def test_rotation_turns_each_image_by_a_quarter_as_often_as_by_any_other() -> None:
    before = PICTURES.clone()
    turns = turns_back(ROTATION(PICTURES, generator()))
    assert len(turns) == len(PICTURES)
    assert all(70 <= int((turns == count).sum()) <= 130 for count in range(4))
    assert torch.equal(PICTURES, before)


def test_the_generator_decides_how_images_are_turned() -> None:
    first, again, other = (ROTATION(PICTURES, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("count", [1, 4, 9])
def test_the_views_of_a_rotation_are_the_four_rotations(count: int) -> None:
    views = list(ROTATION.views(PICTURES, generator(), count))
    assert [set(turns_back(view).tolist()) for view in views] == [{0}, {1}, {2}, {3}]


def test_only_square_images_are_rotated() -> None:
    with pytest.raises(ValueError, match="rotation needs square images, got 20 x 10 pixels"):
        ROTATION(IMAGES[..., :10], generator())
    with pytest.raises(ValueError, match="rotation needs square images, got 20 x 10 pixels"):
        list(ROTATION.views(IMAGES[..., :10], generator(), 4))


def test_without_corruption_the_image_is_the_only_view() -> None:
    (view,) = NoCorruption(kind="none").views(IMAGES, generator(), 5)
    assert view is IMAGES


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda one: one.kind)
def test_views_are_as_many_draws_as_asked_for(corruption) -> None:
    first, second, third = corruption.views(IMAGES, generator(), 3)
    assert torch.equal(first, corruption(IMAGES, generator()))
    assert not torch.equal(first, second) and not torch.equal(second, third)


def test_l1_sums_a_code_and_averages_over_images() -> None:
    code = torch.tensor([[1.0, -2.0], [0.0, 5.0]])
    assert float(L1(kind="l1", weight=0.5)(code)) == pytest.approx(0.5 * (3 + 5) / 2)


def test_a_lambda_summed_over_a_batch_is_as_many_times_larger_per_image() -> None:
    code = torch.linspace(-1, 1, 256 * 30).reshape(256, 30)
    assert float(L1(kind="l1", weight=256 * 4e-6)(code)) == pytest.approx(4e-6 * float(code.abs().sum()))


def test_no_penalty_is_zero() -> None:
    assert NoPenalty(kind="none")(torch.ones(2, 2)) == 0


def test_half_an_image_is_hidden_and_each_half_as_often() -> None:
    images = torch.ones(2000, 1, 4, 4)
    hidden = HALF(images, Generator().manual_seed(0))
    assert (hidden.flatten(1).sum(dim=1) == 8).all()
    upper = hidden[:, 0, :2].flatten(1).sum(dim=1) == 0
    assert upper.float().mean() == pytest.approx(0.25, abs=0.04)


def test_the_views_of_a_half_are_the_four_halves_and_the_middle_line_stays() -> None:
    views = list(HALF.views(torch.ones(1, 1, 5, 3), Generator(), 1))
    assert [int(view.sum()) for view in views] == [9, 9, 10, 10]
    assert all(view[0, 0, 2, 1] == 1 for view in views)
