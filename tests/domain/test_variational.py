"""The variational autoencoder and its penalty."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import Generator
from torch.distributions import Normal, kl_divergence

from autoencoders.data.images import ImageTensor
from autoencoders.models import layers
from autoencoders.training import engine
from autoencoders.training.engine import build
from autoencoders.training.penalties import KL
from autoencoders.training.variant import Variant

CPU = torch.device("cpu")
MODEL = {
    "architecture": "variational",
    "hidden_dims": [32],
    "latent_dim": 4,
    "decoder_hidden_dims": [32],
    "activation": "relu",
    "output_activation": "sigmoid",
}


def variational(weight: float = 1e-3, **changes) -> Variant:
    training = {
        "epochs": 10,
        "batch_size": 20,
        "optimizer": "adam",
        "learning_rate": 1e-2,
        "schedule": "one_cycle",
        "weight_decay": 0.0,
        "precision": "float32",
    }
    return Variant.model_validate(
        {
            "model": MODEL,
            "scale": "unit",
            "corruption": {"kind": "none"},
            "penalty": {"kind": "kl", "weight": weight},
            "training": training | changes,
        }
    )


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Nets this small only lose time by waiting for a second thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def digits() -> list[ImageTensor]:
    values = torch.from_numpy(load_digits().images[:200].astype(np.uint8)[:, None])
    return [ImageTensor(part, 16) for part in values.split([140, 20, 40])]


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 8, 8), (3, 32, 32)], ids=str)
def test_training_shows_the_penalty_mean_and_log_variance_and_evaluation_gives_the_mean(shape: tuple) -> None:
    model = build(variational(), shape, 0, CPU)
    images = torch.rand((5, *shape), generator=Generator().manual_seed(0))
    reconstruction, statistics = model.train()(images)
    assert reconstruction.shape == (5, *shape) and statistics.shape == (5, 8)
    reconstruction, code = model.eval()(images)
    assert code.shape == (5, model.latent_dim)
    assert torch.equal(code, statistics[:, :4])
    assert torch.equal(model.decode(model.encode(images)), reconstruction)


def test_draws_have_the_given_mean_and_spread() -> None:
    draw = layers.GaussianSample()
    draw.generator = Generator().manual_seed(0)
    mean, log_variance = torch.full((100_000,), 3.0), torch.full((100_000,), 2 * np.log(0.5))
    drawn = draw(mean, log_variance)
    assert float(drawn.mean()) == pytest.approx(3, abs=0.01)
    assert float(drawn.std()) == pytest.approx(0.5, rel=0.01)
    assert torch.equal(draw.eval()(mean, log_variance), mean)


def test_the_divergence_is_the_library_s() -> None:
    mean, log_variance = torch.randn((2, 7, 3), generator=Generator().manual_seed(0))
    expected = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)).sum(dim=1).mean()
    found = KL(kind="kl", weight=0.5)(torch.cat([mean, log_variance], dim=1))
    assert float(found) == pytest.approx(0.5 * float(expected), rel=1e-5)


def test_the_standard_gaussian_does_not_diverge_from_itself() -> None:
    assert KL(kind="kl", weight=1)(torch.zeros(5, 8)) == 0


def test_training_lowers_the_error_below_the_mean_image_s(digits: list[ImageTensor]) -> None:
    train, validation, held_out = digits
    fit = engine.train(variational(epochs=50), train, validation, seed=0)
    error = engine.reconstruction_errors(engine.restore(variational(), (1, 8, 8), fit.weights, CPU), held_out).mean()
    mean_image = engine.squared_error(train[slice(None)].mean(dim=0), held_out[slice(None)]).mean()
    untrained = engine.reconstruction_errors(build(variational(), (1, 8, 8), 0, CPU).eval(), held_out).mean()
    assert error < 0.75 * float(mean_image) < untrained


def test_a_heavy_penalty_leaves_the_standard_gaussian(digits: list[ImageTensor]) -> None:
    codes = []
    for weight in (1e-4, 10.0):
        fit = engine.train(variational(weight), *digits[:2], seed=0)
        model = engine.restore(variational(weight), (1, 8, 8), fit.weights, CPU)
        codes.append(model.encode(digits[2][slice(None)]).detach())
    assert codes[1].abs().mean() < 0.1 < codes[0].abs().mean()


def test_the_same_seed_gives_the_same_bits_whatever_the_global_generator(digits: list[ImageTensor]) -> None:
    state = torch.get_rng_state()
    torch.manual_seed(5)
    first = engine.train(variational(epochs=1), *digits[:2], seed=0).weights
    torch.manual_seed(6)
    again = engine.train(variational(epochs=1), *digits[:2], seed=0).weights
    other = engine.train(variational(epochs=1), *digits[:2], seed=1).weights
    torch.set_rng_state(state)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert any(not np.array_equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("penalty", [{"kind": "none"}, {"kind": "l1", "weight": 0.1}])
def test_a_gaussian_posterior_needs_the_penalty_kl(penalty: dict) -> None:
    block = variational().model_dump() | {"penalty": penalty}
    with pytest.raises(ValueError, match=r"penalty\.kind must be kl for variational, got"):
        Variant.model_validate(block)


def test_the_penalty_kl_needs_a_gaussian_posterior() -> None:
    block = variational().model_dump() | {"model": {"architecture": "linear", "latent_dim": 4, "tied_weights": False}}
    with pytest.raises(ValueError, match=r"penalty\.kind must not be kl for linear, got 'kl'"):
        Variant.model_validate(block)
