import pytest
import torch
from torch import Generator

from autoencoders.models.layers import Dropout, initialise
from autoencoders.pipelines import grid
from autoencoders.pipelines.grid import read_parameters
from autoencoders.training.engine import build, latent_dim
from autoencoders.training.variant import Variant

CPU = torch.device("cpu")
SHAPES = {"digits": (1, 8, 8)}


def variants() -> list:
    """Return the variants of all studies, none twice for images of the same shape.

    They are sorted: files are read in any order, and all workers must find one list.
    """
    found = {
        f"{name}-{study}-{key}": (variant, SHAPES.get((suite.derived or suite).dataset, (1, 28, 28)))
        for name, suite in grid.read(read_parameters()).items()
        for study, block in suite.studies.items()
        for key, variant in block.variants.items()
    }
    alike = {str(found[name]): name for name in sorted(found, reverse=True)}
    return [pytest.param(*found[name], id=name) for name in sorted(alike.values())]


EVERY = pytest.mark.parametrize(("block", "shape"), variants())


@EVERY
def test_every_variant_maps_images_to_codes_and_back(block: dict, shape: tuple[int, int, int]) -> None:
    variant = Variant.model_validate(block)
    model = build(variant, shape, seed=0, device=CPU).eval()
    images = torch.rand((5, *shape), generator=Generator().manual_seed(0))
    reconstruction, code = model(images)
    assert reconstruction.shape == images.shape
    assert code.flatten(1).shape == (5, model.latent_dim) == (5, latent_dim(variant, shape))
    assert model.carries_indices or torch.equal(model.decode(model.encode(images)), reconstruction)


@EVERY
def test_every_variant_starts_from_its_seed_alone(block: dict, shape: tuple[int, int, int]) -> None:
    variant = Variant.model_validate(block)
    first, again, other = (build(variant, shape, seed, CPU).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert variant.model.closed_form or any(not torch.equal(first[name], other[name]) for name in first)


def test_pca_refuses_more_components_than_pixels() -> None:
    variant = Variant.model_validate(
        {
            "model": {"architecture": "pca", "latent_dim": 65},
            "scale": "unit",
            "corruption": {"kind": "none"},
            "penalty": {"kind": "none"},
        }
    )
    with pytest.raises(ValueError, match="latent_dim must be at most 64, the number of pixels, for PCA, got 65"):
        build(variant, (1, 8, 8), 0, CPU)


def dense(**changes) -> Variant:
    model = {
        "architecture": "dense",
        "hidden_dims": [16, 8],
        "latent_dim": 4,
        "decoder_hidden_dims": [8, 16],
        "activation": "relu",
        "latent_activation": "identity",
        "output_activation": "sigmoid",
        "dropout": 0.0,
        "tied_weights": False,
    }
    training = {
        "epochs": 1,
        "batch_size": 4,
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "schedule": "constant",
        "weight_decay": 0.0,
        "precision": "float32",
    }
    block = {"model": model | changes, "scale": "unit", "corruption": {"kind": "none"}, "penalty": {"kind": "none"}}
    return Variant.model_validate(block | {"training": training})


def test_tied_weights_are_the_encoder_s_transposed() -> None:
    tied, free = (build(dense(tied_weights=flag), (1, 4, 4), 0, CPU) for flag in (True, False))
    count = [sum(one.numel() for one in model.parameters()) for model in (tied, free)]
    assert count[1] - count[0] == 16 * 16 + 16 * 8 + 8 * 4
    gradient = torch.autograd.grad(tied(torch.rand(2, 1, 4, 4))[0].sum(), list(tied.parameters()))
    assert len(gradient) == 3 * 2 + 3


def test_sigmoid_output_stays_in_the_intensity_range() -> None:
    reconstruction, _ = build(dense(), (1, 4, 4), 0, CPU)(100 * torch.randn(8, 1, 4, 4))
    assert ((reconstruction >= 0) & (reconstruction <= 1)).all()


def test_dropout_drops_its_share_in_training_and_nothing_in_evaluation() -> None:
    layer = Dropout(0.25)
    layer.generator = Generator().manual_seed(0)
    ones = torch.ones(400, 100)
    dropped = layer(ones)
    assert float((dropped == 0).float().mean()) == pytest.approx(0.25, abs=0.01)
    assert float(dropped.mean()) == pytest.approx(1, abs=0.01)
    assert torch.equal(layer.eval()(ones), ones)


def test_initial_weights_have_the_library_s_spread() -> None:
    ours, theirs = torch.nn.Linear(400, 300), torch.nn.Linear(400, 300)
    initialise(ours, Generator().manual_seed(0))
    weight = ours.weight.detach()
    assert float(weight.std()) == pytest.approx(float(theirs.weight.detach().std()), rel=0.02)
    assert float(weight.abs().max()) <= 1 / 400**0.5
