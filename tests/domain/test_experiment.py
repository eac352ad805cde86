import pytest

from autoencoders.configuration import kinds
from autoencoders.data.splits import Splits
from autoencoders.models import Architecture
from autoencoders.training.variant import Compute, Training, Variant

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
            f"model.architecture: must be one of {', '.join(kinds(Architecture))}, got 'linaer'",
        ),
        (
            {"corruption": {"kind": "gaussian", "std": 7, "clip": True}},
            "std: input should be less than or equal to 1, got 7",
        ),
        ({"corruption": {"kind": "gausian"}}, "'gausian'"),
        ({"penalty": {"kind": "l1", "weight": -1}}, "weight: input should be greater than 0, got -1"),
        ({"training": {**TRAINING, "epochs": 0}}, "training.epochs: input should be greater than 0, got 0"),
        ({"training": {**TRAINING, "epochs": 2.5}}, "training.epochs"),
        ({"training": {**TRAINING, "steps": 0}}, "training.steps: input should be greater than 0, got 0"),
        ({"training": {**TRAINING, "epochs": None}}, "training.epochs: the key is missing, and so is steps"),
        ({"training": {**TRAINING, "patience": 0}}, "training.patience: input should be greater than 0, got 0"),
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


def short(**changes) -> dict:
    training = {name: TRAINING[name] for name in ("epochs", "batch_size", "optimizer", "learning_rate")}
    return {"model": {"architecture": "linear", "latent_dim": 3}, "training": training} | changes


@pytest.mark.parametrize(
    ("length", "steps"), [({"epochs": 20}, 140), ({"steps": 800}, 800), ({"epochs": 20, "steps": 800}, 800)]
)
def test_a_training_is_as_long_as_its_epochs_or_its_steps(length: dict, steps: int) -> None:
    others = {name: TRAINING[name] for name in ("batch_size", "optimizer", "learning_rate")}
    assert Training.model_validate(others | length).length(epoch_steps=7) == steps


CHOICES = {
    "dense": ("hidden_dims", "latent_dim", "activation", "output_activation"),
    "variational": ("hidden_dims", "latent_dim", "activation", "output_activation"),
    "conv_pool": ("channels", "decoder", "activation", "output_activation"),
    "conv_strided": ("channels", "kernel_size", "latent_dim", "activation", "output_activation"),
    "conv_softmax": ("channels", "kernel_size", "latent_dim", "activation", "output_activation"),
    "conv_linear": ("kernels",),
    "linear": ("latent_dim",),
    "pca": ("latent_dim",),
}


def test_absence_need_not_be_said() -> None:
    assert Variant.model_validate(short()) == Variant.model_validate(LINEAR)
    assert Variant.model_validate({"model": {"architecture": "pca", "latent_dim": 3}}).scale == "unit"


@pytest.mark.parametrize("architecture", CHOICES)
def test_a_choice_has_no_default(architecture: str) -> None:
    with pytest.raises(ValueError) as raised:
        Variant.model_validate({"model": {"architecture": architecture}})
    assert str(raised.value) == "; ".join(f"model.{name}: the key is missing" for name in CHOICES[architecture])


@pytest.mark.parametrize("choice", ["batch_size", "optimizer", "learning_rate"])
def test_a_choice_of_the_training_has_no_default(choice: str) -> None:
    training = {name: value for name, value in short()["training"].items() if name != choice}
    with pytest.raises(ValueError) as raised:
        Variant.model_validate(short(training=training))
    assert str(raised.value) == f"training.{choice}: the key is missing"


@pytest.mark.parametrize(
    ("architecture", "widths", "decoder"),
    [
        ({"architecture": "dense"}, "hidden_dims", "decoder_hidden_dims"),
        ({"architecture": "variational"}, "hidden_dims", "decoder_hidden_dims"),
        ({"architecture": "conv_softmax", "kernel_size": 3}, "channels", "decoder_channels"),
    ],
    ids=lambda one: one["architecture"] if isinstance(one, dict) else "",
)
def test_a_decoder_mirrors_the_encoder_unless_it_is_given(architecture: dict, widths: str, decoder: str) -> None:
    model = architecture | {widths: [16, 8], "latent_dim": 4, "activation": "relu", "output_activation": "sigmoid"}
    penalty = {"penalty": {"kind": "kl", "weight": 1.0}} if architecture["architecture"] == "variational" else {}
    mirrored = Variant.model_validate(short(model=model, **penalty))
    assert mirrored.parameters()[f"model.{decoder}"] == (8, 16)
    given = Variant.model_validate(short(model=model | {decoder: [8, 32]}, **penalty))
    assert given.parameters()[f"model.{decoder}"] == (8, 32)
    with pytest.raises(ValueError) as raised:
        Variant.model_validate(short(model=model | {widths: [-1]}, **penalty))
    assert str(raised.value).startswith(f"model.{widths}.0: input should be greater than 0, got -1")
    assert decoder not in str(raised.value)


def test_gaussian_noise_is_not_clipped_unless_that_is_said() -> None:
    assert not Variant.model_validate(short(corruption={"kind": "gaussian", "std": 0.3})).corruption.clip


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
