import numpy as np
import pytest
import torch
from digit_subject import DENSE, Identity, subject

from autoencoders.measurements.activations import Config, draw, measure
from autoencoders.reporting.figures.tiles import coloured, squared

CONFIG = Config(kind="activations", examples=4)


class Fixed(Identity):
    """Four units: dead at 0, dead at 1, the first pixel of the fourth row, and minus that."""

    def __init__(self) -> None:
        super().__init__()
        self.latent_dim = 4

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        pixel = images[:, 0, 3, 2]
        return torch.stack([0 * pixel, 0 * pixel + 1, pixel, -pixel], dim=1)


def test_the_row_by_hand():
    one = subject(Fixed())
    pixel = one.dataset.images[one.splits["test"], 0, 3, 2]
    zeros = (1 + 2 * (pixel == 0).mean()) / 4
    (row,) = measure(one, CONFIG).table.to_dict("records")
    assert row["dead_units"] == 2 and row["units"] == 4 and row["images"] == 497
    assert row["share_of_zeros"] == pytest.approx(zeros)
    assert row["active_units"] == pytest.approx(4 * (1 - zeros))
    assert row["mean_activation"] == pytest.approx(0.25)  # 0 + 1 + x - x


def test_units_do_not_depend_on_the_batches(monkeypatch: pytest.MonkeyPatch):
    one = subject()
    whole = measure(one, CONFIG)
    pixels = type(one.split("test"))
    batches = pixels.batches
    monkeypatch.setattr(pixels, "batches", lambda images, size=100: batches(images, size))
    np.testing.assert_allclose(measure(one, CONFIG).arrays["unit_means"], whole.arrays["unit_means"], rtol=1e-5)


def test_a_network_is_judged_by_the_classes_it_knows():
    assert measure(subject(classes=range(2)), CONFIG).table["images"][0] < 120


def test_one_image_a_class_is_drawn_and_no_more_than_asked_for():
    arrays = measure(subject(), CONFIG).arrays
    assert arrays["originals"].shape == (4, 1, 8, 8) and arrays["codes"].shape == (4, 12)
    assert arrays["originals"].max() == 1


@pytest.mark.parametrize(("units", "side"), [(256, 16), (1156, 34), (12, 4), (2, 2)])
def test_codes_become_squares_padded_with_nothing(units: int, side: int):
    square = squared(np.arange(units)[None])
    assert square.shape == (1, 1, side, side)
    assert square.ravel()[:units].tolist() == list(range(units))
    assert np.isnan(square.ravel()[units:]).all()


def test_the_middle_of_a_diverging_scale_is_white_and_a_gap_stays_one():
    colours = coloured(np.array([[[0.0, np.nan]]]), (-2, 2), "RdBu_r")
    assert colours[:, 0, 0].min() > 0.96
    assert np.isnan(colours[:, 0, -1]).all()


def test_the_headline_names_the_sparsest_variant():
    quiet = subject(DENSE)
    with torch.no_grad():
        quiet.model.encoder[0].bias -= 100
    figure = draw({"loud": [measure(subject(Identity()), CONFIG)], "quiet": [measure(quiet, CONFIG)]}, CONFIG)
    assert figure.get_suptitle().replace("\n", " ").endswith("to 100% (quiet)")


def test_seeds_make_a_band_and_different_classes_different_rows():
    first, second = measure(subject(), CONFIG), measure(subject(classes=range(5, 8)), CONFIG)
    figure = draw({"a": [first, first], "b": [second, second]}, CONFIG)
    labels = [label.get_text() for axes in figure.axes for label in axes.get_yticklabels()]
    assert "image of a" in labels and "image of b" in labels
    assert len(figure.axes[-1].collections) == 2
