"""The library's datasets, saved atomically: a file is whole or it is the one of before."""

from copy import copy
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from kedro_datasets import json, pandas, plotly, text
from kedro_datasets_experimental import safetensors
from safetensors.numpy import save as serialise

from autoencoders.data.catalog.replacement import replacing


class Atomic:
    """Mix into a file-based Kedro dataset, before it, to make its `save` atomic."""

    def save(self, data: object) -> None:
        """Write to a temporary file in the same folder, then rename it.

        Raises:
            DatasetError: If the system refuses to write (read-only folder, full disk).
        """
        if self._protocol != "file":  # an object store shows a file only when it is whole
            return super().save(data)
        with replacing(Path(self._get_save_path())) as temporary:
            self._write(data, temporary)

    def _write(self, data: object, path: Path) -> None:
        twin = copy(self)  # saves elsewhere without a change that other threads could see
        twin._filepath, twin._version = PurePosixPath(path.as_posix()), None
        super(Atomic, twin).save.__wrapped__(twin, data)  # Kedro's wrapper would hide the OSError

    def _init_config(self) -> dict[str, Any]:
        # Kedro notes the arguments of a subclass without __init__ as {"args": (), "kwargs": {...}}.
        twin = copy(self)
        twin._init_args = self._init_args["kwargs"]
        return super(Atomic, twin)._init_config()


class CSVDataset(Atomic, pandas.CSVDataset):
    """A pandas table in a CSV file."""


class JSONDataset(Atomic, json.JSONDataset):
    """A plain value in a JSON file."""


class EarlierJSONDataset(JSONDataset):
    """What an earlier run left in a JSON file; None where there is no file.

    Attributes:
        out_of_date: Why it would not be the same today; empty: it would. Found out before a run, added to what is
            loaded under this name.
    """

    out_of_date = ""

    def load(self) -> dict[str, Any] | None:
        """Return what there is."""
        if not self.exists():
            return None
        found = super().load()
        return found | {"out_of_date": self.out_of_date} if self.out_of_date else found


class ChartDataset(Atomic, plotly.JSONDataset):
    """A Plotly chart in a JSON file."""


class TextDataset(Atomic, text.TextDataset):
    """A string in a text file, such as an HTML page."""


class SafetensorsDataset(Atomic, safetensors.SafetensorsDataset):
    """Named arrays in a safetensors file."""

    def load(self) -> dict[str, np.ndarray]:
        """Return the arrays in the order of their names; the library's own order is another each time."""
        return dict(sorted(super().load().items()))

    def _write(self, data: dict[str, np.ndarray], path: Path) -> None:
        # The library's save_file hides the OSError in a string, and it writes transposed arrays as if they were not.
        path.write_bytes(serialise({name: np.ascontiguousarray(array) for name, array in data.items()}))
