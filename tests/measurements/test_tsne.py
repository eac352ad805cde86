import numpy as np
import pytest
import torch
from digit_subject import Identity, same, subject

from autoencoders.evaluation.latent import neighbour_accuracy
from autoencoders.measurements.tsne import Config, draw, measure

CONFIG = Config(kind="tsne", images=250, perplexity=15, neighbours=5)


@pytest.fixture(scope="module")
def finding():
    return measure(subject(Identity()), CONFIG)


def test_the_map_keeps_what_is_near_in_the_code(finding):
    (row,) = finding.table.to_dict("records")
    assert row["trustworthiness"] > 0.95 and row["map_accuracy"] > 0.85
    assert row["n"] == 250 and finding.arrays["points"].shape == (250, 2)


def test_a_random_map_would_not(finding):
    points = finding.arrays["points"].copy()
    np.random.default_rng(0).shuffle(points)
    assert neighbour_accuracy(torch.from_numpy(points), finding.arrays["labels"], 5) < 0.3


def test_the_seed_decides(finding):
    assert same(finding, measure(subject(Identity()), CONFIG))


@pytest.mark.parametrize("changes", [{"perplexity": 300.0}, {"neighbours": 125}])
def test_too_few_images_are_an_error(changes):
    with pytest.raises(ValueError, match=r"must be below 250, .* got"):
        measure(subject(Identity()), Config.model_validate(CONFIG.model_dump() | changes))


def test_the_figure_compares_map_and_code(finding):
    figure = draw({"one": [finding], "two": [finding]}, CONFIG)
    row = finding.table.iloc[0]
    assert f"{row['map_accuracy']:.1%} of test images ({row['code_accuracy']:.1%} in the code): one" in (
        figure.get_suptitle().replace("\n", " ")
    )
    assert "t-SNE of 250 test codes, perplexity 15" in figure.get_supxlabel()
