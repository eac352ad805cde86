"""One NumPy array in a file, memory-mapped."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from kedro.io import AbstractDataset, DatasetError

from autoencoders.data.catalog.replacement import replacing


class ArrayDataset(AbstractDataset[np.ndarray, np.ndarray]):
    """A NumPy `.npy` file, saved atomically and loaded as a read-only memory map.

    Args:
        filepath: The `.npy` file.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> np.ndarray:
        """Map the array into memory; its pages are read when they are used.

        Raises:
            DatasetError: If the file is missing or damaged.
        """
        try:
            return np.lib.format.open_memmap(self._filepath, mode="r")
        except FileNotFoundError as error:
            raise DatasetError(f"{self._filepath} is missing; run the stage that writes it first") from error
        except ValueError as error:
            raise DatasetError(
                f"{self._filepath} is damaged ({error}); delete it and run the stage that writes it again "
                "(for images and labels: ingestion)"
            ) from error

    def save(self, data: np.ndarray) -> None:
        """Write the array as a whole or not at all."""
        content = BytesIO()  # NumPy writing straight to a full disk raises an error without a number
        np.save(content, data, allow_pickle=False)
        with replacing(self._filepath) as temporary:
            temporary.write_bytes(content.getbuffer())

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}
