"""Why a run cannot be tracked: the cause and the way out, each a part of a sentence."""

import os
import sqlite3
from collections.abc import Iterator
from errno import EACCES, EDQUOT, EFBIG, ENOSPC, EPERM, EROFS
from pathlib import Path
from typing import NamedTuple

DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
READ_ONLY = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
ELSEWHERE = "or set MLFLOW_TRACKING_URI to another place"


class Failure(NamedTuple):
    """Why the tracking store failed, and what to do about it."""

    cause: str
    way_out: str


class UnfitError(Exception):
    """A database is whole, but nothing that this MLflow can track in."""

    def __init__(self, cause: str, way_out: str) -> None:
        super().__init__(cause)
        self.failure = Failure(cause, way_out)


def is_damage(error: BaseException) -> bool:
    """Tell whether an error means that a database is malformed, or none at all."""
    return any(_code(one) in DAMAGED for one in _causes(error))


def explain(error: BaseException, file: Path | None) -> Failure:
    """Say why a tracking store failed.

    Args:
        error: What MLflow, its database or the system raised.
        file: The file of a SQLite store, None for a server.
    """
    if isinstance(error, UnfitError):
        return error.failure
    said = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
    if file is None:
        return Failure(said, "see that the server at MLFLOW_TRACKING_URI answers")
    if file.is_dir():
        return Failure(f"{file} is a folder, not a database", f"move it away {ELSEWHERE}")
    for one in _causes(error):
        if isinstance(one, sqlite3.Error):
            return _of_database(one, file)
        if isinstance(one, OSError):
            return _of_system(one, file)
    if getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST":  # the run's own record
        return _gone(file)
    return Failure(said, f"see to that {ELSEWHERE}")


def _of_database(error: sqlite3.Error, file: Path) -> Failure:
    code = _code(error)
    if code in LOCKED:
        return _locked(file)
    if code in DAMAGED:
        return Failure(f"{file} is damaged ({error})", "just start it: it sets the damaged file aside")
    if code == sqlite3.SQLITE_FULL:
        return Failure(f"the disk is full, and {file} cannot grow", "free some space")
    cannot_open = code == sqlite3.SQLITE_CANTOPEN
    if (cannot_open and not file.exists()) or str(error).startswith("no such table") or _was_moved(error):
        return _gone(file)
    if code in READ_ONLY or (cannot_open and not (_is_writable(file) and _is_writable(file.parent))):
        return _read_only(file)
    return Failure(f"{file} cannot be read or written ({error})", f"check the disk and its free space {ELSEWHERE}")


def _of_system(error: OSError, file: Path) -> Failure:
    if isinstance(error, TimeoutError):  # of a file lock
        return _locked(file)
    place = error.filename or "mlartifacts/"
    if file.name in Path(place).name:  # what is made beside the database
        place = file
    if error.errno in (EACCES, EPERM, EROFS):
        return _read_only(place)
    if error.errno in (ENOSPC, EDQUOT, EFBIG):
        return Failure(f"the disk is full, and {place} cannot grow", "free some space")
    return Failure(f"{place} cannot be read or written ({error.strerror or error})", f"see to that {ELSEWHERE}")


def _locked(file: Path) -> Failure:
    return Failure(f"{file} is locked by another program", "let that program finish or close it")


def _gone(file: Path) -> Failure:
    return Failure(f"{file} was deleted or replaced while the run was under way", "just start it: there is a new one")


def _read_only(place: Path | str) -> Failure:
    return Failure(f"{place} or its folder is read-only", f"make both and mlartifacts/ writable {ELSEWHERE}")


def _was_moved(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_DBMOVED


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _code(error: BaseException) -> int:
    """Return SQLite's primary result code of an error, or 0."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it was raised from, the outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
