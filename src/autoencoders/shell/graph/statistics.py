"""How large a dataset is: what the graph tells of each, read off its files."""

import csv
from math import prod
from pathlib import Path

import numpy as np
from kedro.io import AbstractDataset

from autoencoders.records.artifact import files_of


def statistics_of(dataset: AbstractDataset) -> dict[str, int]:
    """Return the rows, the columns and the file size of a dataset, as far as it has any.

    Kedro-Viz would note them during a run, but only those of a run's last nodes in one process: with a process for
    each core, there are none. An image set has a row per image and a column per pixel.
    """
    files = files_of(dataset)
    if not files or not all(file.is_file() for file in files):
        return {}
    known = {}
    for file in files:
        if file.suffix == ".csv":
            known = table_size(file)
        elif file.name == "images.npy":
            images = np.load(file, mmap_mode="r")
            known = {"rows": len(images), "columns": prod(images.shape[1:])}
    return known | {"file_size": sum(file.stat().st_size for file in files)}


def table_size(file: Path) -> dict[str, int]:
    """Return the rows below the header, and the columns, of a table."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        return {"columns": len(next(rows, [])), "rows": sum(1 for _ in rows)}
