import json
import logging
import re
import shutil
import zlib
from base64 import b64decode

import pandas as pd
import pytest
from quick_run import EPOCHS
from safetensors.numpy import load_file
from tracked_place import METRICS

from autoencoders.tracking.metrics import SECONDS

pytestmark = pytest.mark.slow
NAMES = {"linear_5.seed_0", "linear_20.seed_0", "linear_40.seed_0", "dense_5.seed_0"}
AGAINST = r"(better|equal|worse): (\d+\.\d % (less|more)|[\d,.]+ times its) error"


def results(place) -> dict:
    """Return what must not depend on the runner."""
    return {
        name: (run.info.status, run.data.params, lasting(run), place.artifacts(name))
        for name, run in place.newest().items()
    }


def lasting(run) -> dict[str, float]:
    """Return the metrics that another run of the same command has, too."""
    return {name: value for name, value in run.data.metrics.items() if name != SECONDS}


def test_every_variant_and_seed_is_a_finished_run_beside_a_comparison(place):
    assert place.statuses() == dict.fromkeys(NAMES | {"comparison"}, "FINISHED")
    assert len(place.runs()) == 5
    assert not any("mlflow.parentRunId" in run.data.tags for run in place.runs())


def test_parameters_align_without_namespace(place):
    linear = {place.newest()[f"linear_{size}.seed_0"].data.params["model.latent_dim"] for size in (5, 20, 40)}
    assert linear == {"5", "20", "40"}
    dense = place.newest()["dense_5.seed_0"].data.params
    assert dense["model.hidden_dims"] == "[128]"
    assert dense["training.epochs"] == str(EPOCHS)
    assert dense["corruption.kind"] == "none"
    assert dense["seed"] == "0"


def test_history_becomes_steps_of_metrics(place):
    run = place.newest()["dense_5.seed_0"].info.run_id
    table = pd.read_csv(place.root / "data/06_models/digits/reconstruction/dense_5/seed_0/history.csv")
    for metric, column in {"train/loss": "train_loss", "validation/mse": "validation_mse"}.items():
        values = {step.step: step.value for step in place.client.get_metric_history(run, metric)}
        assert values == pytest.approx(dict(zip(table["epoch"], table[column], strict=True)), rel=1e-5)


def test_a_run_knows_how_long_its_training_took_and_how_many_numbers_it_found(place):
    run = place.newest()["linear_5.seed_0"].data.metrics
    table = pd.read_csv(place.root / "data/06_models/digits/reconstruction/linear_5/seed_0/history.csv")
    assert run["train_seconds"] == pytest.approx(table["seconds"].sum())
    weights = load_file(place.root / "data/06_models/digits/reconstruction/linear_5/seed_0/weights.safetensors")
    assert run["parameters"] == sum(array.size for array in weights.values())


def test_the_comparison_holds_the_report_and_names_the_best_variant(place):
    table = pd.read_csv(place.root / "data/08_reporting/digits/reconstruction/comparison.csv")
    best = table.loc[table["test/mse_mean"].idxmin()]
    comparison = place.newest()["comparison"].data
    assert comparison.tags["best"] == best["variant"]
    assert comparison.metrics["main/test MSE"] == pytest.approx(best["test/mse_mean"])
    assert "report.html" in place.artifacts("comparison")


def test_final_metrics_are_those_of_the_file(place):
    file = place.root / "data/08_reporting/digits/reconstruction/dense_5/seed_0/metrics.json"
    saved = json.loads(file.read_text())
    logged = place.newest()["dense_5.seed_0"].data.metrics
    assert "seed" not in logged
    assert logged["test/mse"] == saved["test/mse"]
    assert logged["test/sse"] == saved["test/sse"]
    assert logged["main/test MSE"] == saved["test/mse"] and min(logged) == "main/test MSE"  # sorts first
    assert not any(name.startswith(("gate/", "code/")) for name in logged)


def test_sanity_checks_are_a_tag(place):
    for name, run in place.newest().items():
        if name == "comparison":
            continue
        variant, seed = name.split(".")
        file = place.root / f"data/08_reporting/digits/reconstruction/{variant}/{seed}/metrics.json"
        failed = [key for key, held in json.loads(file.read_text()).items() if key.startswith("gate/") and not held]
        words = ", ".join(key.removeprefix("gate/") for key in failed)
        assert run.data.tags["sanity_checks"] == (f"failed: {words}" if failed else "passed")
        assert re.fullmatch(AGAINST, run.data.tags["against_pca"])


def test_notes_say_what_experiments_and_runs_are(place):
    experiment = place.client.get_experiment_by_name("digits.reconstruction")
    note = experiment.tags["mlflow.note.content"]
    assert note.startswith("How much of an image")
    assert "kedro run --pipelines digits.reconstruction" in note
    assert (
        f"#/experiments/{experiment.experiment_id}/runs?workflowType=machine_learning&viewStateShareKey=ranking" in note
    )
    notes = {name: run.data.tags["mlflow.note.content"] for name, run in place.newest().items()}
    assert "latent_dim `5`" in notes["dense_5.seed_0"]
    assert "comparison.csv" in notes["comparison"]


def test_the_saved_view_ranks_runs_by_what_they_have(place):
    experiment = place.client.get_experiment_by_name("digits.reconstruction")
    view = json.loads(experiment.tags["mlflow.sharedViewState.ranking"])
    state = json.loads(zlib.decompress(b64decode(view["state"].removeprefix("deflate;"))))
    run = place.newest()["dense_5.seed_0"].data
    kinds = {"metrics": run.metrics, "params": run.params, "tags": run.tags}
    for column in state["selectedColumns"]:
        kind, _, name = column.partition(".")
        assert name.strip("`") in kinds[kind]
    assert state["orderByKey"] == "metrics.`main/test MSE`"
    assert {chart["metricKey"] for chart in state["compareRunCharts"]} <= run.metrics.keys()
    assert state["orderByAsc"]


def test_images_are_inputs_of_runs(place):
    info = json.loads((place.root / "data/02_intermediate/digits/dataset_info.json").read_text())
    (images,) = place.newest()["dense_5.seed_0"].inputs.dataset_inputs
    assert images.dataset.name == info["name"]
    assert info["checksum"].startswith(images.dataset.digest)


def test_a_run_holds_its_figures_weights_and_configuration(place):
    assert place.artifacts("dense_5.seed_0") == {
        "configuration.yaml",
        "parameters.yaml",
        "metrics.json",
        "figures/reconstructions.png",
        "weights/weights.safetensors",
    }


def test_the_comparison_holds_tables_and_figures(place):
    assert place.artifacts("comparison") >= {
        "tables/comparison.csv",
        "tables/metrics.csv",
        "figures/loss_curves.png",
        "figures/reconstructions.png",
        "figures/test_errors.png",
    }


def test_tags_say_where_a_run_comes_from(place):
    tags = place.newest()["linear_5.seed_0"].data.tags
    info = json.loads((place.root / "data/02_intermediate/digits/dataset_info.json").read_text())
    assert tags["data_checksum"] == info["checksum"]
    assert tags["pipeline"] == "digits.reconstruction"
    assert (tags["dataset"], tags["study"], tags["variant"], tags["seed"]) == (
        "digits",
        "reconstruction",
        "linear_5",
        "seed_0",
    )
    assert {"kedro_run_id", "command", "commit", "mlflow.source.name", "mlflow.user"} <= tags.keys()


def test_threads_track_the_same(place, another):
    another.run("ThreadRunner")
    assert another.exact_files() == place.exact_files()
    assert results(another) == results(place)
    assert len(another.runs()) == 10


def test_a_study_alone_gives_the_same_metrics_as_among_all(place, finished):
    assert (place.root / METRICS).read_bytes() == (finished / METRICS).read_bytes()


def test_another_seed_gives_other_metrics_of_a_run_of_its_own(place, another):
    another.run(seed=7, namespaces=["digits.reconstruction.linear_5"])
    first, other = place.newest()["linear_5.seed_0"].data, another.newest()["linear_5.seed_0"].data
    assert (first.params["seed"], other.params["seed"]) == ("0", "7")
    assert first.metrics["test/mse"] != other.metrics["test/mse"]


NAMES_OF_VARIANTS = [name.partition(".")[0] for name in NAMES]


def test_a_failure_marks_its_variant_alone_and_a_resumed_run_goes_on(another):
    shutil.rmtree(another.root / "data")
    before = another.newest()
    diverging = {"linear_5": {"training": {"epochs": EPOCHS, "learning_rate": 1.0e30}}}
    with pytest.raises(ValueError, match="not a number"):
        another.run(variants=diverging)
    failed = another.newest()
    assert failed["linear_5.seed_0"].info.status == "FAILED"
    assert "not a number" in failed["linear_5.seed_0"].data.tags["error"]
    others = {name: run for name, run in failed.items() if run.info.run_id != before[name].info.run_id}
    assert {run.info.status for name, run in others.items() if name != "linear_5.seed_0"} <= {"KILLED"}

    another.run(only_missing_outputs=True)
    resumed = another.newest()
    assert {run.info.status for run in resumed.values()} == {"FINISHED"}
    assert resumed["linear_5.seed_0"].info.run_id != failed["linear_5.seed_0"].info.run_id
    assert another.client.get_run(failed["linear_5.seed_0"].info.run_id).info.status == "FAILED"
    for name in others.keys() - {"linear_5.seed_0"}:
        assert resumed[name].info.run_id == failed[name].info.run_id, "what was trained goes on with its run"
        assert "error" not in resumed[name].data.tags


def test_a_resume_with_nothing_to_do_finishes_and_logs_what_is_there(place, another, monkeypatch):
    run = another.newest()["linear_5.seed_0"].info.run_id
    another.client.set_terminated(run, "KILLED")
    another.run(only_missing_outputs=True)
    assert another.statuses() == place.statuses()
    assert another.newest()["linear_5.seed_0"].info.run_id == run
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{another.root / 'another.db'}")
    another.run(only_missing_outputs=True)
    (another.root / "another.db").rename(another.root / "mlflow.db")
    assert another.statuses() == place.statuses()
    for name, run in place.newest().items():
        assert lasting(another.newest()[name]) == lasting(run)
        assert another.artifacts(name) == place.artifacts(name)


def test_a_run_on_other_images_is_a_new_one(another):
    run = another.newest()["linear_5.seed_0"].info.run_id
    another.client.set_tag(run, "data_checksum", "of others")
    another.run(tags=["evaluation"], namespaces=["digits.reconstruction.linear_5"])
    newest = another.newest()["linear_5.seed_0"]
    assert newest.info.run_id != run and newest.data.tags["newest"] == "yes"
    assert "newest" not in another.client.get_run(run).data.tags


def test_figures_drawn_anew_belong_to_the_runs_there_are_and_train_nothing(place, another):
    weights = list((another.root / "data/06_models").rglob("weights.safetensors"))
    figure = another.root / "data/08_reporting/digits/reconstruction/loss_curves.png"
    before, drawn = [file.stat().st_mtime_ns for file in weights], figure.stat().st_mtime_ns
    assert len(weights) == len(NAMES)
    another.run(tags=["reporting"], to_outputs=["digits.reconstruction.comparison.loss_curves"])
    assert figure.stat().st_mtime_ns > drawn
    assert [file.stat().st_mtime_ns for file in weights] == before
    assert another.statuses() == place.statuses()
    assert {run.info.run_id for run in another.runs()} == {run.info.run_id for run in place.runs()}


def test_a_dataset_that_cannot_be_read_fails_the_variant_that_needs_it(another):
    weights = another.root / "data/06_models/digits/reconstruction/linear_5/seed_0/weights.safetensors"
    weights.write_text("damaged")
    with pytest.raises(Exception, match="weights") as caught:
        another.run(tags=["evaluation"], namespaces=["digits.reconstruction.linear_5"])
    assert "in digits.reconstruction.linear_5.seed_0.score_images" in caught.value.__notes__
    assert another.statuses()["linear_5.seed_0"] == "FAILED"


def test_tracking_that_fails_costs_no_result(another, caplog):
    (another.root / "mlflow.db").unlink()
    (another.root / "mlflow.db").mkdir()
    shutil.rmtree(another.root / "data/08_reporting")
    with caplog.at_level(logging.WARNING, "autoencoders.tracking.hooks"):
        another.run(only_missing_outputs=True)
    (said,) = [one.message for one in caplog.records if "MLflow tracking is off" in one.message]
    assert "mlflow.db is a folder, not a database. Results are saved all the same; to track the next run, move" in said
    assert (another.root / "data/08_reporting/digits/reconstruction/comparison.csv").exists()


def test_a_section_of_the_report_links_to_the_run_of_its_comparison(place):
    section = json.loads((place.root / "data/08_reporting/digits/reconstruction/section.json").read_text())
    run = place.newest()["comparison"].info
    assert f"http://127.0.0.1:5000/#/experiments/{run.experiment_id}/runs/{run.run_id}" in section["html"]
