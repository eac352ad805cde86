"""The networks of the course sheets, layer by layer: their parameters counted by hand."""

from itertools import pairwise

import pytest
import torch

from autoencoders.training.variant import Variant

MNIST = (1, 28, 28)
DIGITS = (1, 8, 8)


def dense(hidden: list[int], latent: int, decoder: list[int], inner: str, code: str, output: str, dropout=0.0) -> dict:
    return {
        "architecture": "dense",
        "hidden_dims": hidden,
        "latent_dim": latent,
        "decoder_hidden_dims": decoder,
        "activation": inner,
        "latent_activation": code,
        "output_activation": output,
        "dropout": dropout,
        "tied_weights": False,
    }


def pooled(decoder: str) -> dict:
    return {
        "architecture": "conv_pool",
        "channels": [8, 16, 16],
        "decoder": decoder,
        "activation": "relu",
        "output_activation": "relu",
    }


STRIDED = {
    "architecture": "conv_strided",
    "channels": [16, 32],
    "kernel_size": 3,
    "hidden_dims": [64],
    "latent_dim": 20,
    "activation": "relu",
    "output_activation": "sigmoid",
}
SOFTMAX = {
    "architecture": "conv_softmax",
    "channels": [4, 8],
    "kernel_size": 5,
    "latent_dim": 10,
    "decoder_hidden_dims": [400],
    "decoder_channels": [10, 10],
    "activation": "relu",
    "output_activation": "tanh",
}


def linear(*widths: int) -> int:
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(widths))


def conv(inputs: int, outputs: int, kernel: int) -> int:
    """Of a convolution or a transposed one: both have a bias an output."""
    return inputs * outputs * kernel**2 + outputs


POOLED = conv(1, 8, 3) + conv(8, 16, 3) + conv(16, 16, 3)
SHEETS = {
    "A2": (
        dense([12000], 32, [12000], "leaky_relu", "leaky_relu", "sigmoid", 0.2),
        MNIST,
        linear(784, 12000, 32),
        linear(32, 12000, 784),
    ),
    "B1": (
        dense([512, 256, 128], 30, [128, 256], "relu", "relu", "relu"),
        MNIST,
        linear(784, 512, 256, 128, 30),
        linear(30, 128, 256, 784),
    ),
    "B2": (dense([], 64, [], "relu", "relu", "relu"), MNIST, linear(784, 64), linear(64, 784)),
    "B5": (dense([], 1156, [], "relu", "relu", "relu"), MNIST, linear(784, 1156), linear(1156, 784)),
    "B7": (dense([64], 8, [64], "relu", "relu", "relu"), MNIST, linear(784, 64, 8), linear(8, 64, 784)),
    "B8-unpool": (pooled("unpool"), MNIST, POOLED, conv(16, 8, 3) + conv(8, 1, 3)),
    "B8-deconv": (pooled("deconv"), MNIST, POOLED, conv(16, 16, 3) + conv(16, 8, 4) + conv(8, 1, 4)),
    "B8-both": (pooled("unpool_deconv"), MNIST, POOLED, conv(16, 16, 3) + conv(16, 8, 3) + conv(8, 1, 3)),
    "C1": ({"architecture": "linear", "latent_dim": 5, "tied_weights": False}, DIGITS, linear(64, 5), linear(5, 64)),
    "C4": ({"architecture": "conv_linear", "kernels": 80}, DIGITS, conv(1, 80, 3), conv(80, 1, 3)),
    "C7": (dense([64], 40, [64], "relu", "identity", "identity", 0.2), DIGITS, linear(64, 64, 40), linear(40, 64, 64)),
    "D1": (
        STRIDED,
        MNIST,
        conv(1, 16, 3) + conv(16, 32, 3) + conv(32, 64, 7) + linear(64, 20),
        linear(20, 64) + conv(64, 32, 7) + conv(32, 16, 3) + conv(16, 1, 3),
    ),
    "E1": (
        dense([128, 64, 32, 16], 8, [8, 32, 64, 128], "relu", "relu", "tanh"),
        MNIST,
        linear(784, 128, 64, 32, 16, 8),
        linear(8, 8, 32, 64, 128, 784),
    ),
    "E3": (
        SOFTMAX,
        MNIST,
        conv(1, 4, 5) + conv(4, 8, 5) + linear(8 * 20 * 20, 10),
        linear(10, 400, 4000) + conv(10, 10, 5) + conv(10, 1, 5),
    ),
}


def parameters(module: torch.nn.Module) -> int:
    return sum(one.numel() for one in module.parameters())


def built(block: dict, shape: tuple[int, int, int]) -> torch.nn.Module:
    training = {"epochs": 1, "batch_size": 256, "optimizer": "adam", "learning_rate": 3e-4}
    variant = Variant.model_validate({"model": block, "training": training})
    with torch.device("meta"):
        return variant.model.build(shape)


@pytest.mark.parametrize(("block", "shape", "encoder", "decoder"), SHEETS.values(), ids=SHEETS)
def test_a_sheet_s_network_has_its_parameters(block: dict, shape: tuple, encoder: int, decoder: int) -> None:
    model = built(block, shape)
    assert parameters(model.encoder) == encoder
    assert parameters(model.decoder) == decoder
    assert parameters(model) == encoder + decoder


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("A2", 19_608_816),
        ("B8-unpool", 4_801),
        ("B8-deconv", 8_073),
        ("B8-both", 7_121),
        ("D1", 213_013),
        ("E3", 1_644_083),
    ],
)
def test_the_totals_worked_out_by_hand(name: str, total: int) -> None:
    block, shape, *_ = SHEETS[name]
    assert parameters(built(block, shape)) == total


@pytest.mark.parametrize(
    ("name", "size"),
    [("A2", 32), ("B1", 30), ("B5", 1156), ("B8-deconv", 144), ("C4", 80 * 64), ("D1", 20), ("E3", 10)],
)
def test_codes_have_the_sheet_s_size(name: str, size: int) -> None:
    block, shape, *_ = SHEETS[name]
    assert built(block, shape).latent_dim == size


def test_dropout_comes_before_the_activation_and_never_after_the_code() -> None:
    block, shape, *_ = SHEETS["A2"]
    model = built(block, shape)
    assert [type(layer).__name__ for layer in model.encoder] == [
        "Linear",
        "Dropout",
        "LeakyReLU",
        "Linear",
        "LeakyReLU",
    ]
    assert [type(layer).__name__ for layer in model.decoder] == ["Linear", "Dropout", "LeakyReLU", "Linear", "Sigmoid"]


def test_without_hidden_layers_there_are_two_linear_maps() -> None:
    block, shape, *_ = SHEETS["B2"]
    assert [type(layer).__name__ for layer in built(block, shape).encoder] == ["Linear", "ReLU"]


def test_dropout_that_would_do_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"dropout must be 0 where there is no hidden layer, got 0\.2"):
        built(dense([], 64, [], "relu", "relu", "relu", dropout=0.2), MNIST)
