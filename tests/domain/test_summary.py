"""The last lines of a run must name the best variant by the metric that ranks."""

import numpy as np
import pandas as pd
import pytest

from autoencoders.reporting.headline import in_words, interval_in_words, verdict
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


def test_the_widest_variant_may_have_no_pca_of_its_width():
    wider = RECONSTRUCTION.iloc[:1].assign(variant="wider", **{"test/mse_mean": 0.001, "test/pca_mse_mean": np.nan})
    wider[["against_pca/low_mean", "against_pca/high_mean"]] = np.nan
    found = row(pd.concat([RECONSTRUCTION, wider], ignore_index=True))
    assert (found["best variant"], found["PCA"], found["against PCA"]) == ("wider", "–", "–")


def test_an_error_far_above_that_of_pca_is_told_in_multiples_of_it():
    assert in_words(0.543, 0.5, 0.6) == "better: 54.3 % less error"
    assert in_words(-0.5, -0.6, -0.4) == "worse: 50.0 % more error"
    assert in_words(-3265.0, -8264.9, -3273.4) == "worse: 3,266 times its error"
    assert interval_in_words(-0.6, -0.4) == "-60.0 to -40.0 %"
    assert interval_in_words(-2.72, -0.55) == "1.6 to 3.7 times its error"
    assert interval_in_words(-2.02, -1.98) == "3.0 times its error"
    assert interval_in_words(-1e-9, 1e-9) == "0.0 to 0.0 %"
    assert interval_in_words(np.nan, np.nan) is None


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
