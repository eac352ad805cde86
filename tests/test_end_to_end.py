"""Whole runs of the digits, with few epochs, in a copy of the project."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest
from quick_run import KEDRO, kedro_run, make_quick

pytestmark = pytest.mark.slow

METRICS = "data/08_reporting/digits/metrics.csv"
STUDY_METRICS = "data/08_reporting/digits/reconstruction/metrics.csv"


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
    assert (study / "probes.png").exists()


def test_processes_give_bit_identical_metrics(finished: Path, project: Path) -> None:
    kedro_run(make_quick(project), "--pipelines", "digits.reconstruction", "--runner", "ParallelRunner")
    assert (project / STUDY_METRICS).read_bytes() == (finished / STUDY_METRICS).read_bytes()


def test_another_seed_gives_other_metrics(finished: Path, project: Path) -> None:
    kedro_run(make_quick(project), "--pipelines", "digits.reconstruction", "--params", "seed=7")
    first, other = pd.read_csv(finished / STUDY_METRICS), pd.read_csv(project / STUDY_METRICS)
    assert set(first["seed"]) == {0} and set(other["seed"]) == {7}
    is_mse = first["metric"] == "test/mse"
    assert (first.loc[is_mse, "value"] != other.loc[is_mse, "value"]).all()


def test_a_killed_run_resumes_to_the_same_metrics(finished: Path, project: Path) -> None:
    study = ["--pipelines", "digits.reconstruction"]
    process = subprocess.Popen([*KEDRO, *study], cwd=make_quick(project), stderr=subprocess.DEVNULL)
    models = project / "data/06_models/digits/reconstruction"
    deadline = time.monotonic() + 60
    while len(list(models.rglob("iterations.csv"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (project / STUDY_METRICS).exists()
    done = {path.with_name("weights.safetensors") for path in models.rglob("iterations.csv")}
    before = {path: path.stat().st_mtime_ns for path in done}
    assert before
    kedro_run(project, *study, "--only-missing-outputs")
    assert (project / STUDY_METRICS).read_bytes() == (finished / STUDY_METRICS).read_bytes()
    assert {path: path.stat().st_mtime_ns for path in done} == before


def test_drawing_anew_trains_nothing(finished: Path) -> None:
    weights = {path: path.stat().st_mtime_ns for path in (finished / "data/06_models").rglob("weights.safetensors")}
    figure = finished / "data/08_reporting/digits/reconstruction/loss_curves.png"
    before = figure.stat().st_mtime_ns
    kedro_run(finished, "--pipelines", "digits.reconstruction", "--tags", "reporting")
    assert figure.stat().st_mtime_ns > before
    assert {path: path.stat().st_mtime_ns for path in weights} == weights
