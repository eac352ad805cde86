"""The convolutional architectures: shapes, refusals, places carried round the code, training."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import Generator, nn

from autoencoders.data.images import ImageTensor
from autoencoders.models.base import Autoencoder
from autoencoders.training import engine
from autoencoders.training.engine import build
from autoencoders.training.variant import Variant

CPU = torch.device("cpu")
SHAPES = [(1, 28, 28), (1, 8, 8), (3, 32, 32), (2, 9, 14)]
POOL = {"architecture": "conv_pool", "channels": [8, 16, 16], "activation": "relu", "output_activation": "sigmoid"}
STRIDED = {
    "architecture": "conv_strided",
    "channels": [8, 16],
    "kernel_size": 3,
    "hidden_dims": [32],
    "latent_dim": 6,
    "activation": "relu",
    "output_activation": "sigmoid",
}
SOFTMAX = {
    "architecture": "conv_softmax",
    "channels": [4, 8],
    "kernel_size": 3,
    "latent_dim": 10,
    "decoder_hidden_dims": [40],
    "decoder_channels": [10, 10],
    "activation": "relu",
    "output_activation": "tanh",
}
BLOCKS = {
    "unpool": POOL | {"decoder": "unpool"},
    "deconv": POOL | {"decoder": "deconv"},
    "unpool_deconv": POOL | {"decoder": "unpool_deconv"},
    "linear": {"architecture": "conv_linear", "kernels": 4},
    "strided_3": STRIDED,
    "strided_4": STRIDED | {"kernel_size": 4, "hidden_dims": []},
    "strided_5": STRIDED | {"kernel_size": 5, "hidden_dims": [32, 16]},
    "softmax": SOFTMAX,
}


def variant(block: dict, **changes) -> Variant:
    training = {
        "epochs": 1,
        "batch_size": 20,
        "optimizer": "adam",
        "learning_rate": 1e-2,
        "schedule": "one_cycle",
        "weight_decay": 0.0,
        "precision": "float32",
    }
    none = {"kind": "none"}
    return Variant.model_validate(
        {"model": block, "scale": "unit", "corruption": none, "penalty": none, "training": training | changes}
    )


def images(shape: tuple[int, ...], count: int = 3) -> torch.Tensor:
    return torch.rand((count, *shape), generator=Generator().manual_seed(0))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Nets this small only lose time by waiting for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def digits() -> ImageTensor:
    return ImageTensor(torch.from_numpy(load_digits().images[:200].astype(np.uint8)[:, None]), 16)


def part(images: ImageTensor, first: int, last: int) -> ImageTensor:
    return ImageTensor(images.values[first:last], images.intensity)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_images_of_any_shape_come_back_in_it(block: dict, shape: tuple[int, int, int]) -> None:
    model = build(variant(block), shape, 0, CPU).eval()
    reconstruction, code = model(images(shape))
    assert reconstruction.shape == (3, *shape)
    assert code.shape == (3, model.latent_dim)
    assert torch.equal(model.encode(images(shape)), code)
    assert model.decode(code).shape == (3, *shape)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["unpool", "deconv", "unpool_deconv", "linear", "strided_3", "strided_4", "softmax"])
def test_training_lowers_the_error_below_the_mean_image_s(name: str, digits: ImageTensor) -> None:
    network = variant(BLOCKS[name], epochs=50)
    train, validation, held_out = part(digits, 0, 140), part(digits, 140, 160), part(digits, 160, 200)
    fit = engine.train(network, train, validation, seed=0)
    error = engine.reconstruction_errors(engine.restore(network, (1, 8, 8), fit.weights, CPU), held_out).mean()
    mean_image = engine.squared_error(train[slice(None)].mean(dim=0), held_out[slice(None)]).mean()
    untrained = engine.reconstruction_errors(build(network, (1, 8, 8), 0, CPU), held_out).mean()
    assert error < 0.75 * float(mean_image) < untrained


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_the_same_seed_gives_the_same_bits_and_another_does_not(block: dict, digits: ImageTensor) -> None:
    network = variant(block)
    data = part(digits, 0, 60), part(digits, 60, 80)
    first, again, other = (engine.train(network, *data, seed=seed).weights for seed in (0, 0, 1))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert any(not np.array_equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_half_precision_trains_too(block: dict, digits: ImageTensor) -> None:
    fit = engine.train(variant(block, precision="bfloat16"), part(digits, 0, 40), part(digits, 40, 60), seed=0)
    assert np.isfinite(fit.history["validation_mse"]).all()


def window_maxima(decoder: str) -> Autoencoder:
    """Return a network without any effect but 2x2 max-pooling and what its decoder does about it."""
    block = {
        "architecture": "conv_pool",
        "channels": [1],
        "decoder": decoder,
        "activation": "identity",
        "output_activation": "identity",
    }
    model = variant(block).model.build((1, 4, 4))
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.zeros_(layer.bias)
            nn.init.zeros_(layer.weight)[0, 0, 1, 1] = 1
    return model


@torch.no_grad()
@pytest.mark.parametrize("decoder", ["unpool", "unpool_deconv"])
def test_unpooling_puts_a_maximum_back_where_it_was(decoder: str) -> None:
    model = window_maxima(decoder)
    image = torch.tensor([[1.0, 2, 5, 4], [3, 9, 3, 2], [0, 1, 1, 1], [7, 0, 1, 8]])[None, None]
    reconstruction, code = model(image)
    assert code.tolist() == [[9, 5, 7, 8]]
    assert reconstruction.tolist() == [[[[0, 0, 5, 0], [0, 9, 0, 0], [0, 0, 0, 0], [7, 0, 0, 8]]]]


@torch.no_grad()
def test_from_a_code_alone_values_go_to_the_first_pixel_of_each_window() -> None:
    decoded = window_maxima("unpool").decode(torch.tensor([[9.0, 5, 7, 8]]))
    assert decoded.tolist() == [[[[9, 0, 5, 0], [0, 0, 0, 0], [7, 0, 8, 0], [0, 0, 0, 0]]]]


@pytest.mark.parametrize(("decoder", "carries"), [("unpool", True), ("unpool_deconv", True), ("deconv", False)])
def test_unpooling_alone_carries_places_round_the_code(decoder: str, carries: bool) -> None:
    model = build(variant(POOL | {"decoder": decoder}), (1, 28, 28), 0, CPU)
    reconstruction, code = model(images((1, 28, 28)))
    assert model.carries_indices is carries
    assert torch.equal(model.decode(code), reconstruction) is not carries


def test_the_linear_convolution_is_linear() -> None:
    model = build(variant({"architecture": "conv_linear", "kernels": 5}), (1, 8, 8), 0, CPU)
    first, second = images((1, 8, 8)), images((1, 8, 8)).flip(3)
    middle = (model(first)[0] + model(second)[0]) / 2
    assert torch.allclose(model((first + second) / 2)[0], middle, atol=1e-6)


def test_the_linear_convolution_can_be_the_identity() -> None:
    model = variant({"architecture": "conv_linear", "kernels": 1}).model.build((1, 8, 8))
    with torch.no_grad():
        for layer in (model.encoder, model.decoder):
            nn.init.zeros_(layer.bias)
            nn.init.zeros_(layer.weight)[0, 0, 1, 1] = 1
    assert torch.equal(model(images((1, 8, 8)))[0], images((1, 8, 8)))


@pytest.mark.parametrize(("shape", "kernel"), [((1, 28, 28), (7, 7)), ((1, 8, 8), (2, 2)), ((3, 32, 32), (8, 8))])
def test_the_last_convolution_is_as_large_as_the_map_that_strides_leave(shape: tuple, kernel: tuple) -> None:
    model = variant(STRIDED).model.build(shape)
    assert [layer for layer in model.encoder if isinstance(layer, nn.Conv2d)][-1].kernel_size == kernel


def test_a_softmax_code_is_a_distribution() -> None:
    code = build(variant(SOFTMAX), (1, 28, 28), 0, CPU).encode(images((1, 28, 28)))
    assert (code >= 0).all()
    assert torch.allclose(code.sum(dim=1), torch.ones(3))


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        (BLOCKS["deconv"], "channels: 3 levels need images of at least 8 pixels a side, got 4 x 6 pixels"),
        (
            STRIDED | {"kernel_size": 4, "channels": [4, 4, 4]},
            "channels: 3 convolutions with stride 2 and kernel_size 4 leave nothing of images this small, got 4 x 6",
        ),
        (
            SOFTMAX,
            "kernel_size: 2 convolutions with kernel_size 3 need images of at least 5 pixels a side, got 4 x 6 pixels",
        ),
    ],
)
def test_images_too_small_are_refused_by_rule_and_value(block: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        variant(block).model.build((1, 4, 6))


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        (SOFTMAX | {"decoder_channels": [10]}, r"decoder_channels must be as many as channels, 2, got \[10\]"),
        (STRIDED | {"kernel_size": 1}, "kernel_size: input should be greater than or equal to 2, got 1"),
        (POOL | {"decoder": "upsample"}, "decoder: input should be 'unpool', 'deconv' or 'unpool_deconv', got 'ups"),
        (POOL | {"decoder": "deconv", "channels": []}, "channels: tuple should have at least 1 item"),
        ({"architecture": "conv_linear", "kernels": 0}, "kernels: input should be greater than 0, got 0"),
    ],
)
def test_a_mistake_is_named_by_key_rule_and_value(block: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        variant(block)
