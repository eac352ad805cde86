"""Living exhibits in numbers: what is embedded in a page, without the page."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from digit_subject import variant

from autoencoders.data.images import ImageSet
from autoencoders.detection import rates, tryout
from autoencoders.detection.scores.neighbours import Config as Neighbours
from autoencoders.detection.scores.restoration import Config as Restoration
from autoencoders.evaluation import code_map
from autoencoders.evaluation.portable import layers, portable, principal
from autoencoders.models import Architecture
from autoencoders.reporting.living.guess import guess_of
from autoencoders.reporting.living.packing import packed_weights, unpacked_weights
from autoencoders.reporting.living.pen import pen_like
from autoencoders.training import pca
from autoencoders.training.corruption import Gaussian

SHAPE = {"hidden_dims": [32], "latent_dim": 2, "activation": "gelu", "output_activation": "sigmoid"}
DENSE = {"architecture": "dense"} | SHAPE
DEEP = DENSE | {"hidden_dims": [48, 24], "activation": "leaky_relu", "latent_activation": "tanh"}
NETWORKS = {
    "dense": DENSE,
    "deep": DEEP | {"decoder_hidden_dims": [16, 24, 48], "dropout": 0.2},
    "relu": DENSE | {"activation": "relu", "output_activation": "identity"},
    "tied": DEEP | {"tied_weights": True},
    "variational": {"architecture": "variational"} | SHAPE,
    "linear": {"architecture": "linear", "latent_dim": 2},
    "tied linear": {"architecture": "linear", "latent_dim": 2, "tied_weights": True},
    "pca": {"architecture": "pca", "latent_dim": 2},
}
ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": lambda x: x.clamp_min(0),
    "leaky_relu": torch.nn.functional.leaky_relu,
    "gelu": torch.nn.functional.gelu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


def network(name: str, side: int = 8) -> torch.nn.Module:
    model = Architecture.model_validate(NETWORKS[name]).build((1, side, side)).eval()
    generator = torch.Generator().manual_seed(0)
    for value in model.state_dict().values():
        value.normal_(0, 0.3, generator=generator)
    return model


def run(half: list[dict], x: torch.Tensor) -> torch.Tensor:
    for layer in half:
        weight, bias = (
            torch.as_tensor(unpacked_weights(layer[part]), dtype=torch.float32) for part in ("weight", "bias")
        )
        x = ACTIVATIONS[layer["activation"]](x @ weight.T + bias)
    return x


@pytest.mark.parametrize("name", NETWORKS)
@torch.inference_mode()
def test_a_portable_network_encodes_and_decodes_as_the_network_does(name: str) -> None:
    model, images = network(name), torch.rand(50, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    packed, code = portable(model), model.encode(images)
    torch.testing.assert_close(run(packed["encoder"], images.flatten(1)), code, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(run(packed["decoder"], code), model.decode(code).flatten(1), atol=1e-3, rtol=1e-3)


def test_portable_principal_components_lose_what_pca_loses(rng: np.random.Generator) -> None:
    images = rng.random((60, 16)).astype(np.float32)
    basis = pca.fit(images)
    packed = principal(basis, 2)
    shown = run(packed["decoder"], run(packed["encoder"], torch.as_tensor(images))).numpy()
    np.testing.assert_allclose(shown, images - pca.residual(basis, images, 2), atol=1e-3)


def test_convolutions_are_not_portable() -> None:
    block = {"architecture": "conv_linear", "kernels": 2}
    with pytest.raises(ValueError, match="dense layers alone, and this is ConvLinear"):
        layers(Architecture.model_validate(block).build((1, 8, 8)))


def test_packed_weights_are_off_by_half_a_unit_at_most(rng: np.random.Generator) -> None:
    weights = rng.normal(size=(7, 5))
    packed = packed_weights(weights)
    found = unpacked_weights(packed)
    assert np.abs(found - weights).max() <= packed["scale"] * 0.5001 < np.abs(weights).max() / 60_000
    assert not unpacked_weights(packed_weights(np.zeros((2, 3)))).any()


def bar(width: int, length: int) -> np.ndarray:
    image = np.zeros((1, 40, 40))
    image[0, 5 : 5 + length, 11 : 11 + width] = 1
    return image


def test_a_pen_is_as_wide_long_and_far_as_the_stroke_it_measures() -> None:
    pen = pen_like(bar(width=4, length=30))
    assert pen["extent"] == 30 and pen["row"] == 20 and pen["column"] == 13
    assert pen["width"] == pytest.approx(4, rel=0.25)
    assert pen_like(bar(width=8, length=30))["width"] > 1.5 * pen["width"]


def test_black_images_leave_a_pen_of_some_width() -> None:
    assert pen_like(np.zeros((2, 8, 8)))["width"] > 0


def test_a_guess_ranks_the_lowest_error_or_the_highest_auroc_first() -> None:
    table = pd.DataFrame({"variant": ["b", "a", "c"], "test/mse_mean": [0.2, 0.1, 0.4]})
    guess = guess_of(table)
    assert [name for name, _, _ in guess.ranking] == ["a", "b", "c"] and guess.choices == ["a", "b", "c"]
    assert [share for _, _, share in guess.ranking] == [0.25, 0.5, 1.0]
    assert guess_of(table.assign(**{"test/auroc_mean_mean": [0.9, 0.8, 0.7]})).ranking[0][0] == "b"


def test_there_is_nothing_to_guess_about_one_variant() -> None:
    assert guess_of(pd.DataFrame({"variant": ["a"], "test/mse_mean": [0.2]})) is None


def image_set(rng: np.random.Generator, count: int, side: int) -> ImageSet:
    info = {"name": "noise", "intensity": 255, "class_names": [str(digit) for digit in range(10)]}
    pixels = rng.integers(0, 256, (count, 1, side, side)).astype(np.uint8)
    return ImageSet(pixels, np.arange(count) % 10, np.full(count, "test"), info)


def scored(images: ImageSet, rng: np.random.Generator, normal: int) -> pd.DataFrame:
    odd = images.labels != normal
    score = rng.gamma(4, 0.01 + 0.02 * odd)
    split = np.where(np.arange(len(odd)) % 7, "test", "calibration")
    return pd.DataFrame({"index": np.arange(len(odd)), "split": split, "is_anomaly": odd, "anomaly_score": score})


RULES = pd.DataFrame(
    {
        "normal_class": ["digit_0"] * 4,
        "rule": ["mean + 2 sd", "conformal 0.1", "randomised 0.1", "conformal 0.001"],
        "threshold": [0.08, 0.07, 0.07, np.inf],
    }
)


def test_a_threshold_counts_what_its_table_counts(rng: np.random.Generator) -> None:
    images = image_set(rng, 500, 8)
    table = scored(images, rng, 0)
    exhibit = tryout.tryout(images, {"net": {"digit_0": table}}, {"net": RULES})
    turn = exhibit["detectors"]["net"]["digit_0"]
    test = table[table["split"] == "test"]
    normal, odd = (test.loc[test["is_anomaly"] == kind, "anomaly_score"].to_numpy() for kind in (False, True))
    assert turn["rules"]["names"] == ["mean + 2 sd", "conformal 0.1"], "no coin, and none that flags nothing"
    for part in (turn, turn["rules"]):
        for place, threshold in enumerate(part["thresholds"]):
            assert part["false_alarms"][place] == round(rates.flagged(normal, threshold) * len(normal))
            assert part["misses"][place] == len(odd) - round(rates.flagged(odd, threshold) * len(odd))
    assert [sum(part) for part in turn["histogram"]] == [turn["normal"], turn["anomalies"]] == [len(normal), len(odd)]


def test_a_score_that_draws_at_random_or_needs_more_than_a_reconstruction_cannot_run_in_a_page() -> None:
    plain = Restoration(kind="restoration", views=4, smoothing=1.0, energy=0.0, edges=0.5)
    clean = variant(DENSE)
    noisy = clean.model_copy(update={"corruption": Gaussian(kind="gaussian", std=0.1)})
    codes = Neighbours(kind="neighbours", neighbours=1)
    assert "more than a reconstruction" in tryout.cannot_run(clean, codes)
    assert tryout.cannot_run(clean, plain) is None
    assert "at random" in tryout.cannot_run(noisy, plain)
    assert tryout.cannot_run(noisy, plain.model_copy(update={"views": 0})) is None


def test_what_does_not_fit_into_the_page_is_named() -> None:
    kept, left_out = code_map.within_budget({"small": "a", "large": "b" * code_map.BUDGET, "other": "c"})
    assert list(kept) == ["small", "other"] and left_out == {"large": code_map.TOO_LARGE}


LIMIT = 5e6  # characters that living exhibits may add to the report of MNIST
CONF = Path(__file__).resolve().parents[2] / "conf/base/parameters"


def test_the_exhibits_of_mnist_take_less_than_five_megabytes(rng: np.random.Generator) -> None:
    images, basis = image_set(rng, 12_500, 28), pca.fit(rng.random((900, 784)))
    variants = yaml.safe_load((CONF / "mnist.yml").read_text(encoding="utf-8"))["mnist"]["two_numbers"]["variants"]
    models = {name: Architecture.model_validate(block["model"]) for name, block in variants.items()}
    networks = {name: portable(model.build((1, 28, 28))) for name, model in models.items()}
    mapped = code_map.code_map(images, {"test": np.arange(10_000)}, basis, networks)
    assert list(mapped["networks"]) == [*models, "PCA, 2 components"] and not mapped["left_out"]
    tables = {f"digit_{digit}": scored(images, rng, digit) for digit in range(10)}
    detectors = [*map(str, range(10))]
    tried = tryout.tryout(images, dict.fromkeys(detectors, tables), dict.fromkeys(detectors, RULES))
    judging, _ = code_map.within_budget({"pca": dict.fromkeys(tables, principal(basis, 32))})
    assert judging and sum(len(json.dumps(one)) for one in (mapped, tried, judging)) < LIMIT
