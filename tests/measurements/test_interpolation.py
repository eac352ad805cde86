import numpy as np
import pytest
import torch
from digit_subject import DENSE, Identity, same, subject

from autoencoders.measurements.interpolation import Config, draw, measure

CONFIG = Config(kind="interpolation", pairs=60, shown=3, steps=5, nearest_of=300)
CLASSES = {"low": range(3), "high": range(6, 9)}


def test_where_codes_are_pixels_the_way_is_the_cross_fade():
    finding = measure(subject(Identity()), CONFIG)
    np.testing.assert_allclose(finding.arrays["codes"], finding.arrays["fades"], atol=1e-6)
    np.testing.assert_allclose(finding.table["code_distance"], finding.table["fade_distance"], atol=1e-6)


def test_both_ends_are_included_and_the_middle_is_the_mean_of_both():
    one = subject()
    arrays = measure(one, CONFIG).arrays
    fades = arrays["fades"]
    tests = one.split("test")[:].numpy()
    for end in (fades[:, 0], fades[:, -1]):
        assert all(any(np.array_equal(image, test) for test in tests) for image in end)
    np.testing.assert_allclose(fades[:, 2], (fades[:, 0] + fades[:, -1]) / 2, atol=1e-6)


def test_the_ends_of_a_way_are_reconstructions():
    one = subject(fitted=True)
    arrays = measure(one, CONFIG).arrays
    ends = one.model(torch.from_numpy(arrays["fades"][:, 0]))[0].detach().numpy()
    np.testing.assert_allclose(arrays["codes"][:, 0], ends, atol=1e-5)


def test_a_pair_never_has_one_class_and_every_two_classes_meet():
    labels = measure(subject(Identity()), CONFIG.model_copy(update={"shown": 60})).arrays["labels"]
    assert (labels[:, 0] != labels[:, 1]).all()
    assert len({tuple(sorted(pair)) for pair in labels[:45]}) == 45  # 10 x 9 / 2
    assert len(np.unique(labels[:, 0])) == 10  # and either class may come first


def test_only_classes_of_the_training_meet():
    labels = measure(subject(Identity(), classes=range(3)), CONFIG).arrays["labels"]
    assert set(labels.ravel()) <= {0, 1, 2}


def test_one_class_alone_is_an_error():
    with pytest.raises(ValueError, match=r"at least 2 classes, got \[4\]"):
        measure(subject(Identity(), classes=range(4, 5)), CONFIG)


def test_cross_fades_leave_the_data_half_way():
    table = measure(subject(Identity()), CONFIG).table
    assert table["share"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert table["fade_distance"][2] > 1.1 * table["fade_distance"][[0, 4]].max()


def test_distances_are_of_intensities_whatever_the_scale():
    unit, raw = (measure(subject(Identity(), scale=scale), CONFIG) for scale in ("unit", "raw"))
    np.testing.assert_allclose(unit.table["fade_distance"], raw.table["fade_distance"], atol=1e-5)
    assert raw.arrays["codes"].max() <= 1


def test_the_seed_decides():
    assert same(measure(subject(), CONFIG), measure(subject(), CONFIG))


def test_one_cross_fade_stands_below_all_variants_that_share_it():
    findings = {"pixels": [measure(subject(Identity()), CONFIG)], "dense": [measure(subject(DENSE), CONFIG)]}
    figure = draw(findings, CONFIG)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["pixels", "dense", "cross-fade"] * 3
    assert "Half-way" in figure.get_suptitle()


def test_variants_of_different_classes_have_cross_fades_of_their_own():
    findings = {name: [measure(subject(Identity(), classes=one), CONFIG)] for name, one in CLASSES.items()}
    figure = draw(findings, CONFIG)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["low", "cross-fade"] * 3 + ["high", "cross-fade"] * 3
    assert len(figure.axes[1].lines) == 4
