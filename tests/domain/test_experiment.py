import pytest

from autoencoders.configuration import kinds
from autoencoders.data.splits import Splits
from autoencoders.models import Architecture
from autoencoders.training.variant import Compute, Variant

TRAINING = {
    "epochs": 2,
    "batch_size": 8,
    "optimizer": "adam",
    "learning_rate": 1e-3,
    "schedule": "constant",
    "weight_decay": 0.0,
    "precision": "float32",
}
LINEAR = {
    "model": {"architecture": "linear", "latent_dim": 3, "tied_weights": False},
    "scale": "unit",
    "corruption": {"kind": "none"},
    "penalty": {"kind": "none"},
    "training": TRAINING,
}
DENSE = {
    "architecture": "dense",
    "hidden_dims": [16],
    "latent_dim": 4,
    "decoder_hidden_dims": [16],
    "activation": "relu",
    "latent_activation": "identity",
    "output_activation": "sigmoid",
    "dropout": 0.0,
    "tied_weights": False,
}


def test_a_well_formed_block_gives_its_parameters_dotted_names() -> None:
    parameters = Variant.model_validate(LINEAR).parameters()
    assert parameters["model.latent_dim"] == 3
    assert parameters["corruption.kind"] == "none"
    assert parameters["training.epochs"] == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"model": {**LINEAR["model"], "latent_dim": -3}},
            "model.latent_dim: input should be greater than 0, got -3",
        ),
        ({"model": {**LINEAR["model"], "widht": 3}}, "model.widht: there is no such key, got 3"),
        (
            {"model": {**LINEAR["model"], "architecture": "linaer"}},
            "variational, got 'linaer'",
        ),
        (
            {"corruption": {"kind": "gaussian", "std": 7, "clip": True}},
            "std: input should be less than or equal to 1, got 7",
        ),
        ({"corruption": {"kind": "gausian"}}, "'gausian'"),
        ({"penalty": {"kind": "l1", "weight": -1}}, "weight: input should be greater than 0, got -1"),
        ({"training": {**TRAINING, "epochs": 0}}, "training.epochs: input should be greater than 0, got 0"),
        ({"training": {**TRAINING, "epochs": 2.5}}, "training.epochs"),
        ({"training": {**TRAINING, "learning_rate": float("nan")}}, "training.learning_rate"),
        ({"epochs": 3}, "epochs: there is no such key, got 3"),
        ({"training": None}, "linear must be trained"),
        ({"model": {"architecture": "pca", "latent_dim": 3}}, "leave training out"),
        (
            {"model": {**DENSE, "tied_weights": True, "decoder_hidden_dims": [8]}},
            "tied_weights need decoder_hidden_dims [16]",
        ),
        ({"model": {**DENSE, "dropout": 1.0}}, "dropout: input should be less than 1, got 1.0"),
    ],
)
def test_a_mistake_is_named_by_key_rule_and_value(change: dict, sentence: str) -> None:
    with pytest.raises(ValueError) as raised:
        Variant.model_validate(LINEAR | change)
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("missing", ["model", "corruption", "penalty"])
def test_no_key_has_a_default(missing: str) -> None:
    with pytest.raises(ValueError, match=f"{missing}: the key is missing"):
        Variant.model_validate({key: value for key, value in LINEAR.items() if key != missing})


@pytest.mark.parametrize("share", [0.0, 0.5, -0.1])
def test_splits_refuse_shares_that_leave_nothing(share: float) -> None:
    with pytest.raises(ValueError, match="validation"):
        Splits.model_validate({"seed": 0, "test": 0.2, "validation": share, "calibration": 0.1})


def test_compute_refuses_unknown_devices() -> None:
    with pytest.raises(ValueError, match="device"):
        Compute.model_validate({"device": "tpu", "threads": 1})


def test_every_architecture_is_a_file() -> None:
    assert {"dense", "linear", "pca"} <= set(kinds(Architecture))
    assert not {"base", "layers"} & set(kinds(Architecture))
