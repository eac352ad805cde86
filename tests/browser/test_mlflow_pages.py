"""MLflow's pages on the runs of the digits."""

import json
import re
import warnings
from urllib.parse import quote

import pandas as pd
import pytest
from project_copy import PROJECT

from autoencoders.tracking.store import connect

pytestmark = pytest.mark.slow
STUDY = "digits.denoising"


@pytest.fixture(scope="module")
def runs(finished):
    """Return the ids of the experiment and of its runs by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = connect(f"sqlite:///{finished / 'mlflow.db'}")
        experiment = client.get_experiment_by_name(STUDY).experiment_id
        return experiment, {run.info.run_name: run.info.run_id for run in client.search_runs([experiment])}


def test_the_address_that_make_ui_prints_opens_on_the_experiments_of_trained_models(visit, mlflow_ui):
    printed = re.search(r"http://127.0.0.1:5000(\S+)", (PROJECT / "Makefile").read_text())
    visit.page.goto(mlflow_ui + printed[1])
    visit.page.get_by_text(STUDY).first.wait_for()
    assert "Model registry" in visit.page.locator("body").inner_text()  # and none of the pages on traces
    assert "Prompts" not in visit.page.locator("body").inner_text()
    visit.check()


def test_the_experiment_says_what_it_asks_and_ranks_its_runs(visit, mlflow_ui, runs, finished):
    experiment, found = runs
    visit.page.goto(f"{mlflow_ui}/#/experiments/{experiment}/runs?viewStateShareKey=ranking")
    visit.page.get_by_text("How well does a network restore noisy images").first.wait_for()
    visit.page.get_by_text("main/noise removed in percent", exact=False).first.wait_for()
    visit.page.get_by_text("sigma_04.seed_0").first.wait_for()
    shown = visit.page.locator("body").inner_text()
    order = sorted((name for name in found if name != "comparison"), key=shown.index)
    table = pd.read_csv(finished / "data/08_reporting/digits/denoising/comparison.csv")
    best_first = table.sort_values("test/noise_removed_mean", ascending=False)["variant"]
    assert order == [f"{variant}.seed_0" for variant in best_first]  # as in the report
    visit.check()


def test_charts_set_the_variants_side_by_side(visit, mlflow_ui, runs):
    charts = f"{mlflow_ui}/#/experiments/{runs[0]}/runs?viewStateShareKey=ranking&compareRunsMode=CHART"
    visit.page.goto(charts)
    for text in ("What ranks the runs", "main/noise removed in percent", "validation/mse"):
        visit.page.get_by_text(text, exact=True).first.wait_for()
    visit.page.locator(".js-plotly-plot .bars path").first.wait_for()
    visit.check()


def test_two_variants_compare_by_the_parameter_that_differs(visit, mlflow_ui, runs):
    experiment, found = runs
    two = json.dumps([found["sigma_01.seed_0"], found["sigma_04.seed_0"]])
    visit.page.goto(f"{mlflow_ui}/#/compare-runs?runs={quote(two)}&experiments={quote(json.dumps([experiment]))}")
    visit.page.get_by_text("corruption.std").first.wait_for()
    visit.page.get_by_text("sigma_01.seed_0").first.wait_for()
    shown = visit.page.locator("body").inner_text()
    assert "sigma_04.seed_0" in shown
    assert "0.1" in shown and "0.4" in shown
    visit.check()


def test_a_run_has_a_description_its_images_and_a_figure_that_loads(visit, mlflow_ui, runs):
    experiment, found = runs
    run = f"{mlflow_ui}/#/experiments/{experiment}/runs/{found['sigma_02.seed_0']}"
    visit.page.goto(run)
    visit.page.get_by_text("one of the runs that digits.denoising compares, with seed 0").first.wait_for()
    visit.page.get_by_text("scikit-learn's digits").first.wait_for()
    visit.page.goto(f"{run}/artifacts/figures/reconstructions.png")
    picture = visit.page.locator("img[src^='blob:'], .js-plotly-plot image").first
    picture.wait_for(state="attached")
    visit.check()
