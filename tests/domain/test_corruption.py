import pytest
import torch
from torch import Generator

from autoencoders.corruption import Gaussian, NoCorruption
from autoencoders.penalties import L1, NoPenalty

IMAGES = torch.full((50, 1, 20, 20), 0.5)


def generator(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def test_no_corruption_changes_nothing() -> None:
    assert torch.equal(NoCorruption(kind="none")(IMAGES, generator()), IMAGES)


def test_noise_of_no_strength_changes_nothing() -> None:
    assert torch.equal(Gaussian(kind="gaussian", std=0, clip=False)(IMAGES, generator()), IMAGES)


def test_noise_has_the_stated_strength_and_leaves_the_input_alone() -> None:
    before = IMAGES.clone()
    noisy = Gaussian(kind="gaussian", std=0.3, clip=False)(IMAGES, generator())
    assert float((noisy - IMAGES).std()) == pytest.approx(0.3, rel=0.02)
    assert torch.equal(IMAGES, before)


def test_clipping_keeps_the_intensity_range() -> None:
    noisy = Gaussian(kind="gaussian", std=0.9, clip=True)(IMAGES, generator())
    assert 0 <= float(noisy.min()) and float(noisy.max()) <= 1


def test_the_generator_decides() -> None:
    noise = Gaussian(kind="gaussian", std=0.3, clip=False)
    assert torch.equal(noise(IMAGES, generator(1)), noise(IMAGES, generator(1)))
    assert not torch.equal(noise(IMAGES, generator(1)), noise(IMAGES, generator(2)))


def test_l1_sums_a_code_and_averages_over_images() -> None:
    code = torch.tensor([[1.0, -2.0], [0.0, 5.0]])
    assert float(L1(kind="l1", weight=0.5)(code)) == pytest.approx(0.5 * (3 + 5) / 2)


def test_no_penalty_is_zero() -> None:
    assert NoPenalty(kind="none")(torch.ones(2, 2)) == 0
