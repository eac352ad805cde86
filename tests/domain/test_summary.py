"""The last lines of a run must name the best variant by the metric that ranks."""

import numpy as np
import pandas as pd

from autoencoders.shell.summary import row, table

RECONSTRUCTION = pd.DataFrame(
    {
        "variant": ["wide", "narrow", "stuck"],
        "test/mse_mean": [0.01, 0.02, 0.09],
        "test/pca_mse_mean": [0.015, 0.03, 0.03],
        "gate/loss_fell_mean": [1.0, 1.0, 0.5],
    }
)
DETECTION = pd.DataFrame(
    {
        "variant": ["net", "ensemble"],
        "test/mse_mean": [0.01, np.nan],
        "test/auroc_mean_mean": [0.98, 0.99],
        "test/pca_auroc_mean_mean": [0.97, np.nan],
    }
)


def test_the_lowest_error_leads_beside_its_own_pca():
    assert row(RECONSTRUCTION) == {
        "best variant": "wide",
        "by": "test MSE",
        "is": "0.01",
        "PCA": "0.015",
        "variants": "3",
        "with failed checks": "stuck",
    }


def test_the_largest_auroc_leads_and_an_ensemble_is_set_beside_the_only_pca_there_is():
    found = row(DETECTION)
    assert (found["best variant"], found["by"], found["is"], found["PCA"]) == ("ensemble", "mean AUROC", "0.99", "0.97")
    assert found["with failed checks"] == "-"
    noisy = DETECTION.assign(**{"test/denoising_mse_mean": 0.1, "test/noisy_input_mse_mean": 0.2})
    assert row(noisy) == found


def test_pca_among_the_variants_is_the_yardstick():
    with_pca = pd.concat([DETECTION, DETECTION.iloc[:1].assign(variant="pca", **{"test/auroc_mean_mean": 0.96})])
    assert row(with_pca)["PCA"] == "0.96"


def test_where_there_is_noise_what_is_left_of_it_ranks():
    noise = RECONSTRUCTION.assign(**{"test/denoising_mse_mean": [np.nan, 0.02, 0.03]})
    noise["test/noisy_input_mse_mean"] = [np.nan, 0.04, 0.3]
    found = row(noise)
    assert (found["best variant"], found["by"], found["is"]) == ("stuck", "noise left", "10%")


def test_a_line_a_study():
    lines = table({"digits.reconstruction": RECONSTRUCTION, "digits.anomaly_detection": DETECTION}).splitlines()
    assert len(lines) == 3
    assert "digits.anomaly_detection" in lines[2]
