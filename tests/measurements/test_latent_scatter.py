import numpy as np
import pytest
import torch
from digit_subject import DENSE, Identity, same, subject

from autoencoders.measurements.latent_scatter import Config, draw, measure

CONFIG = Config(kind="latent_scatter", neighbours=5, references=400)


class Labelled(Identity):
    """A code that gives the label away, in the plane of two of its numbers."""

    def __init__(self, labels: dict[bytes, int], latent_dim: int) -> None:
        super().__init__()
        self.latent_dim, self.labels = latent_dim, labels

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        label = torch.tensor([self.labels[image.numpy().tobytes()] for image in images]).float()
        code = torch.zeros(len(images), self.latent_dim)
        code[:, 0], code[:, -1] = label % 3, label // 3
        return code


def labelled(latent_dim: int):
    one = subject(Identity())
    images = one.at(np.arange(len(one.dataset.images)))[:]
    known = {image.numpy().tobytes(): int(label) for image, label in zip(images, one.labels, strict=True)}
    return subject(Labelled(known, latent_dim))


def test_a_code_of_two_numbers_is_drawn_as_it_is():
    one = subject(DENSE | {"latent_dim": 2, "latent_activation": "identity"})
    finding = measure(one, CONFIG)
    codes = one.model.encode(one.split("test")[:]).detach().numpy()
    np.testing.assert_allclose(finding.arrays["points"], codes, atol=1e-6)
    assert finding.table["plane_variance"][0] == 1
    assert finding.table["accuracy"][0] == finding.table["plane_accuracy"][0]


@pytest.mark.parametrize("latent_dim", [2, 5])
def test_a_code_that_tells_the_label_separates_the_classes(latent_dim: int):
    (row,) = measure(labelled(latent_dim), CONFIG).table.to_dict("records")
    assert row["accuracy"] == 1 and row["plane_accuracy"] == 1
    assert row["plane_variance"] == pytest.approx(1)
    assert row["n"] == 497 and row["references"] == 400


def test_a_code_that_tells_nothing_names_one_class():
    one = subject()
    with torch.no_grad():
        one.model.encoder[0].bias -= 100
    (row,) = measure(one, CONFIG).table.to_dict("records")
    assert row["accuracy"] < 0.3 and row["plane_variance"] == 0


def test_a_plane_loses_what_wide_codes_know():
    (row,) = measure(subject(Identity()), CONFIG).table.to_dict("records")
    assert row["accuracy"] > 0.9 > row["plane_accuracy"] + 0.2
    assert 0 < row["plane_variance"] < 0.5


def test_only_classes_of_the_training_are_drawn_and_the_seed_decides():
    one = subject(Identity(), classes=range(5))
    finding = measure(one, CONFIG)
    assert set(finding.arrays["labels"]) == set(range(5))
    assert same(finding, measure(one, CONFIG))


def test_a_single_number_is_no_plane():
    with pytest.raises(ValueError, match="latent_dim of at least 2, got 1"):
        measure(subject(DENSE | {"latent_dim": 1}), CONFIG)


def test_the_headline_names_best_and_worst_and_the_legend_every_class():
    two = measure(subject(DENSE | {"latent_dim": 2}), CONFIG)
    wide = measure(subject(Identity()), CONFIG)
    figure = draw({"two": [two], "wide": [wide, wide]}, CONFIG)
    assert (
        figure.get_suptitle()
        .replace("\n", " ")
        .endswith(f"{two.table['accuracy'][0]:.1%} (two) to {wide.table['accuracy'][0]:.1%} (wide) of test images")
    )
    assert [text.get_text() for text in figure.axes[1].get_legend().get_texts()] == [str(n) for n in range(10)]
    assert "of variance in both" in figure.axes[1].get_xlabel() and "of variance" not in figure.axes[0].get_xlabel()
