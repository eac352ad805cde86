"""A place to run the digits in, and to look at what MLflow knows of it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import warnings
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.utils import load_obj
from project_copy import PROJECT, copy_digits, copy_results
from quick_run import EPOCHS

from autoencoders.pipelines import grid

STUDY = "digits.reconstruction"
VARIANTS = ("linear_5", "linear_20", "linear_40", "dense_5")
METRICS = "data/08_reporting/digits/reconstruction/metrics.csv"
WITH_TIMES = {"history.csv", "cost.csv", "section.json", "report.html"}  # and the command
QUICK = {name: {"training": {"epochs": EPOCHS}} for name in VARIANTS}


class Place:
    """A copy of the project, runs of it and their traces in its MLflow database."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def new(cls, root: Path, like: "Place | None" = None) -> "Place":
        """Copy the project, with the results and the runs of another place if one is given."""
        place = cls(copy_digits(root))
        if like is not None:
            copy_results(like.root, root)
        return place

    def run(
        self,
        runner: str = "SequentialRunner",
        variants: dict[str, Any] | None = None,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        parameters: dict[str, Any] = {"digits": {"reconstruction": {"variants": QUICK | (variants or {})}}}
        if seed is not None:
            parameters["seed"] = seed
        with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
            warnings.simplefilter("ignore")  # of Kedro and MLflow
            patch.setattr(grid, "PROJECT", self.root)  # as it is in a process of the place's own
            bootstrap_project(PROJECT)
            with KedroSession.create(self.root, runtime_params=parameters) as session:
                session.run(pipeline_names=[STUDY], runner=load_obj(runner, "kedro.runner")(), **options)

    def start(self, *options: str, epochs: dict[str, int], env: dict[str, str] | None = None) -> subprocess.Popen:
        changes = [f"{STUDY}.variants.{name}.training.epochs={count}" for name, count in epochs.items()]
        self.started = time.time()
        command = [Path(sys.executable).parent / "kedro", "run", "--pipelines", STUDY, "--params", ",".join(changes)]
        return subprocess.Popen(
            [*command, *options],
            cwd=self.root,
            env=os.environ | (env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    @property
    def client(self):
        from autoencoders.tracking.store import connect

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return connect(f"sqlite:///{self.root / 'mlflow.db'}")

    def runs(self) -> list[Any]:
        """Return all runs of the study, oldest first."""
        client = self.client
        experiment = client.get_experiment_by_name(STUDY)
        if experiment is None:
            return []
        return client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])

    def newest(self) -> dict[str, Any]:
        return {run.info.run_name: run for run in self.runs()}

    def statuses(self) -> dict[str, str]:
        return {name: run.info.status for name, run in self.newest().items()}

    def exact_files(self) -> dict[str, str]:
        """Return the checksums of all results but those that hold a time; records hold the checksums of these."""
        data = self.root / "data"
        files = [file for file in data.glob("0*/**/*") if file.is_file() and file.name not in WITH_TIMES]
        return {str(file.relative_to(data)): sha256(file.read_bytes()).hexdigest() for file in files}

    def artifacts(self, name: str) -> set[str]:
        root = Path(self.newest()[name].info.artifact_uri.removeprefix("file://"))
        return {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}

    def has_come_to(self, process: subprocess.Popen, wanted: set[tuple[str, str]]) -> bool:
        """Tell whether there are runs of these names and statuses; MLflow itself would take half of the machine."""
        if process.poll() is not None or time.time() > self.started + 120:
            process.kill()
            pytest.fail(f"{wanted} has not been reached:\n{process.communicate()[0][-3000:]}")
        with closing(sqlite3.connect(self.root / "mlflow.db")) as database:
            found = database.execute("SELECT name, status FROM runs WHERE start_time > ?", [1000 * self.started])
            return wanted <= set(found)
