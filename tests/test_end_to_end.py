"""What a whole run of the digits leaves."""

from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

METRICS = "data/08_reporting/digits/metrics.csv"


def test_the_default_run_leaves_every_study_in_the_metrics_and_the_report(finished: Path) -> None:
    metrics = pd.read_csv(finished / METRICS)
    assert metrics.columns.tolist() == ["dataset", "study", "variant", "seed", "metric", "value"]
    assert set(metrics["study"]) >= {"reconstruction", "denoising", "anomaly_detection", "sparse", "convolution"}
    assert metrics["value"].notna().all()
    report = (finished / "data/08_reporting/digits/report.html").read_text(encoding="utf-8")
    assert all(study in report for study in ("reconstruction", "denoising", "anomaly detection"))


def test_every_detector_is_ranked_and_has_thresholds(finished: Path) -> None:
    study = finished / "data/08_reporting/digits/anomaly_detection"
    found = pd.read_csv(study / "auroc.csv")
    assert {"pca", "dense", "restoration", "nearest_neighbours", "dense/mse", "dense/untrained"} <= set(
        found["detector"]
    )
    means = found[found["normal_class"] == "mean"].set_index("detector")["auroc"]
    assert means["pca"] > 0.95 > means["dense/untrained"]
    thresholds = pd.read_csv(study / "restoration/seed_0/thresholds.csv")
    assert len(thresholds) == len(set(thresholds["normal_class"])) * thresholds["rule"].nunique()
    assert (study / "out_of_distribution.png").exists()
