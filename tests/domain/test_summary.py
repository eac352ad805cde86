"""The last lines of a run must name the best variant by the metric that ranks."""

import numpy as np
import pandas as pd
import pytest

from autoencoders.reporting.headline import verdict
from autoencoders.shell.summary import row, table

RECONSTRUCTION = pd.DataFrame(
    {
        "variant": ["wide", "narrow", "stuck"],
        "test/mse_mean": [0.01, 0.02, 0.09],
        "test/pca_mse_mean": [0.015, 0.03, 0.03],
        "against_pca/low_mean": [-0.01, 0.3, -4.0],
        "against_pca/high_mean": [0.2, 0.4, -1.0],
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
        "is": "0.0100",
        "PCA": "0.0150",
        "against PCA": "equal",
        "variants": "3",
        "with failed checks": "stuck",
    }


def test_the_largest_auroc_leads_and_an_ensemble_is_set_beside_the_only_pca_there_is():
    found = row(DETECTION)
    assert (found["best variant"], found["by"], found["is"], found["PCA"]) == (
        "ensemble",
        "mean AUROC",
        "99.00 %",
        "97.00 %",
    )
    assert found["with failed checks"] == "–" and found["against PCA"] == "–"


def test_pca_among_the_variants_is_the_yardstick():
    with_pca = pd.concat([DETECTION, DETECTION.iloc[:1].assign(variant="pca", **{"test/auroc_mean_mean": 0.96})])
    assert row(with_pca)["PCA"] == "96.00 %"
    standings = pd.DataFrame({"detector": ["net", "ensemble"], "reference": "pca", "verdict": ["equal", "better"]})
    assert row(with_pca, standings)["against PCA"] == "better"


def test_variants_that_are_judged_at_a_noise_are_ranked_by_what_they_remove_of_it():
    removed = {
        "test/noise_removed_mean": [0.3, 0.5, 0.9],
        "test/pca_noise_removed_mean": 0.4,
        "judged_at/std_mean": 0.2,
    }
    found = row(RECONSTRUCTION.assign(**removed))
    assert (found["best variant"], found["by"]) == ("stuck", "noise removed at sd 0.2")
    assert (found["is"], found["PCA"]) == ("90.0 %", "40.0 %")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.01, 0.2, "better"), (-0.01, 0.2, "equal"), (-0.2, -0.01, "worse"), (1e-7, 2e-7, "equal"), (np.nan, 0, None)],
)
def test_a_variant_is_better_than_pca_only_beyond_what_other_test_images_would_change(low, high, said):
    assert verdict(low, high) == said


def test_a_line_a_study():
    lines = table(
        {"digits.reconstruction": (RECONSTRUCTION, None), "digits.anomaly_detection": (DETECTION, None)}
    ).splitlines()
    assert len(lines) == 3
    assert "digits.anomaly_detection" in lines[2]
