import dataclasses

import numpy as np
import pandas as pd
import pytest
import torch
from digit_subject import Identity, same, subject, variant
from digit_yardsticks import with_yardsticks

from autoencoders.measurements.sweep import Config, draw, measure
from autoencoders.training import pca
from autoencoders.training.engine import reconstruction_errors

CONFIG = Config(kind="sweep", images=50, mean=0.0, std=1.0)


def linear(width: int) -> dict:
    return {"architecture": "linear", "latent_dim": width, "tied_weights": False}


def row(one, config: Config = CONFIG) -> pd.Series:
    return measure(with_yardsticks(one), config).table.iloc[0]


@pytest.fixture(scope="module")
def fitted():
    return with_yardsticks(subject(linear(6), fitted=True))


def test_errors_are_those_of_the_images_and_pca_is_the_bound_of_linear_codes(fitted):
    found = measure(fitted, CONFIG).table.iloc[0]
    assert found["train_mse"] == pytest.approx(reconstruction_errors(fitted.model, fitted.split("train")).mean(), 1e-5)
    assert found["test_mse"] == pytest.approx(reconstruction_errors(fitted.model, fitted.split("test")).mean(), 1e-5)
    flat = fitted.split("test")[:].flatten(1).numpy()
    assert found["pca_test_mse"] == pytest.approx(pca.reconstruction_errors(fitted.basis, flat, 6).mean(), 1e-5)
    assert found["pca_train_mse"] <= found["train_mse"]
    assert found["width"] == found["latent_dim"] == 6


def test_a_copy_has_no_error_on_random_images_either_and_no_optimum_below_it():
    found = row(subject(Identity()))
    assert found["random_mse"] == 0 and found["test_mse"] == 0
    assert found[["pca_train_mse", "pca_test_mse", "pca_random_mse"]].isna().all()


def test_an_optimal_code_of_k_numbers_keeps_k_of_the_pixels_worth_of_noise(fitted):
    mean = fitted.basis["mean"]
    expected = (1 + np.square(mean).mean()) * (1 - 6 / 64)  # roughly: noise and mean image, less what the code spans
    assert measure(fitted, CONFIG).table.iloc[0]["pca_random_mse"] == pytest.approx(expected, rel=0.08)


def test_trained_on_images_a_narrow_code_does_not_learn_random_ones(fitted):
    found = measure(fitted, CONFIG).table.iloc[0]
    assert found["random_mse"] > 5 * found["test_mse"]


def test_random_images_have_the_mean_and_sd_asked_for():
    silent = Config(kind="sweep", images=50, mean=0.5, std=0.0)
    one = with_yardsticks(subject(linear(3)))
    grey = error_on_grey(one)
    assert row(subject(linear(3)), silent)["random_mse"] == pytest.approx(grey, rel=1e-4)


def error_on_grey(one) -> float:
    grey = torch.full((1, 1, 8, 8), 0.5)
    return float((one.model(grey)[0] - grey).square().mean().detach())


def test_other_units_scale_the_optimum_like_the_errors():
    unit, raw = (row(subject(linear(6), scale=scale)) for scale in ("unit", "raw"))
    assert raw["pca_test_mse"] == pytest.approx(16**2 * unit["pca_test_mse"], rel=1e-4)


def test_a_convolutional_network_is_as_wide_as_its_kernels():
    one = subject({"architecture": "conv_linear", "kernels": 4})
    found = row(one)
    assert found["width"] == 4 and found["latent_dim"] == 4 * 64 and np.isnan(found["pca_test_mse"])
    assert found["architecture"] == "conv_linear"


def test_the_same_seed_gives_the_same_finding(fitted):
    assert same(measure(fitted, CONFIG), measure(fitted, CONFIG))
    assert not same(measure(fitted, CONFIG), measure(dataclasses.replace(fitted, seed=1), CONFIG))


@pytest.mark.parametrize("changes", [{"images": 0}, {"std": -1.0}, {"mean": "zero"}])
def test_settings_out_of_range_are_refused(changes: dict):
    with pytest.raises(ValueError, match=next(iter(changes))):
        Config.model_validate(CONFIG.model_dump() | changes)


def test_curves_run_over_the_widths_and_seeds_are_averaged():
    widths = (2, 6, 20)
    findings = {f"linear_{width}": [measure(with_yardsticks(subject(linear(width))), CONFIG)] * 2 for width in widths}
    figure = draw(findings, CONFIG)
    assert len(figure.axes) == 1
    train = figure.axes[0].lines[0]
    assert train.get_xdata().tolist() == list(widths)
    expected = [seeds[0].table["train_mse"][0] for seeds in findings.values()]
    np.testing.assert_allclose(train.get_ydata(), expected)
    assert figure.get_suptitle().startswith("From width 2 to 20 the error on N(0, 1) images goes from")


def test_architectures_that_count_differently_have_a_panel_each():
    conv = {"architecture": "conv_linear", "kernels": 2}
    findings = {str(block): [measure(with_yardsticks(subject(block)), CONFIG)] for block in (linear(3), conv)}
    figure = draw(findings, CONFIG)
    assert [axes.get_xlabel() for axes in figure.axes] == ["numbers in the code", "kernels"]
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["linear", "conv_linear"]


def test_a_perfect_copy_can_be_drawn():
    one = dataclasses.replace(with_yardsticks(subject(Identity())), variant=variant(linear(64)))
    assert "error 0 on N(0, 1) images" in draw({"copy": [measure(one, CONFIG)]}, CONFIG).get_suptitle()
