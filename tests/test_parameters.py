"""The YAML is short, readable, and says what it said when every setting was spelled out."""

import re
from collections import Counter
from pathlib import Path

import pytest
from project_copy import PROJECT

from autoencoders.pipelines import grid
from autoencoders.training.variant import Variant

FILES = sorted((PROJECT / "conf").rglob("*.yml"))
PARAMETERS = sorted((PROJECT / "conf" / "base" / "parameters").glob("*.yml"))
DENSE = {
    "model.architecture": "dense",
    "model.latent_activation": "identity",
    "model.dropout": 0.0,
    "model.tied_weights": False,
}
NOTHING = {"scale": "unit", "corruption.kind": "none", "penalty.kind": "none"}
TRAINING = {
    "training.optimizer": "adam",
    "training.schedule": "constant",
    "training.weight_decay": 0.0,
    "training.precision": "float32",
    "training.epsilon": 1e-8,
    "training.snapshots": (),
}
RESOLVED = {  # every setting, defaults included
    "digits.denoising.sigma_02": DENSE
    | NOTHING
    | TRAINING
    | {
        "model.hidden_dims": (128,),
        "model.latent_dim": 16,
        "model.decoder_hidden_dims": (128,),
        "model.activation": "gelu",
        "model.output_activation": "sigmoid",
        "corruption.kind": "gaussian",
        "corruption.std": 0.2,
        "corruption.clip": False,
        "training.epochs": 60,
        "training.batch_size": 32,
        "training.learning_rate": 0.01,
        "training.schedule": "one_cycle",
    },
    "digits.manifold.variational_2": NOTHING
    | TRAINING
    | {
        "model.architecture": "variational",
        "model.hidden_dims": (128,),
        "model.latent_dim": 2,
        "model.decoder_hidden_dims": (128,),
        "model.activation": "gelu",
        "model.output_activation": "sigmoid",
        "penalty.kind": "kl",
        "penalty.weight": 0.001,
        "training.epochs": 60,
        "training.batch_size": 32,
        "training.learning_rate": 0.01,
        "training.schedule": "one_cycle",
    },
    "mnist.reconstruction.pca_32": NOTHING | {"model.architecture": "pca", "model.latent_dim": 32},
    "mnist.anomaly_detection.denoising": DENSE
    | NOTHING
    | TRAINING
    | {
        "model.hidden_dims": (1024,),
        "model.latent_dim": 32,
        "model.decoder_hidden_dims": (1024,),
        "model.activation": "gelu",
        "model.output_activation": "sigmoid",
        "training.steps": 1000,
        "training.batch_size": 128,
        "training.learning_rate": 0.002,
        "training.optimizer": "adamw",
        "training.schedule": "one_cycle",
        "training.weight_decay": 0.01,
        "corruption.kind": "gaussian",
        "corruption.std": 0.3,
        "corruption.clip": False,
    },
    "assignment_3.deep_dense.published": DENSE
    | NOTHING
    | TRAINING
    | {
        "model.hidden_dims": (512, 256, 128),
        "model.latent_dim": 30,
        "model.decoder_hidden_dims": (128, 256),
        "model.activation": "relu",
        "model.latent_activation": "relu",
        "model.output_activation": "relu",
        "training.epochs": 10,
        "training.batch_size": 256,
        "training.learning_rate": 0.0003,
        "training.precision": "auto",
    },
    "georgia_tech.twos.regularised": DENSE
    | NOTHING
    | TRAINING
    | {
        "model.hidden_dims": (64,),
        "model.latent_dim": 40,
        "model.decoder_hidden_dims": (64,),
        "model.activation": "relu",
        "model.latent_activation": "relu",
        "model.output_activation": "identity",
        "model.dropout": 0.2,
        "scale": "standard",
        "penalty.kind": "l1",
        "penalty.weight": 0.001,
        "training.epochs": 500,
        "training.batch_size": "full",
        "training.learning_rate": 0.001,
        "training.weight_decay": 1e-5,
    },
    "lmu.softmax_code.published": NOTHING
    | TRAINING
    | {
        "model.architecture": "conv_softmax",
        "model.channels": (4, 8),
        "model.kernel_size": 5,
        "model.latent_dim": 10,
        "model.decoder_hidden_dims": (400,),
        "model.decoder_channels": (10, 10),
        "model.activation": "relu",
        "model.output_activation": "tanh",
        "training.epochs": 20,
        "training.batch_size": 128,
        "training.learning_rate": 0.001,
        "training.weight_decay": 1e-5,
        "training.precision": "float32",
        "training.snapshots": (0, 10, 20),
    },
}


@pytest.fixture(scope="module")
def suites() -> dict[str, grid.Suite]:
    return grid.read(grid.read_parameters())


@pytest.mark.parametrize("name", RESOLVED)
def test_a_variant_s_settings_are_what_they_were_when_spelled_out(suites, name: str) -> None:
    suite, study, variant = name.split(".")
    block = suites[suite].studies[study].variants[variant]
    assert Variant.model_validate(block).parameters() == RESOLVED[name]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_line_of_yaml_is_longer_than_140_characters(path: Path) -> None:
    assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= 140


@pytest.mark.parametrize("path", PARAMETERS, ids=lambda path: path.stem)
def test_absence_is_not_said(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"kind: none|(dropout|weight_decay): 0\.0\b|tied_weights: false|scale: unit", text)


@pytest.mark.parametrize("path", PARAMETERS, ids=lambda path: path.stem)
def test_an_anchor_is_shared(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = Counter(re.findall(r"[ :]\*(\w+)", text))
    used.update(re.findall(r"^ .*&(\w+)", text, re.MULTILINE))  # a block within a suite is used where it stands
    assert not [anchor for anchor in re.findall(r"[ :]&(\w+)", text) if used[anchor] < 2]


def test_the_digits_are_readable_without_knowing_merge_keys() -> None:
    text = (PROJECT / "conf" / "base" / "parameters" / "digits.yml").read_text(encoding="utf-8")
    assert "<<:" not in text
