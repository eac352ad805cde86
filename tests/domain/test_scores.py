import math
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from digit_subject import DENSE, Identity, subject
from torch import Generator, Tensor

from autoencoders.configuration import Strict, kinds
from autoencoders.data.images import ImageTensor
from autoencoders.detection import scores
from autoencoders.detection.scores import Score, combine, fit
from autoencoders.detection.scores.covariance import covariance
from autoencoders.detection.scores.outputs import BatchOutputs, TrainingOutputs
from autoencoders.detection.scores.restoration import LEAST_ENERGY
from autoencoders.detection.scores.smoothing import kernel, smooth
from autoencoders.evaluation.metrics import auroc
from autoencoders.models import Architecture
from autoencoders.models.base import Autoencoder
from autoencoders.models.layers import initialise
from autoencoders.training import engine
from autoencoders.training.corruption import Gaussian, NoCorruption, Rotation
from autoencoders.training.variant import Variant

NONE = NoCorruption(kind="none")
NORMAL = np.array([True, True, True, False])  # the first images are held-out normal ones
NOISE = Gaussian(kind="gaussian", std=0.2, clip=False)
ROTATION = Rotation(kind="rotation")
PLAIN = {"kind": "restoration", "views": 0, "smoothing": 0, "energy": 0, "edges": 0}
BLOCKS = {
    "error": PLAIN,
    "restoration": {"kind": "restoration", "views": 2, "smoothing": 1.0, "energy": 0.5, "edges": 0},
    "whitened": {"kind": "whitened", "views": 2, "smoothing": 0.7, "floor": 0.1},
    "mahalanobis": {"kind": "mahalanobis", "shrinkage": 0.1},
    "neighbours": {"kind": "neighbours", "neighbours": 3},
    "sap": {"kind": "rapp", "normalised": False},
    "nap": {"kind": "rapp", "normalised": True},
}
HIDDEN = {"hidden_dims": [6], "decoder_hidden_dims": [6], "activation": "relu", "output_activation": "sigmoid"}
MAPS = {"channels": [4, 3], "activation": "relu", "output_activation": "sigmoid"}
ARCHITECTURES = {
    "conv_linear": {"kernels": 2},
    "conv_pool": MAPS | {"decoder": "unpool"},
    "conv_softmax": MAPS | {"kernel_size": 3, "latent_dim": 3, "decoder_hidden_dims": [5], "decoder_channels": [3, 4]},
    "conv_strided": MAPS | {"kernel_size": 3, "hidden_dims": [5], "latent_dim": 3},
    "dense": HIDDEN | {"latent_dim": 3, "latent_activation": "relu", "dropout": 0.2, "tied_weights": True},
    "linear": {"latent_dim": 3, "tied_weights": True},
    "pca": {"latent_dim": 3},
    "variational": HIDDEN | {"latent_dim": 3},
}
UNITS = {"unit": (0.0, 1.0), "raw": (0.0, 1 / 16), "standard": (0.3, 0.25)}  # shift, spread


def settings(**changes: dict) -> dict[str, Score]:
    return {name: Score.model_validate(block) for name, block in (BLOCKS | changes).items()}


def some(count: int, shape: tuple[int, int, int] = (1, 8, 8), seed: int = 0, scale: str = "unit") -> ImageTensor:
    values = np.random.default_rng(seed).integers(0, 17, (count, *shape)).astype(np.uint8)
    return ImageTensor(torch.from_numpy(values), 16, *UNITS[scale])


def score_table(settings, model: Autoencoder, train: ImageTensor, images: ImageTensor, corruption=NONE, seed=0) -> dict:
    return fit(settings, model, train, corruption, seed).score(images)


def scored(
    block: dict, model: Autoencoder, train: ImageTensor, images: ImageTensor, corruption=NONE, seed=0
) -> np.ndarray:
    return score_table({"one": Score.model_validate(block)}, model, train, images, corruption, seed)["one"]


class Flat(Autoencoder):
    """Every pixel is reconstructed too bright by `offset`; the code is a linear map of the image."""

    def __init__(self, image_shape: tuple[int, int, int], offset: float = 0.0, code: Tensor | None = None) -> None:
        self.map = torch.eye(math.prod(image_shape)) if code is None else code
        super().__init__(image_shape, self.map.shape[1])
        self.offset = offset

    def encode(self, images: Tensor) -> Tensor:
        return images.flatten(1) @ self.map.to(images)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return images + self.offset, self.encode(images)


class Black(Identity):
    """Every reconstruction is black."""

    def decode(self, code: Tensor) -> Tensor:
        return super().decode(0 * code)


class Upright(Autoencoder):
    """Knows how to turn back images whose brightest pixel belongs top left."""

    def __init__(self) -> None:
        super().__init__((1, 3, 3), 1)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        turns = [images.rot90(count, dims=(2, 3)) for count in range(4)]
        best = torch.stack([turned[:, 0, 0, 0] for turned in turns]).argmax(dim=0)
        upright = torch.stack([turns[count][index] for index, count in enumerate(best.tolist())])
        return upright, upright[:, 0, 0, :1]


@cache
def zero():
    return subject(DENSE, fitted=True, classes=range(1))


def test_a_perfect_copy_restores_everything() -> None:
    found = score_table(settings(), Identity(), some(40), some(9, seed=1), NONE, 0)
    for name in ("error", "restoration", "whitened", "sap", "nap"):
        assert (found[name] == 0).all(), name


def test_restoration_without_options_is_the_reconstruction_error() -> None:
    one = zero()
    images = one.split("test")
    np.testing.assert_array_equal(
        scored(PLAIN, one.model, one.split("train"), images), engine.reconstruction_errors(one.model, images)
    )


def test_the_error_is_counted_in_intensities_whatever_the_units() -> None:
    for scale, (_, spread) in UNITS.items():
        images = some(5, scale=scale)
        found = scored(PLAIN, Flat((1, 8, 8), offset=0.5), images, images)
        np.testing.assert_allclose(found, (0.5 * spread) ** 2, rtol=1e-4)


def test_edges_divide_the_error_by_a_power_of_what_neighbours_differ() -> None:
    values = torch.zeros(2, 1, 2, 2, dtype=torch.uint8)
    values[0, 0, 0] = 16  # a white row over a black one: 2 of 4 pixels differ, by 1, from the one below
    values[1] = 16  # no edge
    images = ImageTensor(values, 16)
    found = scored(PLAIN | {"edges": 0.5}, Flat((1, 2, 2), offset=0.2), images, images)
    np.testing.assert_allclose(found, [0.04 / 0.5**0.5, 0.04 / LEAST_ENERGY**0.5], rtol=1e-5)


@pytest.mark.parametrize("energy", [0.0, 0.5, 1.0])
def test_energy_divides_the_error_by_a_power_of_the_mean_square(energy: float) -> None:
    values = torch.zeros(3, 1, 2, 2, dtype=torch.uint8)
    values[0] = 16  # mean square 1
    values[1, 0, 0, 0] = 8  # mean square 1/16
    images = ImageTensor(values, 16)
    found = scored(PLAIN | {"energy": energy}, Flat((1, 2, 2), offset=0.2), images, images)
    expected = [0.04, 0.04 / (1 / 16) ** energy, 0.04 / LEAST_ENERGY**energy]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("sd", [0.3, 1.0, 2.5])
def test_the_kernel_sums_to_one_and_reaches_three_sd(sd: float) -> None:
    weights = kernel(sd)
    assert float(weights.sum()) == pytest.approx(1, abs=1e-12)
    assert len(weights) == 2 * math.ceil(3 * sd) + 1
    assert torch.equal(weights, weights.flip(0)) and weights.argmax() == len(weights) // 2


def test_smoothing_keeps_a_constant_away_from_the_border() -> None:
    images = torch.full((2, 3, 15, 13), 0.7)
    smoothed = smooth(images, 1.0)
    assert smoothed.shape == images.shape
    np.testing.assert_allclose(smoothed[:, :, 3:-3, 3:-3], images[:, :, 3:-3, 3:-3], rtol=1e-5)
    assert (smoothed[:, :, 0] < 0.7).all()


def test_smoothing_spreads_one_pixel_within_its_channel_as_a_gaussian() -> None:
    images = torch.zeros(1, 2, 9, 11)
    images[0, 1, 4, 5] = 1
    smoothed = smooth(images, 1.0)
    np.testing.assert_allclose(smoothed[0, 1, 1:8, 2:9], torch.outer(kernel(1.0), kernel(1.0)).float(), rtol=1e-5)
    assert (smoothed[0, 0] == 0).all()


def test_no_smoothing_changes_nothing() -> None:
    images = torch.rand(2, 1, 4, 4, generator=Generator().manual_seed(0))
    assert smooth(images, 0) is images
    np.testing.assert_allclose(smooth(images, 0.05), images, rtol=1e-5)


def test_a_patch_outweighs_scattered_pixels_only_when_smoothed() -> None:
    residuals = torch.zeros(2, 1, 8, 8)
    residuals[0, 0, 3:5, 3:5] = 1
    residuals[1, 0, 1::5, 1::5] = 1  # as many pixels, apart
    patch, scattered = residuals.square().sum(dim=(1, 2, 3))
    assert patch == scattered
    patch, scattered = smooth(residuals, 1.0).square().sum(dim=(1, 2, 3))
    assert patch > 2 * scattered


def test_a_rotation_that_is_undone_is_no_error() -> None:
    values = torch.randint(0, 9, (6, 1, 3, 3), generator=Generator().manual_seed(0)).to(torch.uint8)
    values[:, 0, 0, 0] = 16
    images = ImageTensor(values, 16)
    outputs = BatchOutputs(Upright(), images[slice(None)], images, ROTATION, seed=0)
    assert len(outputs.residuals(1)) == 4
    assert all((residual == 0).all() for residual in outputs.residuals(1))
    copied = BatchOutputs(Identity((1, 3, 3)), images[slice(None)], images, ROTATION, seed=0)
    assert [bool((residual == 0).all()) for residual in copied.residuals(1)] == [True, False, False, False]


def test_the_error_of_views_is_their_mean() -> None:
    images = some(4)
    outputs = BatchOutputs(Identity(), images[slice(None)], images, NOISE, seed=3)
    expected = torch.stack(outputs.residuals(3)).square().mean(dim=(0, 2, 3, 4))
    found = scored(PLAIN | {"views": 3}, Identity(), images, images, NOISE, seed=3)
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-6)
    assert found.mean() == pytest.approx(0.2**2, rel=0.15)


def test_a_score_does_not_depend_on_the_others_asked_for() -> None:
    one, images = zero(), some(7)
    everything = score_table(settings(), one.model, one.split("train"), images, NOISE, 0)
    for name, block in BLOCKS.items():
        alone = scored(block, one.model, one.split("train"), images, NOISE)
        np.testing.assert_array_equal(alone, everything[name])


def test_outputs_are_computed_once() -> None:
    images = some(3)
    outputs = BatchOutputs(Identity(), images[slice(None)], images, NOISE, seed=0)
    assert outputs.residuals(2) is outputs.residuals(2) and outputs.reconstruction is outputs.reconstruction
    assert not any(tensor.requires_grad for tensor in (outputs.code, outputs.reconstruction, *outputs.residuals(1)))


@pytest.mark.parametrize("corruption", [NONE, ROTATION], ids=lambda one: one.kind)
def test_shuffling_images_shuffles_scores(corruption) -> None:
    one, images = zero(), some(30)
    fitted = fit(settings(), one.model, one.split("train"), corruption, seed=0)
    order = torch.randperm(30, generator=Generator().manual_seed(0))
    found = fitted.score(images)
    for name, shuffled in fitted.score(images[order]).items():
        np.testing.assert_allclose(shuffled, found[name][order.numpy()], rtol=1e-4, err_msg=name)


def test_batches_change_no_score_without_draws() -> None:
    one, images = zero(), some(10)
    fitted = fit(settings(), one.model, one.split("train"), NONE, seed=0)
    whole, first, second = (fitted.score(part) for part in (images, images[slice(3)], images[slice(3, None)]))
    for name, values in whole.items():
        np.testing.assert_allclose(np.append(first[name], second[name]), values, rtol=1e-4, err_msg=name)


def test_no_images_have_no_scores() -> None:
    one = zero()
    found = score_table(settings(), one.model, one.split("train"), some(0), NONE, 0)
    assert all(values.shape == (0,) for values in found.values())


def test_a_pixel_s_whitened_residual_is_one_where_it_is_as_usual() -> None:
    images = some(50)
    block = {"kind": "whitened", "views": 0, "smoothing": 0, "floor": 1e-9}
    one = engine.build(zero().variant, (1, 8, 8), 0, torch.device("cpu")).eval()
    assert scored(block, one, images, images).mean() == pytest.approx(1, rel=1e-4)


def test_whitening_by_hand() -> None:
    train, image = torch.zeros(2, 1, 1, 2, dtype=torch.uint8), torch.zeros(1, 1, 1, 2, dtype=torch.uint8)
    train[:, 0, 0] = torch.tensor([[2, 4], [4, 4]])  # of 10: mean squares 0.10 and 0.16
    image[0, 0, 0] = torch.tensor([5, 1])
    black = Black((1, 1, 2))
    block = {"kind": "whitened", "views": 0, "smoothing": 0, "floor": 0.5}
    expected = (0.25 / (0.10 + 0.065) + 0.01 / (0.16 + 0.065)) / 2
    assert scored(block, black, ImageTensor(train, 10), ImageTensor(image, 10)) == pytest.approx(expected, rel=1e-5)


def test_whitening_forgives_errors_that_training_images_had_too() -> None:
    values = torch.zeros(40, 1, 1, 2, dtype=torch.uint8)
    values[:, 0, 0, 0] = torch.arange(40) % 16
    images = torch.tensor([[[[8, 0]]], [[[0, 8]]]], dtype=torch.uint8)
    black = Black((1, 1, 2))
    usual, unusual = scored(
        BLOCKS["whitened"] | {"smoothing": 0}, black, ImageTensor(values, 16), ImageTensor(images, 16)
    )
    assert unusual > 5 * usual


def codes(points: list) -> ImageTensor:
    """Return images whose two pixels are the points, in units of one."""
    return ImageTensor(torch.tensor(points, dtype=torch.uint8)[:, None, None], 1)


def test_neighbours_by_hand() -> None:
    train = codes([[0, 0], [3, 4], [0, 10], [200, 200]])
    images = codes([[0, 0], [0, 5], [200, 200]])
    model = Flat((1, 1, 2))
    first = scored({"kind": "neighbours", "neighbours": 1}, model, train, images)
    np.testing.assert_allclose(first, [0, math.sqrt(10), 0], atol=1e-4)
    second = scored({"kind": "neighbours", "neighbours": 2}, model, train, images)
    nearest = math.hypot(197, 196), math.hypot(200, 190)
    np.testing.assert_allclose(second, [2.5, (math.sqrt(10) + 5) / 2, min(nearest) / 2], rtol=1e-5)


def test_more_neighbours_than_training_images_are_refused() -> None:
    with pytest.raises(ValueError, match="neighbours must be at most 4, the images to choose from, got 5"):
        scored({"kind": "neighbours", "neighbours": 5}, Identity(), some(4), some(1))


def test_with_unit_covariance_mahalanobis_is_the_euclidean_distance() -> None:
    train = codes([[4, 4], [4, 6], [6, 4], [6, 6]])  # variances 1, covariance 0, mean (5, 5)
    images = codes([[5, 5], [8, 9], [5, 7]])
    for shrinkage in (0.0, 0.4, 1.0):
        found = scored({"kind": "mahalanobis", "shrinkage": shrinkage}, Flat((1, 1, 2)), train, images)
        np.testing.assert_allclose(found, [0, 5, 2], atol=1e-6)


def test_mahalanobis_does_not_change_with_the_code_s_axes() -> None:
    train, images = some(200, (1, 2, 2)), some(9, (1, 2, 2), seed=1)
    skewed = torch.tensor([[2.0, 1, 0, 3], [0, 5, 1, 0], [1, 0, 0.5, 0], [0, 0, 4, 1]])
    block = {"kind": "mahalanobis", "shrinkage": 0.0}
    plain = scored(block, Flat((1, 2, 2)), train, images)
    np.testing.assert_allclose(scored(block, Flat((1, 2, 2), code=skewed), train, images), plain, rtol=1e-4)
    shrunk = block | {"shrinkage": 0.5}
    assert not np.allclose(scored(shrunk, Flat((1, 2, 2), code=skewed), train, images), plain, rtol=0.1)


def test_covariance_by_hand() -> None:
    samples = torch.tensor([[0.0, 0], [2, 0], [0, 4], [2, 4]])  # variances 1 and 4, mean (1, 2)
    point = torch.tensor([[4.0, 4]])
    assert float(covariance(samples, 0.0).squared_distance(point)) == pytest.approx(9 / 1 + 4 / 4)
    assert float(covariance(samples, 0.5).squared_distance(point)) == pytest.approx(9 / 1.75 + 4 / 3.25)
    assert float(covariance(samples, 1.0).squared_distance(point)) == pytest.approx(13 / 2.5)


@pytest.mark.parametrize("shrinkage", [0.2, 1.0])
def test_more_dimensions_than_samples_agree_with_the_inverse(shrinkage: float) -> None:
    samples, points = (torch.randn(count, 12, generator=Generator().manual_seed(0)).double() for count in (7, 5))
    matrix = torch.cov(samples.T, correction=0)
    matrix = (1 - shrinkage) * matrix + shrinkage * matrix.diag().mean() * torch.eye(12)
    centred = points - samples.mean(dim=0)
    expected = (centred @ torch.linalg.inv(matrix) * centred).sum(dim=1)
    np.testing.assert_allclose(covariance(samples, shrinkage).squared_distance(points), expected, rtol=1e-5)


def test_directions_that_never_varied_are_left_out_without_shrinkage() -> None:
    train = codes([[4, 7], [6, 7]])
    found = scored({"kind": "mahalanobis", "shrinkage": 0.0}, Flat((1, 1, 2)), train, codes([[8, 7], [8, 90]]))
    np.testing.assert_allclose(found, [3, 3])


def test_hidden_layers_are_the_image_the_activations_and_the_code() -> None:
    model = built("dense", (1, 8, 8))
    images = some(4)[slice(None)]
    seen = BatchOutputs(model, images, some(1), NONE, seed=0).hidden(images)
    first = torch.relu(model.encoder[0](images.flatten(1)))
    assert [layer.shape for layer in seen] == [(4, 64), (4, 6), (4, 3)]
    assert torch.equal(seen[0], images.flatten(1))
    assert torch.equal(seen[1], first) and torch.equal(seen[2], model.encode(images))
    assert not any(layer._forward_pre_hooks for layer in model.modules())


def test_without_layers_the_code_is_the_only_hidden_one() -> None:
    model = built("pca", (1, 8, 8))
    images = some(4)[slice(None)]
    image, code = BatchOutputs(model, images, some(1), NONE, seed=0).hidden(images)
    assert torch.equal(image, images.flatten(1)) and torch.equal(code, model.encode(images))


def test_rapp_by_hand() -> None:
    doubling = Flat((1, 1, 2), offset=0.5, code=2 * torch.eye(2))  # image differs by 0.5, code by 1, twice each
    train = codes([[0, 0], [3, 4]])
    np.testing.assert_allclose(scored(BLOCKS["sap"], doubling, train, train), 2 * (0.25 + 1))


def test_normalised_differences_of_training_images_have_unit_variance_in_each_direction() -> None:
    train = zero().split("train")
    mean = scored(BLOCKS["nap"], zero().model, train, train).mean()
    assert mean == pytest.approx(round(mean), abs=1e-6) and 40 <= mean <= 64 + 12


@pytest.mark.parametrize(("count", "dimensions", "rank"), [(50, 6, 4), (5, 30, 4)])
def test_the_mean_squared_distance_of_the_samples_is_their_rank(count: int, dimensions: int, rank: int) -> None:
    generator = Generator().manual_seed(0)
    samples = torch.randn(count, 4, generator=generator) @ torch.randn(4, dimensions, generator=generator) + 7
    assert float(covariance(samples, 0.0).squared_distance(samples).mean()) == pytest.approx(rank)


def built(architecture: str, shape: tuple[int, int, int]) -> Autoencoder:
    block = {"architecture": architecture} | ARCHITECTURES[architecture]
    training = zero().variant.training.model_dump()
    variant = Variant.model_validate(
        {
            "model": block,
            "scale": "unit",
            "corruption": {"kind": "none"},
            "penalty": {"kind": "kl", "weight": 1.0} if architecture == "variational" else {"kind": "none"},
        }
        | ({} if architecture == "pca" else {"training": training})
    )
    model = variant.model.build(shape)
    initialise(model, Generator().manual_seed(0))
    return engine.place(model, torch.device("cpu")).eval()


@pytest.mark.parametrize("scale", UNITS)
@pytest.mark.parametrize(("corruption", "shape"), [(ROTATION, (1, 8, 8)), (NOISE, (3, 8, 10))])
@pytest.mark.parametrize("architecture", kinds(Architecture))
def test_every_score_of_every_architecture_is_finite(architecture: str, corruption, shape, scale: str) -> None:
    train, images = some(12, shape, scale=scale), some(5, shape, seed=1, scale=scale)
    images.values[0] = 0
    found = score_table(settings(), built(architecture, shape), train, images, corruption, 0)
    for name, values in found.items():
        assert values.shape == (5,) and np.isfinite(values).all() and (values >= 0).all(), name


def test_every_kind_of_score_is_tested() -> None:
    assert kinds(Score) == sorted({block["kind"] for block in BLOCKS.values()})


def test_training_tells_a_digit_from_the_others() -> None:
    one = zero()
    images, is_anomaly = one.split("test"), one.labels[one.splits["test"]] != 0
    found = score_table(settings(), one.model, one.split("train"), images, NONE, 0)
    for name in ("error", "restoration", "whitened", "neighbours", "sap"):
        assert auroc(found[name], is_anomaly) > 0.8, name
    fresh = engine.build(one.variant, (1, 8, 8), 0, one.device).eval()
    assert auroc(scored(PLAIN, fresh, one.split("train"), images), is_anomaly) < auroc(found["error"], is_anomaly)


def test_statistics_take_images_from_all_over_the_training_set() -> None:
    values = torch.arange(10, dtype=torch.uint8)[:, None, None, None]
    outputs = TrainingOutputs(Identity((1, 1, 1)), ImageTensor(values, 1), NONE, seed=0)
    assert [batch.images.flatten().tolist() for batch in outputs(4)] == [[0, 2, 5, 7]]
    assert [len(batch.images) for batch in outputs(11)] == [10] == [len(batch.images) for batch in outputs()]


def test_scores_need_training_images() -> None:
    with pytest.raises(ValueError, match="there are no training images"):
        fit(settings(), Identity(), some(0), NONE, 0)


def test_the_unit_and_the_power_of_a_score_do_not_count_when_combined() -> None:
    first, second = np.array([1.0, 2.0, 4.0, 9.0]), np.array([3.0, 1.0, 1.0, 5.0])
    found = combine([first, second], NORMAL, [1.0, 1.0])
    np.testing.assert_allclose(combine([first, 1000 * second], NORMAL, [1.0, 1.0]), found)
    np.testing.assert_allclose(combine([first, second**2], NORMAL, [1.0, 1.0]), found)


def test_a_combined_score_is_in_standard_deviations_of_held_out_normal_images() -> None:
    score = np.exp([1.0, 3.0, 2.0, 6.0])
    np.testing.assert_allclose(combine([score], NORMAL, [1.0]), [-1.0, 1.0, 0.0, 4.0])
    doubled = combine([score, np.ones(4)], NORMAL, [3.0, 1.0])
    np.testing.assert_allclose(doubled, [-0.75, 0.75, 0.0, 3.0])  # one that is always the same says nothing


def test_a_score_of_zero_is_combined_as_the_smallest_number() -> None:
    least, small, *_ = combine([np.array([0.0, 1e-30, 1.0, 2.0])], np.array([False, False, True, True]), [1.0])
    assert math.isfinite(least) and least < small


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([np.array([1.0, -2.0, 1.0, 1.0])], "scores must not be negative to be combined, got -2"),
        ([np.array([1.0, np.nan, 1.0, 1.0])], "got nan"),
        ([], "scores must hold one at least, got none"),
    ],
)
def test_scores_that_cannot_be_combined_are_refused(members: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        combine(members, NORMAL, [1.0])


def test_scores_are_combined_by_two_held_out_images_at_least() -> None:
    with pytest.raises(ValueError, match="combined by 2 held-out normal images at least, got 1"):
        combine([np.ones(2)], np.array([True, False]), [1.0])


class Holder(Strict):
    scores: dict[str, Score]


def test_a_block_within_a_block_is_checked_by_its_kind() -> None:
    held = Holder.model_validate({"scores": {"error": PLAIN, "near": settings()["neighbours"]}})
    assert held.scores == {"error": settings()["error"], "near": settings()["neighbours"]}


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"kind": "guess"}, "kind: must be one of .*mahalanobis.*, got 'guess'"),
        ({}, "kind: must be one of .*, got None"),
        (PLAIN | {"energy": 2}, "energy: .* less than or equal to 1, got 2"),
        (PLAIN | {"k": 2}, "k: there is no such key, got 2"),
        (BLOCKS["whitened"] | {"floor": 0}, "floor: .* greater than 0, got 0"),
    ],
)
def test_settings_that_do_not_fit_are_refused(block: dict, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        Score.model_validate(block)
    with pytest.raises(ValueError, match=rf"^scores\.error\.{message}$"):
        Holder.model_validate({"scores": {"error": block}})


def test_naming_scores_imports_nothing_heavy() -> None:
    script = "import sys, autoencoders.detection.scores, autoencoders.detection.out_of_distribution; "
    script += "sys.exit('torch' in sys.modules)"
    source = Path(scores.__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", script], cwd=source, check=False).returncode == 0
