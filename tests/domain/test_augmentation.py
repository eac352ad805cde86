import pytest
import torch
from torch import Generator

from autoencoders.training.augmentation import Augmentation

NONE = {"rotation": 0.0, "scale": 0.0, "shear": 0.0, "shift": 0.0}
ROWS, COLUMNS = torch.meshgrid(torch.arange(21.0), torch.arange(31.0), indexing="ij")


def distorted(images: torch.Tensor, seed: int = 0, **settings: float) -> torch.Tensor:
    return Augmentation(**NONE | settings)(images, Generator().manual_seed(seed))


def blob(row: float, column: float, sd: float = 2.0) -> torch.Tensor:
    """Return an image (1, 1, 21, 31) of a spot."""
    return torch.exp(-((ROWS - row).square() + (COLUMNS - column).square()) / (2 * sd**2))[None, None]


def centre(images: torch.Tensor) -> torch.Tensor:
    """Return the centres of mass (N, 2) of images, row and column."""
    mass = images.sum(dim=(1, 2, 3))
    return torch.stack([(images[:, 0] * axis).sum(dim=(1, 2)) / mass for axis in (ROWS, COLUMNS)], dim=1)


def test_without_strength_the_images_stay() -> None:
    images = torch.rand(5, 3, 21, 31)
    assert torch.allclose(distorted(images), images, atol=1e-4)


@pytest.mark.parametrize("setting", NONE)
def test_every_image_is_distorted_on_its_own_and_the_generator_decides(setting) -> None:
    images = blob(8, 12).repeat(20, 1, 1, 1)
    before = images.clone()
    first, again, other = (distorted(images, seed, **{setting: 0.5}) for seed in (1, 1, 2))
    assert torch.equal(images, before)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert len(first.flatten(1).unique(dim=0)) == len(images)


def test_a_shift_moves_by_pixels_along_both_axes() -> None:
    moves = centre(distorted(blob(10, 15).repeat(300, 1, 1, 1), shift=3.0)) - torch.tensor([10.0, 15.0])
    assert moves.abs().max() == pytest.approx(3.0, abs=0.1)
    assert moves.std(dim=0).tolist() == pytest.approx([3 / 3**0.5] * 2, rel=0.1)


def test_a_rotation_keeps_the_distance_from_the_middle_though_the_image_is_not_square() -> None:
    middle = torch.tensor([10.0, 15.0])
    offsets = centre(distorted(blob(10, 21, sd=1.5).repeat(300, 1, 1, 1), rotation=90.0)) - middle
    assert offsets.norm(dim=1).tolist() == pytest.approx([6.0] * 300, abs=0.05)
    angles = torch.atan2(offsets[:, 0], offsets[:, 1]).rad2deg()
    assert angles.abs().max() == pytest.approx(90, abs=2)


def test_scale_and_shear_have_the_strength_that_is_set() -> None:
    middle = torch.tensor([10.0, 15.0])
    factors = 6 / (centre(distorted(blob(10, 21).repeat(300, 1, 1, 1), scale=0.2)) - middle)[:, 1]
    assert [float(factors.min()), float(factors.max())] == pytest.approx([0.8, 1.2], abs=0.02)
    slants = (centre(distorted(blob(14, 15).repeat(300, 1, 1, 1), shear=0.3)) - middle)[:, 1] / 4
    assert slants.abs().max() == pytest.approx(0.3, abs=0.02)


def test_values_stay_within_those_of_the_images_in_any_units() -> None:
    images = torch.randn(8, 1, 21, 31) * 50
    changed = distorted(images, rotation=20.0, scale=0.2, shear=0.2, shift=2.0)
    assert images.min() <= changed.min() < changed.max() <= images.max()
    assert torch.allclose(distorted(torch.full((2, 1, 9, 9), -0.4), shift=4.0), torch.tensor(-0.4))
