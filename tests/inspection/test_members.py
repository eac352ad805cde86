"""Members tell odd places from usual ones, alike for one image and for many."""

import sys

import numpy as np
import pytest
import torch
from torch import Generator

from autoencoders.configuration import kinds
from autoencoders.evaluation.metrics import auroc
from autoencoders.inspection import made_up
from autoencoders.inspection.members import Look, Member, most_odd
from autoencoders.inspection.network import Restorer
from autoencoders.inspection.statistics import averages, cell_side, cells, local_statistics

TRAINING = {
    "steps": 100,
    "batch_size": 16,
    "learning_rate": 5.0e-3,
    "optimizer": "adamw",
    "schedule": "one_cycle",
    "patience": 100,
}
DENSE = {"architecture": "dense", "hidden_dims": [32], "latent_dim": 4}
CONVOLUTIONAL = {"architecture": "conv_strided", "channels": [8, 16], "kernel_size": 4, "latent_dim": 8}
ACTIVATIONS = {"activation": "gelu", "output_activation": "sigmoid"}
BLOCKS = {
    "components": {"kind": "components", "latent_dim": 8, "smoothing": 1.0, "share": 0.1},
    "neighbours": {"kind": "neighbours", "neighbours": 3},
    "statistics": {"kind": "statistics", "share": 0.1},
    "textures": {"kind": "textures", "known": 300, "place": 1.0, "share": 0.1},
    "dense": {
        "kind": "autoencoder",
        "model": DENSE | ACTIVATIONS,
        "training": TRAINING,
        "smoothing": 1.0,
        "share": 0.1,
    },
    "convolutional": {
        "kind": "autoencoder",
        "model": CONVOLUTIONAL | ACTIVATIONS,
        "training": TRAINING,
        "smoothing": 1.0,
        "share": 0.1,
    },
    "pyod": {"kind": "pyod", "epochs": 30},
    "restoring": {
        "kind": "restoring",
        "channels": 8,
        "steps": 80,
        "batch_size": 8,
        "learning_rate": 3.0e-3,
        "share": 0.05,
    },
}


def stripes(count: int, seed: int) -> torch.Tensor:
    """Return images (count, 3, 24, 20), uint8, of stripes that lie a little elsewhere in each."""
    rng = np.random.default_rng(seed)
    columns = np.arange(20) + rng.uniform(-1, 1, size=(count, 1))
    waves = 128 + 60 * np.sin(columns)[:, None, None, :] + rng.normal(0, 4, size=(count, 3, 24, 20))
    return torch.from_numpy(waves.clip(0, 255).astype(np.uint8))


def with_spots(images: torch.Tensor) -> torch.Tensor:
    changed = images.clone()
    changed[:, :, 8:14, 6:12] = 250
    return changed


@pytest.fixture(scope="module", params=BLOCKS)
def reader(request):
    if request.param == "pyod":
        pytest.importorskip("pyod", reason="it is not in the lock")
    member = Member.model_validate(BLOCKS[request.param])
    learnt = member.fit(stripes(40, 0), stripes(12, 1), 0)
    assert all(isinstance(array, np.ndarray) for array in learnt.values())
    return member.reader({name: torch.from_numpy(array) for name, array in learnt.items()}, (3, 24, 20))


def test_every_kind_of_member_is_tested() -> None:
    assert set(kinds(Member)) == {block["kind"] for block in BLOCKS.values()}


def test_a_defect_is_found_and_its_place(reader) -> None:
    good, odd = (Look(images.float() / 255) for images in (stripes(30, 2), with_spots(stripes(30, 3))))
    scores = torch.cat([reader(good).scores, reader(odd).scores]).numpy()
    assert auroc(scores, np.arange(60) >= 30) > 0.9
    found = torch.nn.functional.interpolate(reader(odd).map[:, None], size=(24, 20), mode="bilinear")[:, 0]
    inside = found[:, 9:13, 7:11].mean()
    assert inside > found.mean() + found.std() / 2


def test_an_image_is_judged_alike_alone_and_among_others(reader) -> None:
    images = stripes(5, 4).float() / 255
    together, alone = reader(Look(images)), reader(Look(images[2:3]))
    torch.testing.assert_close(together.scores[2:3], alone.scores, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(together.map[2:3], alone.map, rtol=1e-3, atol=1e-3)


AUTOENCODERS = [name for name, block in BLOCKS.items() if block["kind"] == "autoencoder"]


def short(name: str, **training: int) -> Member:
    """Return an autoencoder that trains for a few steps."""
    return Member.model_validate(BLOCKS[name] | {"training": TRAINING | {"steps": 6} | training})


@pytest.mark.parametrize("name", AUTOENCODERS)
def test_an_autoencoder_learns_to_reconstruct(name) -> None:
    images, unseen = stripes(40, 0), Look(stripes(30, 2).float() / 255)
    errors = []
    for steps in (1, 60):
        one = short(name, steps=steps)
        learnt = one.fit(images, stripes(12, 1), 0)
        reader = one.reader({key: torch.from_numpy(array) for key, array in learnt.items()}, (3, 24, 20))
        errors.append(float(reader(unseen).scores.exp().mean()))
    assert errors[1] < errors[0] / 2


@pytest.mark.parametrize("name", AUTOENCODERS)
def test_the_same_seed_teaches_an_autoencoder_the_same(name) -> None:
    ones = [short(name).fit(stripes(40, 0), stripes(12, 1), seed) for seed in (3, 3, 4)]
    assert all(np.array_equal(ones[0][key], ones[1][key]) for key in ones[0])
    assert not all(np.array_equal(ones[0][key], ones[2][key]) for key in ones[0])


@pytest.mark.parametrize("name", AUTOENCODERS)
@pytest.mark.parametrize(("shape", "seen"), [((3, 13, 50), (13, 50)), ((1, 5, 9), (8, 9)), ((1, 200, 70), (64, 64))])
def test_an_autoencoder_takes_images_of_any_size(name, shape, seen) -> None:
    images = torch.randint(256, (20, *shape), generator=Generator().manual_seed(0), dtype=torch.uint8)
    learnt = short(name).fit(images, images[:5], 0)
    reading = short(name).reader({key: torch.from_numpy(array) for key, array in learnt.items()}, shape)(
        Look(images.float() / 255)
    )
    assert reading.scores.shape == (20,) and reading.map.shape == (20, *seen)
    assert reading.map.isfinite().all()


def test_an_autoencoder_whose_training_does_not_fit_is_refused() -> None:
    block = BLOCKS["dense"] | {"model": {"architecture": "pca", "latent_dim": 4}}
    with pytest.raises(ValueError, match="pca is fitted in closed form: leave training out"):
        Member.model_validate(block)


def test_where_pyod_is_not_installed_it_is_said_how(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyod.models", None)
    with pytest.raises(ValueError, match=r"needs PyOD .*: uv pip install --group bench"):
        Member.model_validate(BLOCKS["pyod"]).fit(stripes(40, 0), stripes(2, 1), 0)


def test_the_oddest_places_are_averaged_one_at_least() -> None:
    values = torch.tensor([[[0.0, 1.0], [2.0, 3.0]]])
    assert most_odd(values, 0.5).item() == 2.5
    assert most_odd(values, 0.01).item() == 3.0


def test_averages_keep_a_constant_up_to_the_edge() -> None:
    torch.testing.assert_close(averages(9, 2.0).sum(dim=1), torch.ones(9))
    torch.testing.assert_close(cells(10, 4).sum(dim=1), torch.ones(3))


@pytest.mark.parametrize("size", [(28, 28), (64, 50), (8, 8), (200, 170)])
def test_local_statistics_have_one_column_per_cell(size) -> None:
    side = cell_side(*size)
    found = local_statistics(torch.rand(2, 3, *size))
    assert found.shape == (2, 24, -(-size[0] // side), -(-size[1] // side))


def test_a_blank_image_is_as_smooth_as_can_be() -> None:
    blank, rough = local_statistics(torch.full((1, 1, 16, 16), 0.5)), local_statistics(torch.rand(1, 1, 16, 16))
    assert (blank[:, 1:] < rough[:, 1:]).all()
    torch.testing.assert_close(blank[:, 0], torch.full((1, 8, 8), 0.5))


@pytest.mark.parametrize("kind", made_up.TRAINED | made_up.JUDGED)
@pytest.mark.parametrize("shape", [(1, 16, 24), (3, 40, 40)])
def test_a_made_up_defect_shows_where_it_is_said_to(kind, shape) -> None:
    makers = made_up.TRAINED | made_up.JUDGED
    generator = Generator().manual_seed(0)
    images = torch.rand(12, *shape, generator=generator)
    changed, where = made_up.deface(images, images.flip(0), {kind: makers[kind]}, generator)
    assert changed.shape == images.shape and where.shape == (12, 1, *shape[1:])
    assert changed.min() >= 0 and changed.max() <= 1 and set(where.unique().tolist()) <= {0.0, 1.0}
    assert where.any()
    difference = (changed - images).abs().amax(dim=1, keepdim=True)
    assert difference[where > 0].mean() > difference[where == 0].mean()


def test_defects_follow_from_the_seed_and_leave_the_images_alone() -> None:
    images = torch.rand(8, 1, 16, 16, generator=Generator().manual_seed(1))
    kept = images.clone()
    ones = [made_up.deface(images, images, made_up.TRAINED, Generator().manual_seed(2)) for _ in range(2)]
    assert torch.equal(ones[0][0], ones[1][0]) and torch.equal(ones[0][1], ones[1][1])
    assert torch.equal(images, kept)


@pytest.mark.parametrize("size", [(64, 64), (50, 44), (33, 47)])
def test_a_network_marks_alike_whichever_way_it_enlarges(size: tuple[int, int]) -> None:
    network = Restorer((3, *size), 8)
    images = torch.rand(2, 3, *size, generator=Generator().manual_seed(0))
    with torch.no_grad():
        plain = network.train()(images)[1]
        quick = network.eval().mark(images)
    torch.testing.assert_close(quick, plain, rtol=1e-4, atol=1e-5)
