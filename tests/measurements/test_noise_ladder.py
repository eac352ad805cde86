import dataclasses

import numpy as np
import pytest
from digit_subject import DENSE, Identity, subject, variant
from digit_yardsticks import with_yardsticks

from autoencoders.measurements.noise_ladder import Config, draw, measure, psnr
from autoencoders.training import engine, pca
from autoencoders.training.corruption import Gaussian
from autoencoders.training.variant import Variant

LEVELS = (0.0, 0.1, 0.4)
GAUSSIAN = Config(kind="noise_ladder", corruption="gaussian", levels=LEVELS, clip=False)
SALT = Config(kind="noise_ladder", corruption="salt_and_pepper", levels=LEVELS, salt=1.0)


@pytest.fixture(scope="module")
def fitted():
    return with_yardsticks(subject(DENSE, fitted=True))


def test_psnr_by_hand():
    assert psnr(1.0) == 0 and psnr(0.01) == pytest.approx(20) and psnr(0.0) == np.inf


def test_without_noise_the_ladder_begins_at_the_errors_on_clean_images(fitted):
    row = measure(fitted, GAUSSIAN).table.iloc[0]
    test = fitted.split("test")
    flat = test[:].flatten(1).numpy()
    assert row["network_mse"] == pytest.approx(engine.reconstruction_errors(fitted.model, test).mean(), rel=1e-5)
    assert row["pca_mse"] == pytest.approx(pca.reconstruction_errors(fitted.basis, flat, 12).mean(), rel=1e-4)
    assert row["noisy_mse"] == 0 and row["noisy_psnr"] == np.inf


def test_untouched_noise_has_the_square_of_its_sd_as_error(fitted):
    table = measure(fitted, GAUSSIAN).table
    np.testing.assert_allclose(table["noisy_mse"], np.square(LEVELS), rtol=0.02)
    np.testing.assert_allclose(table["noisy_psnr"][1:], -20 * np.log10(LEVELS[1:]), atol=0.1)


def test_the_identity_leaves_the_noise_as_it_is():
    table = measure(with_yardsticks(subject(Identity())), GAUSSIAN).table
    np.testing.assert_allclose(table["network_mse"], table["noisy_mse"], rtol=1e-5)


def test_a_projection_leaves_the_share_of_the_noise_that_its_components_span(fitted):
    table = measure(fitted, GAUSSIAN).table
    added = table["pca_mse"] - table["pca_mse"][0]
    np.testing.assert_allclose(added[1:], np.square(LEVELS[1:]) * 12 / 64, rtol=0.15)


def test_salt_alone_turns_dark_pixels_white(fitted):
    finding = measure(fitted, SALT)
    test = fitted.split("test")[:].numpy()
    expected = np.array(LEVELS) * np.square(1 - test).mean()
    np.testing.assert_allclose(finding.table["noisy_mse"], expected, rtol=0.03)
    noisy, original = finding.arrays["noisy"], finding.arrays["original"]
    assert ((noisy == original) | (noisy == 1)).all()


def test_more_noise_is_the_same_noise_enlarged(fitted):
    arrays = measure(fitted, GAUSSIAN).arrays
    noise = arrays["noisy"] - arrays["original"]
    np.testing.assert_allclose(noise[2], 4 * noise[1], atol=1e-5)


def test_noise_is_not_clipped_unless_told(fitted):
    plain = Config(kind="noise_ladder", corruption="gaussian", levels=LEVELS)
    assert measure(fitted, plain).table.equals(measure(fitted, GAUSSIAN).table)


def test_clipped_noise_stays_within_black_and_white(fitted):
    noisy = measure(fitted, GAUSSIAN.model_copy(update={"clip": True})).arrays["noisy"]
    assert noisy.min() >= 0 and noisy.max() <= 1


def test_other_units_scale_errors_but_neither_psnr_nor_pictures():
    unit = measure(with_yardsticks(subject(Identity())), GAUSSIAN)
    raw = measure(with_yardsticks(subject(Identity(), scale="raw")), GAUSSIAN)
    np.testing.assert_allclose(raw.table["noisy_mse"], 16**2 * unit.table["noisy_mse"], rtol=1e-4)
    np.testing.assert_allclose(raw.table["pca_mse"], 16**2 * unit.table["pca_mse"], rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(raw.table["pca_psnr"][1:], unit.table["pca_psnr"][1:], rtol=1e-4)
    np.testing.assert_allclose(raw.arrays["noisy"], unit.arrays["noisy"], atol=1e-5)


def test_training_on_noise_wins_where_there_is_noise_and_the_ring_marks_the_level(fitted):
    block = variant(DENSE).model_dump() | {"corruption": Gaussian(kind="gaussian", std=0.4, clip=False)}
    noisy = Variant.model_validate(block)
    trained = with_yardsticks(_fitted(noisy))
    assert measure(trained, GAUSSIAN).table["network_mse"][2] < measure(fitted, GAUSSIAN).table["network_mse"][2]
    assert measure(trained, GAUSSIAN).arrays["trained_at"][0] == 0.4
    assert np.isnan(measure(trained, SALT).arrays["trained_at"][0])


@pytest.mark.parametrize("level", LEVELS)
def test_the_ring_stands_at_the_level_of_the_training_up_to_both_ends(fitted, level: float):
    found = measure(fitted, GAUSSIAN)
    arrays = found.arrays | {"trained_at": np.array([level])}
    axes = draw({"one": [dataclasses.replace(found, arrays=arrays)]}, GAUSSIAN).axes[0]
    assert [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"] == [level]


def _fitted(noisy: Variant):
    one = dataclasses.replace(subject(DENSE), variant=noisy)
    weights = engine.train(noisy, one.split("train"), one.split("validation"), seed=0).weights
    return dataclasses.replace(one, model=engine.restore(noisy, (1, 8, 8), weights, one.device))


def test_the_same_seed_gives_the_same_finding(fitted):
    first, again, other = (measure(one, GAUSSIAN) for one in (fitted, fitted, dataclasses.replace(fitted, seed=1)))
    assert first.table.equals(again.table) and not first.table.equals(other.table)
    assert np.array_equal(first.arrays["network"], again.arrays["network"])


def test_images_of_classes_never_trained_on_do_not_count():
    two = with_yardsticks(subject(Identity(), classes=range(2)))
    original = measure(two, GAUSSIAN).arrays["original"]
    test = two.splits["test"]
    first = test[np.isin(two.labels[test], [0, 1])][0]
    np.testing.assert_allclose(original, two.dataset.images[first] / 16)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"corruption": "salt_and_pepper", "salt": 0.5}, "clip: there is no such key, got False"),
        ({"salt": 0.5}, "salt: there is no such key, got 0.5"),
        ({"corruption": "salt_and_pepper", "clip": None}, "salt: the key is missing"),
        ({"levels": (0.3, 0.1)}, r"levels must rise, got \[0.3, 0.1\]"),
        ({"levels": (0.3, 1.5)}, "less than or equal to 1, got 1.5"),
        ({"levels": ()}, "levels"),
    ],
)
def test_settings_that_do_not_fit_are_refused(changes: dict, message: str):
    with pytest.raises(ValueError, match=message):
        Config.model_validate(GAUSSIAN.model_dump() | changes)


def test_the_figure_states_the_best_at_the_strongest_noise_and_shows_shared_rows_once(fitted):
    good, bad = measure(fitted, GAUSSIAN), measure(with_yardsticks(subject(DENSE)), GAUSSIAN)
    figure = draw({"good": [good, good], "bad": [bad]}, GAUSSIAN)
    title = figure.get_suptitle().replace("\n", " ")
    last = good.table.iloc[-1]
    assert title == (
        f"Noise sd 0.4: the untouched input is off by {last['noisy_mse']:.3g}, "
        f"PCA 12 by {last['pca_mse']:.3g}, good by {last['network_mse']:.3g}"
    )
    labels = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert labels == ["noisy input", "PCA 12", "good", "bad"]


def test_the_right_axis_reads_in_psnr(fitted):
    figure = draw({"one": [measure(fitted, GAUSSIAN)]}, GAUSSIAN)
    left, right = figure.axes[0], figure.axes[2]
    np.testing.assert_allclose(right.get_ylim(), -10 * np.log10(left.get_ylim()), rtol=1e-3)


def test_a_perfect_copy_of_clean_images_can_be_drawn():
    figure = draw({"copy": [measure(with_yardsticks(subject(Identity())), GAUSSIAN)]}, GAUSSIAN)
    assert "copy by 0.16" in figure.get_suptitle().replace("\n", " ")
