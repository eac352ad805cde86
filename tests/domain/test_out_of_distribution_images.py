import numpy as np
import pytest
import torch
from torch import Generator

from autoencoders.data.images import ImageTensor
from autoencoders.detection.out_of_distribution import OutOfDistribution, generate, make_images, sample_dataset

KINDS = ("uniform", "gaussian", "rotated_90", "rotated_180", "inverted", "blank", "salt_and_pepper")
SETTINGS = OutOfDistribution(kinds=KINDS, images=200, probability=0.4, salt=1.0)
VALUES = torch.arange(6 * 3 * 4 * 4).remainder(17).to(torch.uint8).reshape(6, 3, 4, 4)
UNIT = ImageTensor(VALUES, 16)
STANDARD = ImageTensor(VALUES, 16, shift=0.3, spread=0.25)


def made(kind: str, chosen: ImageTensor = UNIT, seed: int = 0) -> torch.Tensor:
    return make_images(kind, chosen, Generator().manual_seed(seed), SETTINGS)


def test_images_made_from_others_are_what_they_are_called() -> None:
    images = UNIT[slice(None)]
    assert torch.equal(made("rotated_90"), images.rot90(1, dims=(2, 3)))
    assert torch.equal(made("rotated_180"), images.flip(2, 3))
    assert torch.equal(made("inverted"), 1 - images)
    assert torch.equal(made("blank"), torch.zeros(1, 3, 4, 4))
    salted = made("salt_and_pepper")
    assert ((salted == images) | (salted == 1)).all() and not torch.equal(salted, images)


def test_noise_comes_from_the_generator() -> None:
    for kind in ("uniform", "gaussian", "salt_and_pepper"):
        assert torch.equal(made(kind), made(kind)) and not torch.equal(made(kind), made(kind, seed=1))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "gaussian"])
def test_in_other_units_the_same_intensities_are_shown(kind: str) -> None:
    shown = STANDARD.intensities(made(kind, STANDARD))
    np.testing.assert_allclose(shown, made(kind), atol=1e-6, rtol=0)


def test_gaussian_noise_is_in_the_units_that_the_network_sees() -> None:
    assert torch.equal(made("gaussian", STANDARD), made("gaussian"))


def test_making_images_changes_no_image() -> None:
    before = VALUES.clone()
    for kind in KINDS:
        made(kind)
    assert torch.equal(VALUES, before)


def test_only_square_images_are_rotated_by_a_quarter() -> None:
    with pytest.raises(ValueError, match="rotated_90 needs square images, got 4 x 3 pixels"):
        made("rotated_90", ImageTensor(VALUES[..., :3], 16))
    assert made("rotated_180", ImageTensor(VALUES[..., :3], 16)).shape == (6, 3, 4, 3)


def test_images_of_another_dataset_are_chosen_without_repeats() -> None:
    found = sample_dataset("snow", STANDARD, 4, (3, 4, 4), seed=0)
    assert len(found) == 4 == len(found.flatten(1).unique(dim=0))
    everything = sample_dataset("snow", STANDARD, 100, (3, 4, 4), seed=0)
    assert torch.equal(everything, STANDARD[slice(None)])


def test_images_of_another_shape_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"images of snow must have the shape \(1, 4, 4\), got \(3, 4, 4\)"):
        sample_dataset("snow", UNIT, 4, (1, 4, 4), seed=0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"salt": None}, "salt must be given for salt_and_pepper, got None"),
        ({"kinds": ("blank",)}, "probability must be left out without salt_and_pepper, got 0.4"),
        ({"kinds": (), "probability": None, "salt": None}, r"must not both be empty, got \[\] and \[\]"),
        ({"kinds": ("purple",)}, "got 'purple'"),
        ({"images": 0}, "images: .* got 0"),
    ],
)
def test_settings_that_do_not_fit_are_refused(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OutOfDistribution.model_validate(SETTINGS.model_dump() | changes)


def test_every_kind_and_every_other_dataset_is_generated_from_the_seed_alone() -> None:
    first, again, other = (generate(SETTINGS, UNIT, {"snow": STANDARD}, seed) for seed in (0, 0, 1))
    assert list(first) == [*KINDS, "snow"]
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["uniform"], other["uniform"])
