"""The tracking store: where it is, and whether it is intact.

A SQLite database gets its name only once it is complete: a run killed at any moment leaves none or a whole one.
"""

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from autoencoders.data.temporary import sweep, temporary_beside
from autoencoders.tracking.failures import Failure, UnfitError, explain, is_damage

if TYPE_CHECKING:
    from mlflow import MlflowClient

logger = logging.getLogger(__name__)

ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool",  # no connection is left open, to be shared by a fork
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # MLflow's 7 keep a run waiting minutes for a server that is down
}
LOCK_TIMEOUT = 20  # seconds to wait for another process to unlock the database
MAKING_TIMEOUT = 120  # seconds to wait for another process to make the database
SETTLED = 10  # seconds without a change after which nobody is at work on a database that is half made
READ_THROUGH = 16 * 2**20  # bytes of the largest database of which each start reads every page; it takes 1 ms a MB
BESIDE = ("-journal", "-wal", "-shm")  # what SQLite keeps beside a database


def store_of(project: Path) -> str:
    """Return the address of the tracking store: `MLFLOW_TRACKING_URI`, or the project's own SQLite database."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{project / 'mlflow.db'}"


def connect(uri: str) -> "MlflowClient":
    """Return a client of a tracking store, at the start of a run.

    A SQLite database is made where there is none; one that is damaged or half made is set aside for a new one.

    Raises:
        UnfitError: The database belongs to another program, or to another version of MLflow and holds runs.
        sqlite3.Error, OSError: It is locked, cannot be written or cannot be made.
    """
    from filelock import FileLock

    _prepare()
    if file := _file_of(uri):
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_name(f"{file.name}.lock"), timeout=MAKING_TIMEOUT):
            _ensure(file)
    return join(uri)


def join(uri: str) -> "MlflowClient":
    """Return a client of a tracking store that another process has connected to; nothing is made or set aside.

    Raises:
        sqlite3.Error: The database is gone, damaged, locked or read-only; MLflow alone would try for minutes.
    """
    _prepare()
    if file := _file_of(uri):
        with _opened(file) as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute("UPDATE alembic_version SET version_num = version_num")  # rolled back: it is only tried
    import mlflow

    return mlflow.MlflowClient(uri)


def diagnose(error: BaseException, uri: str) -> Failure:
    """Say why a tracking store failed; one that proved damaged is left a mark, and the next start checks all of it."""
    file = _file_of(uri)
    if file and is_damage(error):
        with suppress(OSError):
            _mark_of(file).touch()
    return explain(error, file)


def _prepare() -> None:
    """Tell MLflow, before it is imported, how to behave."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    logging.getLogger("mlflow.store").setLevel(logging.CRITICAL)  # it logs the traces of errors that it also raises


def _file_of(uri: str) -> Path | None:
    """Return the file of a SQLite store, None for a server."""
    if not uri.startswith("sqlite:///"):
        return None
    return Path(uri.removeprefix("sqlite:///").partition("?")[0]).resolve()


def _mark_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.suspect")


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that is there."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=LOCK_TIMEOUT)) as database:
        yield database


def _ensure(file: Path) -> None:
    """Make sure that there is a whole database; nobody else does so meanwhile."""
    sweep(file.parent, deep=False)
    if not _is_empty(file) and (fault := _fault(file)):
        _set_aside(file, fault)
    if _is_empty(file):
        _make(file)
    _mark_of(file).unlink(missing_ok=True)


def _is_empty(file: Path) -> bool:
    return not file.exists() or file.stat().st_size == 0


def _make(file: Path) -> None:
    """Make a database with all tables of MLflow and nothing in them."""
    import mlflow

    temporary = temporary_beside(file)
    try:
        temporary.touch(exist_ok=False)
        mlflow.MlflowClient(f"sqlite:///{temporary}")  # makes the tables and compares them with its schema
        for name in BESIDE:  # SQLite would take an earlier database's journal for the new one's
            Path(f"{file}{name}").unlink(missing_ok=True)
        os.replace(temporary, file)
    finally:
        for name in ("", *BESIDE):
            Path(f"{temporary}{name}").unlink(missing_ok=True)


def _fault(file: Path) -> str:
    """Return why a database is of no use, or "" if it is of use.

    Raises:
        UnfitError: It is whole, but of another program or of another version of MLflow.
        sqlite3.Error: It is locked or cannot be opened.
    """
    try:
        with _opened(file) as database:
            return _malformed(database, file) or _half_made(database, file)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return f"damaged ({error})"


def _malformed(database: sqlite3.Connection, file: Path) -> str:
    """Return what is malformed: by all checks after a run that found it so, else by those that take no time."""
    if _mark_of(file).exists():
        check = "integrity_check"
    elif file.stat().st_size <= READ_THROUGH:
        check = "quick_check"
    else:
        return ""
    (found,) = database.execute(f"PRAGMA {check}(1)").fetchone()
    return "" if found == "ok" else f"damaged ({' '.join(found.split())})"


def _half_made(database: sqlite3.Connection, file: Path) -> str:
    """Return that a database is half made, unless someone is at work on it and completes it."""
    while not _is_complete(database, file):
        if abs(time.time() - file.stat().st_mtime) >= SETTLED:
            return "only half made"
        time.sleep(0.1)
    return ""


def _is_complete(database: sqlite3.Connection, file: Path) -> bool:
    """Tell whether a database has all tables of this MLflow.

    Raises:
        UnfitError: It has not, and yet holds what must not be set aside.
    """
    from mlflow.store.db import utils

    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables - {"alembic_version"} and "experiments" not in tables:
        raise UnfitError(f"{file} belongs to another program", "set MLFLOW_TRACKING_URI to another file")
    found = (
        database.execute("SELECT version_num FROM alembic_version").fetchone() if "alembic_version" in tables else None
    )
    if found == (utils._get_latest_schema_revision(),):
        return True
    if "runs" in tables and database.execute("SELECT * FROM runs LIMIT 1").fetchone():
        raise UnfitError(
            f"{file} holds runs of another version of MLflow",
            f"copy the file, then run `mlflow db upgrade sqlite:///{file}`; if MLflow was newer, install that version",
        )
    return False


def _set_aside(file: Path, fault: str) -> None:
    """Rename a database with what is beside it; itself last, since without it the rest would be lost."""
    aside = f"{file}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    for name in (*BESIDE, ""):
        with suppress(FileNotFoundError):
            os.rename(f"{file}{name}", f"{aside}{name}")
    logger.warning(
        "MLflow: %s is %s, so it is now %s and the run is tracked in a new one; results in data/ are unharmed.",
        file,
        fault,
        Path(aside).name,
    )
