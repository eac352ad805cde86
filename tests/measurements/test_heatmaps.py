import numpy as np
import pytest
from digit_subject import DENSE, Identity, same, subject

from autoencoders.measurements.heatmaps import FALSE_ALARMS, MISSES, Config, draw, measure
from autoencoders.training.engine import reconstruction_errors

CONFIG = Config(kind="heatmaps", which=("first", "worst", "best"), count=3, columns=8)


@pytest.fixture(scope="module")
def fitted():
    return subject(DENSE, fitted=True)


@pytest.fixture(scope="module")
def one_class():
    return subject(DENSE, fitted=True, classes=range(1))


def test_groups_are_the_first_of_each_class_the_worst_and_the_best(fitted):
    table = measure(fitted, CONFIG).table
    test = fitted.splits["test"]
    errors = np.sort(reconstruction_errors(fitted.model, fitted.split("test")))
    groups = table.groupby("group")
    assert groups.get_group("first")["label"].tolist() == list(range(10))
    firsts = [test[fitted.labels[test] == digit][0] for digit in range(10)]
    assert groups.get_group("first")["index"].tolist() == firsts
    np.testing.assert_allclose(groups.get_group("worst")["error"], errors[::-1][:3], rtol=1e-6)
    np.testing.assert_allclose(groups.get_group("best")["error"], errors[:3], rtol=1e-6)


def test_images_may_be_chosen_by_their_place_among_the_test_images(fitted):
    config = Config(kind="heatmaps", which=("chosen",), chosen=(5, 2), count=1, columns=2)
    table = measure(fitted, config).table
    assert table["index"].tolist() == fitted.splits["test"][[5, 2]].tolist()
    assert set(table["group"]) == {"chosen"}


def test_a_place_beyond_the_test_images_is_refused(fitted):
    config = Config(kind="heatmaps", which=("chosen",), chosen=(100_000,), count=1, columns=2)
    with pytest.raises(ValueError, match=r"chosen must lie below .*, the test images there are, got 100000"):
        measure(fitted, config)


def test_the_mean_of_the_squares_is_the_error(fitted):
    finding = measure(fitted, CONFIG)
    arrays = finding.arrays
    np.testing.assert_allclose(arrays["squares"].mean(axis=(1, 2, 3)), finding.table["error"], rtol=1e-4)
    np.testing.assert_allclose(np.square(arrays["inputs"] - arrays["reconstructions"]), arrays["squares"], atol=1e-5)
    np.testing.assert_allclose(arrays["inputs"], fitted.dataset.images[finding.table["index"]] / 16)


def test_squares_and_errors_are_in_the_network_s_units_and_pictures_are_not():
    raw = measure(subject(DENSE, scale="raw"), CONFIG)
    assert raw.arrays["inputs"].max() <= 1
    np.testing.assert_allclose(raw.arrays["squares"].mean(axis=(1, 2, 3)), raw.table["error"], rtol=1e-4)
    assert raw.table["error"].max() > 1


def test_without_anomalies_there_are_no_mistakes(fitted):
    assert set(measure(fitted, CONFIG).table["group"]) == {"first", "worst", "best"}


def test_mistakes_are_the_normal_images_scored_highest_and_the_anomalies_scored_lowest(one_class):
    table = measure(one_class, CONFIG).table
    errors = reconstruction_errors(one_class.model, one_class.split("test"))
    normal = one_class.labels[one_class.splits["test"]] == 0
    alarms, misses = (table[table["group"] == group] for group in (FALSE_ALARMS, MISSES))
    assert (alarms["label"] == 0).all() and (misses["label"] != 0).all()
    np.testing.assert_allclose(alarms["error"], np.sort(errors[normal])[::-1][:3], rtol=1e-6)
    np.testing.assert_allclose(misses["error"], np.sort(errors[~normal])[:3], rtol=1e-6)


def test_the_same_network_gives_the_same_finding(fitted):
    assert same(measure(fitted, CONFIG), measure(fitted, CONFIG))


@pytest.mark.parametrize(
    "changes", [{"which": ()}, {"which": ("ugliest",)}, {"count": 0}, {"columns": 0}, {"chosen": (1,)}]
)
def test_settings_out_of_range_are_refused(changes: dict):
    with pytest.raises(ValueError, match=next(iter(changes))):
        Config.model_validate(CONFIG.model_dump() | changes)


def test_the_title_compares_the_worst_image_with_the_median(fitted):
    finding = measure(fitted, CONFIG)
    title = draw({"net": [finding]}, CONFIG).get_suptitle().replace("\n", " ")
    median = np.median(reconstruction_errors(fitted.model, fitted.split("test")))
    worst = finding.table["error"].max()
    assert f"is off by {worst:.3g}, {worst / median:.1f} times the median" in title


def test_a_perfect_reconstruction_can_be_drawn():
    finding = measure(subject(Identity()), CONFIG)
    title = draw({"copy": [finding]}, CONFIG).get_suptitle()
    assert "is off by 0" in title and "times" not in title


@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_image_of_every_variant_is_captioned_once(fitted, one_class, count: int):
    findings = {f"v{index}": [measure((fitted, one_class)[index % 2], CONFIG)] for index in range(count)}
    texts = [text.get_text() for axes in draw(findings, CONFIG).axes for text in axes.texts]
    shown = sum(len(seeds[0].table) for seeds in findings.values())
    assert sum(": " in text for text in texts) == shown
