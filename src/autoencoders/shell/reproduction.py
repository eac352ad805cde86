"""`kedro reproduce`: a tracked run, made again from what it recorded, and compared with it number by number."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import yaml

from autoencoders.key import Key
from autoencoders.tracking.parameters import FILE as PARAMETERS
from autoencoders.tracking.store import connect, store_of
from autoencoders.tracking.tracker import key_of

if TYPE_CHECKING:
    from mlflow import MlflowClient

METRICS = "metrics.json"
WEIGHTS = "weights.safetensors"
ORIGIN = ("commit", "versions", "hardware", "data_checksum")  # tags that tell why numbers may differ
RAW = Path("data", "01_raw")
TOLERANCE = 0.01  # of a number: what differs by more is not reproduced


class Recorded(NamedTuple):
    """What a run of MLflow recorded; `numbers` are its metrics, and the checksums of its weights."""

    key: Key
    tags: dict[str, str]
    parameters: dict[str, Any]
    numbers: dict[str, float | str]


class Row(NamedTuple):
    """A number of a run then and now; None where it is missing."""

    name: str
    then: float | str | None
    now: float | str | None

    @property
    def is_same(self) -> bool:
        """Whether it is the same to the bit."""
        return repr(self.then) == repr(self.now)

    @property
    def share(self) -> float:
        """By which share the larger of two numbers exceeds the other; weights have none, what is missing differs."""
        if self.is_same or (isinstance(self.then, str) and isinstance(self.now, str)):
            return 0.0
        if self.then is None or self.now is None or self.then != self.then or self.now != self.now:
            return float("inf")
        return abs(self.now - self.then) / max(abs(self.now), abs(self.then))

    @property
    def words(self) -> str:
        """How the two compare."""
        if self.is_same:
            return "same"
        numbers = isinstance(self.then, float) and isinstance(self.now, float)
        return f"{self.now - self.then:+.2g}" if numbers else "another"


@click.command()
@click.argument("run_id")
@click.option("--raw-data", type=click.Path(path_type=Path), help="Folder of the image files, if not the project's.")
def reproduce(run_id: str, raw_data: Path | None) -> None:
    """Train and evaluate a run of MLflow again, and compare.

    The run's settings and seed are those that it recorded, the code is that of today; your results and tracked runs
    are left alone. The exit status is 0 only if every number is the same to the bit.
    """
    project = Path.cwd()
    try:
        then = recorded(connect(store_of(project)), run_id)
        with TemporaryDirectory() as folder:
            set_up(project, Path(folder), then, raw_data)
            run_again(project, Path(folder), then.key)
            now = only_run(Path(folder), then.key)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    rows = compare(then.numbers, now.numbers)
    origin = list(differences(then.tags, now.tags)) or ["Commit, versions, hardware and data are those of then."]
    for line in (*origin, "", table(rows), "", verdict(rows)):
        click.echo(line)
    sys.exit(not all(row.is_same for row in rows))


def recorded(client: "MlflowClient", run_id: str) -> Recorded:
    """Return what a run recorded.

    Raises:
        ValueError: There is no such run, it trains nothing, or it lacks what it takes to make it again.
    """
    from mlflow.exceptions import MlflowException

    try:
        run = client.get_run(run_id)
    except MlflowException:
        raise ValueError(f"There is no run {run_id!r}; `make ui` shows those there are, each with its id.") from None
    key = key_of(run.data.tags)
    if not key.seed:
        raise ValueError(f"The run {run.info.run_name!r} is not that of one variant and seed; name one that is.")
    with TemporaryDirectory() as folder:
        try:
            files = Path(client.download_artifacts(run_id, "", folder))
        except (MlflowException, OSError):
            files = Path(folder)
        lacking = [name for name in (PARAMETERS, METRICS) if not (files / name).is_file()]
        if lacking:
            raise ValueError(f"The run lacks {lacking[0]}: it did not finish, is of an older version, or was emptied.")
        parameters = yaml.safe_load((files / PARAMETERS).read_text(encoding="utf-8"))
        return Recorded(key, run.data.tags, parameters, numbers_in(files))


def numbers_in(files: Path) -> dict[str, float | str]:
    """Return the metrics among a run's artifacts, and the checksum of each file of weights."""
    metrics = json.loads((files / METRICS).read_text(encoding="utf-8"))
    weights = sorted((files / "weights").rglob(WEIGHTS))
    checksums = {
        file.parent.relative_to(files).as_posix(): sha256(file.read_bytes()).hexdigest()[:16] for file in weights
    }
    return {name: float(value) for name, value in metrics.items()} | checksums


def set_up(project: Path, folder: Path, then: Recorded, raw_data: Path | None = None) -> None:
    """Make a project in a folder: the code and the catalog of today, the raw data, and the parameters of then."""
    from kedro.config import OmegaConfigLoader

    copytree(project / "src", folder / "src", ignore=ignore_patterns("__pycache__"))
    copytree(project / "conf", folder / "conf", ignore=ignore_patterns("parameters*", "published"))
    (folder / "pyproject.toml").write_bytes((project / "pyproject.toml").read_bytes())
    (folder / "data").mkdir()
    if (project / RAW).is_dir():
        (folder / RAW).symlink_to(project / RAW)
    known = OmegaConfigLoader(str(project / "conf"), base_env="base", default_run_env="local")["globals"]
    place = project / (raw_data or known["raw_data"])
    suite = {name: block for name, block in then.parameters.items() if name != "compute"}
    written = {
        "base/parameters.yml": {"compute": then.parameters["compute"]},
        f"base/parameters/{then.key.suite}.yml": suite,
        "local/globals.yml": known | {"raw_data": str(place.resolve())},
    }
    for name, content in written.items():
        file = folder / "conf" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def run_again(project: Path, folder: Path, key: Key) -> None:
    """Train and evaluate what a key stands for in a project's copy; what it logs goes to the terminal.

    Raises:
        ValueError: It fails.
    """
    command = [sys.executable, "-m", "kedro", "run", "--pipelines", str(key.whole_study)]
    own = {"PYTHONPATH": str(folder / "src"), "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}"}
    own |= {"GIT_DIR": str(project / ".git"), "GIT_WORK_TREE": str(project), "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        [*command, "--to-outputs", key.dataset("metrics")], cwd=folder, env=os.environ | own, check=False
    )
    if done.returncode:
        raise ValueError(f"{key} cannot be made again: see above; --raw-data PATH names other image files.")


def only_run(folder: Path, key: Key) -> Recorded:
    """Return what the run of a key in a folder recorded."""
    client = connect(f"sqlite:///{folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(str(key.whole_study))
    runs = client.search_runs([experiment.experiment_id])
    return recorded(client, next(run.info.run_id for run in runs if key_of(run.data.tags) == key))


def compare(then: dict[str, float | str], now: dict[str, float | str]) -> list[Row]:
    """Set the numbers of then and now side by side."""
    return [Row(name, then.get(name), now.get(name)) for name in then | now]


def differences(then: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    """Say in what today differs from what a run recorded; uncommitted changes may be others than they were."""
    for name in ORIGIN:
        before, today = then.get(name, "not recorded"), now.get(name, "not recorded")
        if before != today or before.endswith(", changed"):
            yield f"{name}: {before} then, {today} now"


def table(rows: list[Row]) -> str:
    """Return all numbers as lines of text."""
    texts = [("metric", "recorded", "now", "difference")]
    texts += [(row.name, *("-" if one is None else str(one) for one in row[1:]), row.words) for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in texts)


def verdict(rows: list[Row]) -> str:
    """Say in a sentence whether a run is reproduced."""
    if all(row.is_same for row in rows):
        return "Reproduced to the bit."
    worst = max(rows, key=lambda row: row.share)
    if worst.share <= TOLERANCE:
        return f"Reproduced within {worst.share:.2g} of each number, not to the bit."
    return f"Not reproduced: {worst.name} differs by {worst.share:.2g} of it, more than {TOLERANCE}."
