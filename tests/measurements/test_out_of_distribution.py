import dataclasses

import numpy as np
import pytest
import torch
from digit_subject import DENSE, Identity, same, subject

from autoencoders.data.images import ImageTensor
from autoencoders.measurements.out_of_distribution import Config, draw, measure
from autoencoders.models.base import Autoencoder

KINDS = ("uniform", "gaussian", "rotated_90", "rotated_180", "inverted", "blank", "salt_and_pepper")
CONFIG = Config(kind="out_of_distribution", kinds=KINDS, images=200, probability=0.4, salt=1.0)


class Black(Autoencoder):
    """Every reconstruction is zero: the error is the mean square of the image."""

    def __init__(self, image_shape: tuple[int, int, int] = (1, 8, 8)) -> None:
        super().__init__(image_shape, 1)

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1)[:, :1]

    def decode(self, code: torch.Tensor) -> torch.Tensor:
        return code.new_zeros(len(code), *self.image_shape)


def errors(finding):
    return finding.table.set_index("kind")


@pytest.fixture(scope="module")
def fitted():
    return subject(DENSE, fitted=True)


def test_each_kind_has_the_mean_square_of_its_pixels():
    table = errors(measure(subject(Black()), CONFIG))
    assert table["mse"]["uniform"] == pytest.approx(1 / 3, abs=0.01)
    assert table["mse"]["gaussian"] == pytest.approx(1, abs=0.05)
    assert table["mse"]["blank"] == 0 and table["auroc"]["blank"] == 0 and table["n"]["blank"] == 1
    assert table["mse"]["rotated_90"] == pytest.approx(table["mse"]["rotated_180"], rel=1e-5)


def test_the_test_images_themselves_are_a_guess():
    row = errors(measure(subject(Black()), CONFIG)).loc["test"]
    assert row["ratio"] == 1 and row["auroc"] == 0.5 and row["n"] == 497


def test_kinds_are_what_they_are_called():
    one = subject(Identity())
    arrays = measure(one, CONFIG.model_copy(update={"images": 10**6})).arrays
    first = one.split("test")[:2].numpy()
    np.testing.assert_allclose(arrays["test/originals"], first)
    np.testing.assert_allclose(arrays["rotated_90/originals"], np.rot90(first, axes=(2, 3)))
    np.testing.assert_allclose(arrays["rotated_180/originals"], first[:, :, ::-1, ::-1])
    np.testing.assert_allclose(arrays["inverted/originals"], 1 - first)
    assert (arrays["blank/originals"] == 0).all()
    salted = arrays["salt_and_pepper/originals"]
    assert ((salted == first) | (salted == 1)).all() and (salted != first).any()


def test_a_network_that_copies_everything_tells_nothing_apart():
    table = errors(measure(subject(Identity()), CONFIG))
    assert (table["mse"] == 0).all() and (table["auroc"] == 0.5).all() and table["ratio"].isna().all()


def test_training_makes_noise_stand_out(fitted):
    table = errors(measure(fitted, CONFIG))
    assert (table["auroc"][["uniform", "gaussian", "inverted"]] > 0.99).all()
    assert table["ratio"]["rotated_90"] > 1.3


def test_other_units_change_neither_auroc_nor_ratio_of_what_is_made_from_images():
    unit, raw = (errors(measure(subject(Black(), scale=scale), CONFIG)) for scale in ("unit", "raw"))
    made = ["uniform", "rotated_90", "inverted", "blank", "salt_and_pepper"]
    np.testing.assert_allclose(raw["ratio"][made], unit["ratio"][made], rtol=1e-4)
    np.testing.assert_allclose(raw["mse"][made], 16**2 * unit["mse"][made], rtol=1e-4)
    assert raw["mse"]["gaussian"] == pytest.approx(unit["mse"]["gaussian"])  # N(0, 1) in the network's own units


def test_images_of_other_datasets_are_out_of_distribution_too():
    white = ImageTensor(torch.full((30, 1, 8, 8), 16, dtype=torch.uint8), 16)
    one = dataclasses.replace(subject(Black()), others={"snow": white})
    config = Config(kind="out_of_distribution", kinds=(), images=20, datasets=("snow",))
    table = errors(measure(one, config))
    assert table["mse"]["snow"] == 1 and table["auroc"]["snow"] > 1 - 1e-9 and table["n"]["snow"] == 20


def test_images_of_another_shape_are_refused_by_name():
    one = dataclasses.replace(
        subject(Black()), others={"big": ImageTensor(torch.zeros(3, 1, 9, 9, dtype=torch.uint8), 16)}
    )
    with pytest.raises(ValueError, match=r"images of big must have the shape \(1, 8, 8\), got \(1, 9, 9\)"):
        measure(one, Config(kind="out_of_distribution", kinds=(), images=2, datasets=("big",)))


def test_only_square_images_are_rotated_by_a_quarter():
    one = subject(Black((1, 8, 6)))
    narrow = dataclasses.replace(one.dataset, images=one.dataset.images[..., :6])
    one = dataclasses.replace(one, dataset=narrow)
    with pytest.raises(ValueError, match="rotated_90 needs square images, got 8 x 6 pixels"):
        measure(one, Config(kind="out_of_distribution", kinds=("rotated_90",), images=2))
    assert len(measure(one, Config(kind="out_of_distribution", kinds=("rotated_180",), images=2)).table) == 2


def test_the_same_seed_gives_the_same_finding(fitted):
    assert same(measure(fitted, CONFIG), measure(fitted, CONFIG))
    assert not same(measure(fitted, CONFIG), measure(dataclasses.replace(fitted, seed=1), CONFIG))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"salt": None}, "salt must be given for salt_and_pepper, got None"),
        ({"kinds": ("blank",)}, "probability must be left out without salt_and_pepper, got 0.4"),
        ({"kinds": (), "probability": None, "salt": None}, r"must not both be empty, got \[\] and \[\]"),
        ({"kinds": ("purple",)}, "got 'purple'"),
    ],
)
def test_settings_that_do_not_fit_are_refused(changes: dict, message: str):
    with pytest.raises(ValueError, match=message):
        Config.model_validate(CONFIG.model_dump() | changes)


def test_the_title_names_the_kind_that_is_hardest_to_tell(fitted):
    finding = measure(fitted, CONFIG)
    figure = draw({"net": [finding, finding], "copy": [measure(subject(Identity()), CONFIG)]}, CONFIG)
    kinds = errors(finding).drop(index="test")
    hardest = kinds["auroc"].idxmin()
    title = figure.get_suptitle().replace("\n", " ")
    assert title.startswith("net: AUROC at least 0.99 for ")
    assert title.endswith(f"the lowest {kinds['auroc'].min():.3f}: {hardest.replace('_', ' ')}")
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["original", "net", "copy"]


def test_one_class_variants_show_their_own_originals():
    config = Config(kind="out_of_distribution", kinds=("inverted",), images=20)
    findings = {
        f"one {digit}": [measure(subject(Black(), classes=range(digit, digit + 1)), config)] for digit in (0, 3)
    }
    labels = [label.get_text() for label in draw(findings, config).axes[0].get_yticklabels()]
    assert labels == ["original", "one 0", "original", "one 3"]


def test_a_perfect_copy_can_be_drawn():
    title = draw({"copy": [measure(subject(Identity()), CONFIG)]}, CONFIG).get_suptitle().replace("\n", " ")
    assert title.startswith("AUROC at least 0.99 for 0 of 7 kinds of out-of-distribution images; the lowest 0.500")
