"""MLflow runs: a flat one for every key, by explicit ids.

A key stands for a detector and seed, or for a study's comparison. The fluent API (`mlflow.start_run`,
`mlflow.log_metric`) has one active run per thread; several at a time need `MlflowClient`.
"""

import json
from collections import Counter
from collections.abc import Callable
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from autoencoders.key import AGAINST_PCA, SANITY_CHECK, Key
from autoencoders.records.process import is_alive
from autoencoders.reporting.headline import headline, in_words
from autoencoders.tracking import notes, views
from autoencoders.tracking.metrics import HEADLINES, PARAMETERS, PER_CLASS, SECONDS, by_epoch, final, of_class
from autoencoders.tracking.parameters import FILE as PARAMETERS_FILE
from autoencoders.tracking.plan import Plan
from autoencoders.tracking.store import store_of

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Run

NEWEST = {"newest": "yes"}  # the tag of the newest run of a variant with one seed
UPLOADING = ".artifact.uploading.*"  # MLflow's names for artifacts that are not whole yet
PAGES = "http://127.0.0.1:5000"  # where `make ui` serves them
METRICS_PER_CALL = 1000  # MLflow's limit
DIGEST_LENGTH = 36  # characters; MLflow's limit


def name_of(key: Key) -> str:
    """Return the name of a key's run: detector and seed, or `comparison`."""
    return f"{key.detector}.{key.seed}" if key.seed else key.detector


def tags_of(key: Key) -> dict[str, str]:
    """Return the tags by which the runs of a key are found."""
    return {"dataset": key.suite, "study": key.study, "variant": key.detector, "seed": key.seed}


def key_of(tags: dict[str, str]) -> Key:
    """Return the key whose run bears some tags."""
    return Key(*(tags.get(name, "") for name in tags_of(Key(""))))


class Description(NamedTuple):
    """What a key's run says of itself; `note` is Markdown, `images` is empty until they are ingested."""

    parameters: dict[str, Any]
    configuration: dict[str, Any]
    whole: dict[str, Any]
    images: dict[str, Any]
    note: str
    question: str
    ranked_by: str


class Tracker:
    """The runs of MLflow that belong to one `kedro run`, seen from one process.

    Args:
        plan: Plan of that `kedro run`.
        client: Client of its tracking store.
    """

    def __init__(self, plan: Plan, client: "MlflowClient") -> None:
        self.plan = plan
        self._client = client
        self._runs: dict[Key, str] = {}

    def open(self, key: Key, describe: Callable[[], Description]) -> None:
        """Make sure that a key has a running run, one for all threads and processes."""
        from filelock import FileLock

        if key in self._runs:
            return
        with FileLock(self.plan.project / "mlflow.db.lock"):
            experiment = self._experiment(key)
            run = self._own(experiment, key)
            if run is None and key not in self.plan.fresh:
                run = self._resume(experiment, key, describe())
            self._runs[key] = self._create(experiment, key, describe()) if run is None else run.info.run_id

    def is_settled(self, key: Key) -> bool:
        """Tell whether the newest run of a key has been finished, or another process is at work on it."""
        found = self._client.get_experiment_by_name(str(key.whole_study))
        runs = self._search([found.experiment_id], tags_of(key)) if found else []
        return any(run.info.status in ("FINISHED", "RUNNING") for run in runs[:1])

    def log_history(self, key: Key, history: "pd.DataFrame", normal_class: str, ended: float) -> None:
        """Log a table with one row per validated epoch as steps of metrics, and how long the training took.

        Args:
            key: Key of the run.
            history: Columns epoch, seconds (of each) and some of `HISTORY`.
            normal_class: The normal class of the network, if it has one.
            ended: When the training ended, in seconds since 1970.
        """
        from mlflow.entities import Metric

        took = float(history["seconds"].sum())
        rows = history.assign(at=1000 * (ended - took + history["seconds"].cumsum())).to_dict("records")
        metrics = [
            Metric(name, value, int(row["at"]), int(row["epoch"])) for name, row, value in by_epoch(rows, normal_class)
        ]
        metrics.append(Metric(of_class(SECONDS, normal_class), took, int(1000 * ended), 0))
        metrics = self._new(key, metrics)
        for start in range(0, len(metrics), METRICS_PER_CALL):
            self._client.log_batch(self._runs[key], metrics=metrics[start : start + METRICS_PER_CALL])

    def log_metrics(self, key: Key, metrics: dict[str, float], made: float) -> None:
        """Log the final numbers, and as tags which sanity checks failed and where PCA stands; `metrics.json` has all.

        Since they have no steps, the UI draws one bar per run.

        Args:
            key: Key of the run.
            metrics: The numbers by name.
            made: When they were made, in seconds since 1970.
        """
        from mlflow.entities import Metric

        known = self._client.get_run(self._runs[key]).data.metrics
        seconds = [value for name, value in known.items() if name.startswith(f"{PER_CLASS}{SECONDS}_")]
        named = final(metrics) | ({SECONDS: sum(seconds)} if seconds else {})
        found = self._new(key, [Metric(name, value, int(1000 * made), 0) for name, value in named.items()])
        checks = verdicts(metrics)
        failed = ", ".join(name for name, passed in checks.items() if not passed)
        tags = {"sanity_checks": f"failed: {failed}" if failed else "passed"} if checks else {}
        gain = [metrics.get(name, nan) for name in AGAINST_PCA]
        tags |= {} if isnan(gain[0]) else {"against_pca": in_words(*gain)}
        self._client.log_batch(self._runs[key], metrics=found, tags=_tags(tags))

    def log_size(self, key: Key, numbers: int, made: float) -> None:
        """Log how many numbers a network's weights hold; those of all normal classes hold as many."""
        from mlflow.entities import Metric

        found = self._new(key, [Metric(PARAMETERS, numbers, int(1000 * made), 0)])
        self._client.log_batch(self._runs[key], metrics=found)

    def log_best(self, key: Key, comparison: "pd.DataFrame", made: float) -> None:
        """Log the number of the best variant, mean over seeds, and as a tag which variant that is."""
        from mlflow.entities import Metric

        ranking = headline(comparison)
        best = ranking.ranked[0]
        found = self._new(key, [Metric(HEADLINES[ranking.metric][0], float(ranking.own[best]), int(1000 * made), 0)])
        self._client.log_batch(self._runs[key], metrics=found, tags=_tags({"best": best}))

    def attach(self, key: Key, path: Path) -> None:
        """Copy a file to the artifacts of a key's run, which may be finished, if this `kedro run` worked on it."""
        run = self._own(self._experiment(key), key)
        if run is not None:
            self._client.log_artifact(run.info.run_id, str(path))

    def log_file(self, key: Key, path: Path, folder: str = "") -> None:
        """Copy a file to a run's artifacts."""
        self._client.log_artifact(self._runs[key], str(path), folder or None)

    def finish(self, key: Key) -> None:
        """Close a key's run as finished once all its outputs have been written, and logged."""
        if (key not in self.plan.outputs or self.plan.is_done(key)) and not self.plan.off.exists():
            self._client.set_terminated(self._runs[key], "FINISHED")

    def address(self, key: Key) -> str:
        """Return where a browser finds a key's run, while MLflow's pages are served."""
        store = self.plan.uri if self.plan.uri.startswith("http") else PAGES
        experiment = self._client.get_run(self._runs[key]).info.experiment_id
        return f"{store}/#/experiments/{experiment}/runs/{self._runs[key]}"

    def fail(self, key: Key, error: BaseException) -> None:
        """Close a key's run as failed, if it has one."""
        if key in self._runs:
            self._end(self._runs[key], "FAILED", error)

    def close(self, status: str, error: object = None) -> dict[str, int]:
        """Close the runs of this `kedro run` that are still open and count all its runs by status.

        Args:
            status: FINISHED or KILLED.
            error: What ended them, if not success.
        """
        if status == "FINISHED" and self.plan.off.exists():
            status, error = "KILLED", "MLflow failed before all was logged; --only-missing-outputs logs the rest"
        names = {str(key.whole_study) for key in self.plan.outputs}
        found = [self._client.get_experiment_by_name(name) for name in sorted(names)]
        runs = self._search([one.experiment_id for one in found if one], {"kedro_run_id": self.plan.kedro_run})
        for run in runs:
            if run.info.status == "RUNNING":
                self._end(run.info.run_id, status, error)
        return Counter(status if run.info.status == "RUNNING" else run.info.status for run in runs)

    def close_abandoned(self) -> int:
        """Close as killed all runs whose process has ended without closing them; return how many."""
        experiments = [one.experiment_id for one in self._client.search_experiments()]
        runs = self._search(experiments, status="RUNNING")
        abandoned = [run for run in runs if not is_alive(run.data.tags.get("process", ""))]
        for run in abandoned:
            _sweep_uploads(run)
            self._end(run.info.run_id, "KILLED", "the process ended without closing its runs")
        return len(abandoned)

    def _experiment(self, key: Key) -> str:
        found = self._client.get_experiment_by_name(str(key.whole_study))
        if found is None:
            return create_experiment(self._client, str(key.whole_study), self.plan.project)
        if found.lifecycle_stage == "deleted":  # in the UI; its name stays taken
            self._client.restore_experiment(found.experiment_id)
        return found.experiment_id

    def _new(self, key: Key, metrics: list["Metric"]) -> list["Metric"]:
        """Leave out what has been logged before, by an earlier command or by a worker that was then killed."""
        run = self._runs[key]
        known = {metric.key for metric in metrics} & self._client.get_run(run).data.metrics.keys()
        logged = {(name, one.step, one.value) for name in known for one in self._client.get_metric_history(run, name)}
        return [metric for metric in metrics if (metric.key, metric.step, metric.value) not in logged]

    def _own(self, experiment: str, key: Key) -> "Run | None":
        tags = tags_of(key) | {"kedro_run_id": self.plan.kedro_run}
        return next(iter(self._search([experiment], tags)), None)

    def _resume(self, experiment: str, key: Key, description: Description) -> "Run | None":
        """Open the newest run of a key again that has ended and that had the same settings and images."""
        ended = [run for run in self._search([experiment], tags_of(key)) if run.info.status != "RUNNING"]
        run = next((run for run in ended if _is_of(run, description)), None)
        if run is None:
            return None
        _sweep_uploads(run)
        self._client.log_batch(run.info.run_id, tags=_tags(self.plan.tags))
        if "error" in run.data.tags:
            self._client.delete_tag(run.info.run_id, "error")
        self._client.update_run(run.info.run_id, "RUNNING")
        return self._client.get_run(run.info.run_id)

    def _create(self, experiment: str, key: Key, description: Description) -> str:
        from mlflow.entities import Param

        for earlier in self._search([experiment], tags_of(key) | NEWEST):
            self._client.delete_tag(earlier.info.run_id, *NEWEST)
        tags = self.plan.tags | tags_of(key) | NEWEST | {"mlflow.note.content": description.note}
        run = self._client.create_run(experiment, run_name=name_of(key), tags=tags).info.run_id
        about = notes.experiment_note(experiment, str(key.whole_study), description.question, description.ranked_by)
        self._client.set_experiment_tag(experiment, "mlflow.note.content", about)
        self._client.set_experiment_tag(experiment, views.TAG, views.ranking(description.ranked_by))
        if description.images:
            self._client.set_tag(run, "data_checksum", description.images["checksum"])
            self._client.log_inputs(run, [_images(description.images)])
        if description.configuration:
            self._client.log_dict(run, description.configuration, "configuration.yaml")
            self._client.log_text(run, yaml.safe_dump(description.whole, sort_keys=False), PARAMETERS_FILE)
        if description.parameters:  # last: a run that was cut off before lacks them, and is not resumed
            settings = [Param(name, _text(value)) for name, value in description.parameters.items()]
            self._client.log_batch(run, params=settings)
        return run

    def _end(self, run: str, status: str, error: object) -> None:
        if error:
            self._client.set_tag(run, "error", str(error)[:1000])
        self._client.set_terminated(run, status)

    def _search(self, experiments: list[str], tags: dict[str, str] | None = None, status: str = "") -> list["Run"]:
        """Find runs, newest first."""
        terms = [f"tags.{name} = '{value}'" for name, value in (tags or {}).items()]
        terms += [f"attributes.status = '{status}'"] if status else []
        order, found, page = ["attributes.start_time DESC"], [], None
        while True:
            runs = self._client.search_runs(
                experiments, " and ".join(terms), max_results=1000, order_by=order, page_token=page
            )
            found += runs
            page = runs.token
            if not page:
                return found


def _is_of(run: "Run", description: Description) -> bool:
    """Tell whether a run had the settings and the images of a description; of one that was cut off nobody knows."""
    settings = {name: _text(value) for name, value in description.parameters.items()}
    images, now = run.data.tags.get("data_checksum"), description.images.get("checksum")
    return run.data.params == settings and (None in (images, now) or images == now)


def _sweep_uploads(run: "Run") -> None:
    """Remove what is left beside a run's artifacts, on this machine, of copies that were cut off."""
    from mlflow.utils.file_utils import local_file_uri_to_path

    if run.info.artifact_uri.startswith("file:"):
        for left in Path(local_file_uri_to_path(run.info.artifact_uri)).rglob(UPLOADING):
            left.unlink(missing_ok=True)


def create_experiment(client: "MlflowClient", name: str, project: Path) -> str:
    """Make an experiment, whose artifacts lie in the project if the store does, and return its id."""
    local = store_of(project).startswith("sqlite:")
    place = (project / "mlartifacts" / name).as_uri() if local else None
    kind = {"mlflow.experimentKind": "custom_model_development"}  # not one of language models
    return client.create_experiment(name, place, kind)


def verdicts(metrics: dict[str, Any]) -> dict[str, float]:
    """Return whether each sanity check among the metrics passed (1) or failed (0), by its name."""
    return {
        name.removeprefix(SANITY_CHECK): passed for name, passed in metrics.items() if name.startswith(SANITY_CHECK)
    }


def _images(info: dict[str, Any]) -> Any:
    """Return the images that a run used, as MLflow describes an input."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    counts = {key: info[key] for key in ("train_images", "test_images")}
    shape = {"image_shape": info["image_shape"], "classes": info["class_names"]}
    return DatasetInput(
        Dataset(
            name=info["name"],
            digest=info["checksum"][:DIGEST_LENGTH],
            source_type="local",
            source=json.dumps({"source": info["source"]}),
            schema=json.dumps(shape),
            profile=json.dumps(counts),
        ),
        [InputTag("mlflow.data.context", "training and test")],
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _tags(tags: dict[str, str]) -> list[Any]:
    from mlflow.entities import RunTag

    return [RunTag(name, value) for name, value in tags.items()]
