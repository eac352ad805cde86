"""A trial: a run that a fault befalls, one that resumes it, and whether all is as if nothing had happened."""

import csv
import json
import os
import shutil
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults import REFUSALS, TIME, Fault, arm
from project_copy import PROJECT

from autoencoders.tracking.metrics import SECONDS

RUNNERS = {
    "sequential": (),
    "threads": ("--runner", "ThreadRunner", "--runner-params", "max_workers=2"),
    "processes": ("--runner", "ParallelRunner", "--runner-params", "max_workers=2"),
}
# Files that tell of time: the command, seconds of training, what a detector costs.
TIMED = ("report.html", "section.json", "cost.csv", "cost_and_quality.png")


@dataclass(frozen=True)
class Outcome:
    """What a project holds.

    Attributes:
        files: The content of each file of data by its path, "" where it tells of time.
        runs: Each variant's metrics, step by step, and artifacts, by its name.
        unfinished: Names and statuses of runs that are neither finished nor marked as ended.
    """

    files: dict[str, bytes]
    runs: dict[str, tuple[Any, ...]]
    unfinished: list[tuple[str, str]]


class Trial:
    """A small project in a folder."""

    def __init__(self, root: Path, pipeline: str, runner: str) -> None:
        self.root, self.pipeline, self.runner = root, pipeline, runner
        conf = root / "conf"
        shutil.copytree(PROJECT / "conf", conf, ignore=shutil.ignore_patterns("local", "parameters"))
        (conf / "local").mkdir()
        (conf / "base/parameters").mkdir()
        shutil.copy(Path(__file__).with_name("digits_drill.yml"), conf / "base/parameters/digits.yml")
        for name in ("pyproject.toml", ".telemetry"):
            shutil.copy(PROJECT / name, root / name)
        (root / "src").mkdir()

    def run(self, name: str, *options: str, fault: Fault | None = None) -> int:
        """Run in a process of its own and return its exit code; events and output go to the folder `name`."""
        log = self.root / name
        log.mkdir()
        child = os.fork()
        if child == 0:
            os.setsid()
            _become(self, log, fault, ["kedro", "run", "--pipelines", self.pipeline, *RUNNERS[self.runner], *options])
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        until_gone(child)
        return code

    def said(self, name: str) -> str:
        """Return what a run has printed."""
        return (self.root / name / "output").read_text()

    def outcome(self) -> Outcome:
        """Return what the project holds."""
        data = self.root / "data"
        files = {str(file.relative_to(data)): _content(file) for file in sorted(data.rglob("*")) if file.is_file()}
        with closing(sqlite3.connect(self.root / "mlflow.db")) as database:
            runs = database.execute("SELECT run_uuid, name, status, artifact_uri FROM runs").fetchall()
            finished = [
                (f"{uri.split('/')[-3]}.{name}", *_traces(database, run, uri))
                for run, name, status, uri in runs
                if status == "FINISHED"
            ]
        left = [(name, status) for _, name, status, _ in runs if status not in ("FINISHED", "KILLED", "FAILED")]
        names = [name for name, *_ in finished]
        return Outcome(files, {name: (names.count(name), *traces) for name, *traces in finished}, left)


def until_gone(group: int) -> None:
    """Wait until no process of a group is at work: workers outlive a killed parent by a moment."""
    for _ in range(100):
        if not any(is_at_work(stat, group) for stat in Path("/proc").glob("[0-9]*/stat")):
            return
        time.sleep(0.05)
    raise RuntimeError(f"processes of the group {group} outlive their run")


def is_at_work(stat: Path, group: int) -> bool:
    """Tell whether a process, by its `stat` in Linux, is of a group and has not ended."""
    try:
        state, _, of, *_ = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return state != "Z" and int(of) == group


def survived(trial: Trial, fault: Fault, reference: Outcome) -> list[str]:
    """Let a fault befall a run, resume it, and return what is not as it would be without the fault."""
    code = trial.run("first", fault=fault)
    faults = []
    if code == 0 and fault.what != TIME and "MLflow tracking is off" not in trial.said("first"):
        faults.append("the fault befell nobody")
    if "Traceback" in trial.said("first"):
        faults.append("a stack trace")
    if fault.kind in REFUSALS and fault.what != "tracking" and code == 1 and "Error: " not in trial.said("first"):
        faults.append("no sentence")
    if trial.run("second", "--only-missing-outputs") != 0:
        return [*faults, f"the resumed run failed: {trial.said('second')[-300:]}"]
    return faults + differences(trial.outcome(), reference)


def differences(found: Outcome, reference: Outcome) -> list[str]:
    """Say in what two outcomes differ."""
    what = [f"stray file {name}" for name in found.files.keys() - reference.files.keys()]
    what += [f"no file {name}" for name in reference.files.keys() - found.files.keys()]
    what += [
        f"other bytes in {name}"
        for name, content in reference.files.items()
        if found.files.get(name, content) != content
    ]
    what += [f"run {name} stays {status}" for name, status in found.unfinished]
    what += [f"not one finished run of {name}" for name in found.runs.keys() ^ reference.runs.keys()]
    for name in found.runs.keys() & reference.runs.keys():
        if found.runs[name] != reference.runs[name]:
            what.append(f"MLflow has other numbers or files of {name}")
    return what


def _become(trial: Trial, log: Path, fault: Fault | None, command: list[str]) -> None:
    """Turn this process into one at the command line of the trial's folder; never returns."""
    code = 70
    try:
        output = os.open(log / "output", os.O_WRONLY | os.O_CREAT)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(trial.root)
        sys.argv = command
        from kedro.framework.cli.cli import main

        from autoencoders.pipelines import grid

        grid.PROJECT = trial.root
        arm(fault, log)
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else bool(end.code)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _content(file: Path) -> bytes:
    """Return what a file holds, less what tells of time."""
    if ".records" in file.parts:
        return json.dumps(json.loads(file.read_text())["recipe"]).encode()
    if file.name.endswith(TIMED):
        return b""
    if file.name == "history.csv":
        with file.open() as opened:
            return repr(
                [{name: one for name, one in row.items() if "seconds" not in name} for row in csv.DictReader(opened)]
            ).encode()
    return file.read_bytes()


def _traces(database: sqlite3.Connection, run: str, uri: str) -> tuple[Any, ...]:
    """Return the metrics of a run but those of the clock, step by step, its parameters and its artifacts' names."""
    metrics = database.execute(
        "SELECT key, step, value FROM metrics WHERE run_uuid = ? AND key NOT LIKE ? ORDER BY 1, 2",
        [run, f"%{SECONDS}%"],
    ).fetchall()
    settings = database.execute("SELECT key, value FROM params WHERE run_uuid = ? ORDER BY 1", [run]).fetchall()
    folder = Path(uri.removeprefix("file://"))
    return metrics, settings, sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
