"""An artifact on disk: the files of a dataset and what they hold."""

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

from kedro.io import AbstractDataset

from autoencoders.records.code import digest

LAYER = re.compile(r"0[1-8]_\w+")  # Kedro's, below `data`
RECORDS = ".records"


def place_of(dataset: AbstractDataset) -> Path | None:
    """Return the file or folder by which a dataset is known, if it is kept anywhere."""
    place = getattr(dataset, "_filepath", None) or getattr(dataset, "_path", None)
    return None if place is None else Path(place)


def files_of(dataset: AbstractDataset) -> list[Path]:
    """Return the files of a dataset: those that its method `files` lists, or its one file; none: they are not here."""
    if hasattr(dataset, "files"):
        return dataset.files()
    file = getattr(dataset, "_filepath", None)
    is_here = getattr(dataset, "_protocol", "file") == "file"
    return [Path(file)] if file is not None and is_here else []


def record_file(dataset: AbstractDataset) -> Path | None:
    """Return where the record of an artifact lies, if it is kept anywhere: all of one namespace in one folder.

    The record of `data/06_models/digits/.../weights.safetensors` is
    `data/.records/digits/.../06_models.weights.safetensors.json`.
    """
    place = place_of(dataset)
    if place is None:
        return None
    for depth, part in enumerate(place.parts[1:-1], start=1):
        if LAYER.fullmatch(part) and place.parts[depth - 1] == "data":
            *between, last = place.parts[depth + 1 :]
            return Path(*place.parts[:depth], RECORDS, *between, f"{part}.{last}.json")
    return place.parent / RECORDS / f"{place.name}.json"


def checksum(dataset: AbstractDataset) -> str | None:
    """Return the checksum of an artifact's content; None where a file is missing."""
    files = files_of(dataset)
    try:
        found = [content(file) for file in files]
    except OSError:
        return None
    return found[0] if len(found) == 1 else digest(*names_below(files), *found)


def content(file: Path) -> str:
    """Return the checksum of a file, which is read again only after it has changed.

    Raises:
        OSError: It is missing or cannot be read.
    """
    known = file.stat()
    return _content(file, known.st_mtime_ns, known.st_size, known.st_ino)


@lru_cache(maxsize=100_000)
def _content(file: Path, *_: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def identity(file: Path) -> tuple[int, int] | None:
    """Return what a file does not share with one that replaces it."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino


def names_below(files: list[Path]) -> list[str]:
    """Return the names of some files below the folder that holds them all, which may be moved."""
    shared = os.path.commonpath([file.parent for file in files]) if files else ""
    return [os.path.relpath(file, shared) for file in files]
