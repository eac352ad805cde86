"""Baselines: what lies apart from the training images scores high."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.neighbors import KernelDensity

from autoencoders.configuration import kinds
from autoencoders.detection import baselines
from autoencoders.detection.baselines import Baseline, flat
from autoencoders.detection.baselines.projection import project
from autoencoders.detection.baselines.recogniser import Recogniser, train, transformed
from autoencoders.detection.scores.restoration import LEAST_ENERGY
from autoencoders.evaluation.metrics import auroc
from autoencoders.training.transformations import transformations
from autoencoders.training.variant import Training

BLOCKS = {
    "nearest_neighbours": {"kind": "nearest_neighbours", "neighbours": 3},
    "one_class_svm": {"kind": "one_class_svm", "components": 16, "nu": 0.1, "gamma": "scale"},
    "isolation_forest": {"kind": "isolation_forest", "trees": 50},
    "kernel_density": {"kind": "kernel_density", "components": 16, "bandwidth": 0.5},
    "image_distortion": {"kind": "image_distortion", "candidates": 4, "reach": 1, "patch": 3},
    "transformations": {
        "kind": "transformations",
        "families": ["turns", "shapes", "shifts", "mixtures"],
        "channels": 8,
        "features": 32,
        "neighbours": 3,
        "surprise": 0.25,
        "doubted": 0.1,
        "training": {"steps": 60, "batch_size": 64, "optimizer": "adam", "learning_rate": 3e-3},
    },
}
EVERY = pytest.mark.parametrize("kind", list(BLOCKS))


@pytest.fixture(scope="module")
def digits() -> tuple[torch.Tensor, np.ndarray]:
    found = load_digits()
    return torch.from_numpy(found.images[:, None] / 16).float(), found.target


def fitted(kind: str, images: torch.Tensor, /, seed: int = 0, **changes):
    return Baseline.model_validate(BLOCKS[kind] | changes).fit(images, seed)


def test_every_file_is_tested_here() -> None:
    assert set(kinds(Baseline)) == set(BLOCKS)


@EVERY
def test_zeros_are_told_from_other_digits(kind: str, digits) -> None:
    images, labels = digits
    zeros = np.flatnonzero(labels == 0)
    held_out = np.setdiff1d(np.arange(len(labels)), zeros[:100])
    scores = fitted(kind, images[zeros[:100]])(images[held_out])
    assert np.isfinite(scores).all()
    assert auroc(scores, labels[held_out] != 0) > 0.95


@EVERY
def test_shuffling_images_shuffles_scores(kind: str, digits, rng) -> None:
    scorer, order = fitted(kind, digits[0][:100]), rng.permutation(50)
    images = digits[0][100:150]
    assert np.allclose(scorer(images[order]), scorer(images)[order], rtol=1e-4)


@EVERY
def test_a_seed_changes_what_draws_and_nothing_else(kind: str, digits) -> None:
    images = digits[0][:200]
    one, same, other = (fitted(kind, images[:100], seed)(images[100:]) for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert np.array_equal(one, other) != baselines.is_seeded(kind)


def test_the_distance_to_the_nearest_of_three_points_is_known() -> None:
    points, far = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])[:, None, None], torch.tensor([[[[3.0, 0.0]]]])
    assert fitted("nearest_neighbours", points, neighbours=1)(far) == pytest.approx([2.0])
    assert fitted("nearest_neighbours", points, neighbours=2)(far) == pytest.approx([2.5])


def test_the_density_is_the_library_s_up_to_a_constant(digits) -> None:
    images, others = digits[0][:150], digits[0][150:1400]  # more than one chunk
    found = fitted("kernel_density", images, components=64)(others)
    expected = -KernelDensity(bandwidth=0.5).fit(flat(images)).score_samples(flat(others))
    assert np.ptp(found - expected) < 1e-4


@pytest.mark.parametrize(
    ("kind", "changes", "sentence"),
    [
        ("nearest_neighbours", {"neighbours": 9}, "neighbours must be at most 1, the training images there are, got 9"),
        ("kernel_density", {}, "principal components need at least 2 images, got 1"),
        ("one_class_svm", {}, "principal components need at least 2 images, got 1"),
    ],
)
def test_too_few_images_are_said(kind: str, changes: dict, sentence: str, digits) -> None:
    with pytest.raises(ValueError, match=sentence):
        fitted(kind, digits[0][:1], **changes)


@pytest.mark.parametrize("kind", ["kernel_density", "one_class_svm"])
def test_few_images_have_fewer_components_and_are_told_apart_by_all_of_them(kind: str, digits) -> None:
    images, labels = digits
    zeros, held_out = np.flatnonzero(labels == 0)[:16], np.arange(200, 500)
    capped, exact = (fitted(kind, images[zeros], components=count)(images[held_out]) for count in (128, 15))
    assert np.array_equal(capped, exact)
    assert auroc(capped, labels[held_out] != 0) > 0.9


def test_there_are_no_more_components_than_pixels(digits) -> None:
    images = flat(digits[0][:100])[:, 18:27]
    assert np.allclose(project(images, 128).explained_variance_ratio_.sum(), 1)
    assert project(images, 128).n_components_ == 9


def test_a_machine_may_learn_from_some_of_the_images(digits) -> None:
    images = digits[0]
    some = fitted("one_class_svm", images[:100], images=40)(images[:300])
    np.testing.assert_array_equal(some, fitted("one_class_svm", images[:100:3])(images[:300]))
    whole = fitted("one_class_svm", images[:100])(images[:300])
    np.testing.assert_array_equal(fitted("one_class_svm", images[:100], images=100)(images[:300]), whole)
    assert not np.array_equal(some, whole)


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ValueError, match=r"kind: must be one of .*isolation_forest.*, got 'guess'"):
        Baseline.model_validate({"kind": "guess"})
    assert not baselines.is_seeded("guess")


@EVERY
def test_scores_are_never_negative_where_they_have_a_logarithm(kind: str, digits) -> None:
    found = fitted(kind, digits[0][:100])(digits[0][:300])
    assert not baselines.has_logarithm(kind) or found.min() >= 0


def test_settings_have_dotted_names() -> None:
    block = Baseline.model_validate(BLOCKS["nearest_neighbours"])
    assert block.parameters() == {"baseline.kind": "nearest_neighbours", "baseline.neighbours": 3}


def test_naming_baselines_imports_nothing_heavy() -> None:
    code = "import sys; from autoencoders.configuration import kinds; from autoencoders.detection import baselines; "
    code += "[baselines.is_seeded(one) for one in kinds(baselines.Baseline)]; "
    code += "sys.exit('sklearn' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0


def distorted(first: torch.Tensor, second: torch.Tensor, **changes) -> float:
    """Return the score of one image beside a single training image, both (1, 1, H, W)."""
    return fitted("image_distortion", first, **changes)(second).item()


def test_a_shift_within_reach_costs_nothing_but_one_beyond_it_does() -> None:
    stroke = torch.zeros(1, 1, 12, 12)
    stroke[..., 4:8, 5] = 1
    near, far = stroke.roll(1, dims=3), stroke.roll(3, dims=3)
    assert distorted(stroke, stroke) == 0 == distorted(stroke, near)
    assert distorted(stroke, far) > 0.1
    assert distorted(stroke, near, reach=0) > 0.1


def test_without_reach_and_patches_distortion_is_the_distance_of_pixels_and_differences() -> None:
    flat_images = torch.full((1, 1, 6, 6), 0.25), torch.full((1, 1, 6, 6), 0.75)
    found = distorted(*flat_images, reach=0, patch=1)
    assert found == pytest.approx(2 * 0.5**2 / LEAST_ENERGY)  # both directions; plain images have no edges


def test_a_patch_has_a_middle() -> None:
    with pytest.raises(ValueError, match="patch: must be odd, so that a patch has a middle"):
        Baseline.model_validate(BLOCKS["image_distortion"] | {"patch": 4})


def test_a_trained_network_tells_what_was_done_to_images_that_it_has_not_seen(digits) -> None:
    images, labels = digits
    sevens = images[np.flatnonzero(labels == 7)]
    told = transformations(("turns", "shifts"))
    training = Training.model_validate(BLOCKS["transformations"]["training"])
    shown, answers = transformed(sevens[100:], told, torch.Generator())
    fresh, network = (Recogniser((1, 8, 8), 8, 32, len(told)) for _ in range(2))
    network = train(network, sevens[:100], told, training, seed=0)
    right = [float((one(shown).argmax(dim=1) == answers).float().mean()) for one in (fresh, network)]
    assert right[0] < 0.2 and right[1] > 0.6


def test_features_have_length_one_and_follow_the_views(digits) -> None:
    network, images, told = Recogniser((1, 8, 8), 4, 8, 4), digits[0][:5], transformations(("turns",))
    layers, _ = network.look(images, told, 2)
    assert [layer.shape for layer in layers] == [(5, 64), (5, 8)] * 2
    assert all(torch.allclose(layer.norm(dim=1), torch.ones(5)) for layer in layers)
    turned, _ = network.look(images.rot90(1, dims=(2, 3)), told[:1], 1)
    for found, expected in zip(layers[2:], turned, strict=True):
        torch.testing.assert_close(found, expected)


def test_surprise_is_the_mean_over_the_views(digits) -> None:
    network, told = Recogniser((1, 8, 8), 4, 8, 4), transformations(("turns",))
    torch.nn.init.zeros_(network.answer.weight)
    network.answer.bias = torch.nn.Parameter(torch.tensor([2.0, 1.0, 0.0, 0.0]))
    expected = -torch.tensor([2.0, 1.0, 0.0, 0.0]).log_softmax(dim=0)
    for count in (1, 2, 4):
        _, found = network.look(digits[0][:3], told[:count], 1)
        torch.testing.assert_close(found, expected[:count].mean().expand(3))


def test_other_digits_among_many_zeros_are_doubted(digits) -> None:
    """What is known makes the difference, not what is learnt: the doubted take part in training."""
    images, labels = digits
    zeros, ones = (images[np.flatnonzero(labels == label)] for label in (0, 1))
    polluted = torch.cat([zeros[:110], ones[:12]])
    trusting, doubting = (fitted("transformations", polluted, doubted=share) for share in (0.0, 0.3))
    truth = np.repeat([False, True], [len(zeros) - 110, len(ones) - 12])
    shown = torch.cat([zeros[110:], ones[12:]])
    assert auroc(doubting(shown), truth) > auroc(trusting(shown), truth) + 0.02


def test_surprise_is_a_power_of_its_own(digits) -> None:
    """The same network, whose distance alone is the score without surprise."""
    zeros, others = digits[0][:100], digits[0][100:150]
    plain, half, whole = (fitted("transformations", zeros, surprise=power)(others) for power in (0, 0.5, 1.0))
    np.testing.assert_allclose(half**2, plain * whole, rtol=1e-4)
    assert not np.allclose(plain, whole)


@pytest.mark.parametrize("families", [["shapes"], ["mixtures"], ["turns", "shifts"]])
def test_any_families_will_do(digits, families: list[str]) -> None:
    found = fitted("transformations", digits[0][:100], families=families)(digits[0][:20])
    assert found.shape == (20,) and np.isfinite(found).all()


def test_a_loss_that_is_no_number_is_said(digits) -> None:
    training = BLOCKS["transformations"]["training"] | {"learning_rate": 1e20}
    with pytest.raises(ValueError, match=r"not a number: lower training\.learning_rate, now 1e\+20"):
        fitted("transformations", digits[0][:50], training=training)


def test_a_distance_is_the_mean_of_the_least_patch_differences_both_ways(rng) -> None:
    """Within a black margin, beyond which nothing is to be seen, pixel by pixel."""
    first, second = (torch.nn.functional.pad(torch.from_numpy(rng.random((1, 2, 5, 5))), (4,) * 4) for _ in range(2))
    settings = Baseline.model_validate(BLOCKS["image_distortion"])  # reach 1, patches of 3

    def patch(image: torch.Tensor, row: int, column: int) -> torch.Tensor:
        return image[0, :, row - 1 : row + 2, column - 1 : column + 2]

    def least(one: torch.Tensor, other: torch.Tensor, row: int, column: int) -> float:
        moves = [(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
        return min(float((patch(one, row, column) - patch(other, *move)).square().sum(dim=0).mean()) for move in moves)

    inner = [(row, column) for row in range(2, 11) for column in range(2, 11)]
    both = [least(first, second, *place) + least(second, first, *place) for place in inner]
    assert settings.distances(first, second).item() == pytest.approx(sum(both) / 13**2)
    assert settings.distances(second, first).item() == pytest.approx(sum(both) / 13**2)
