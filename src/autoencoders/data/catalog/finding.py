"""A finding, its table and its arrays, in two files of one name."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset
from kedro_datasets._typing import TablePreview

from autoencoders.data.catalog.atomic import CSVDataset, SafetensorsDataset
from autoencoders.data.finding import Finding


class FindingDataset(AbstractDataset[Finding, Finding]):
    """A finding as `<name>.csv` and, beside it, `<name>.safetensors`, saved atomically.

    Args:
        filepath: The `.csv` file.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)  # written last: where it is, the arrays are
        self._table = CSVDataset(filepath=filepath, save_args={"index": False})
        self._arrays = SafetensorsDataset(filepath=str(self._filepath.with_suffix(".safetensors")))
        self.metadata = metadata

    def load(self) -> Finding:
        """Read both files."""
        return Finding(self._table.load(), self._arrays.load())

    def save(self, data: Finding) -> None:
        """Write each file as a whole or not at all, the table last."""
        self._arrays.save(data.arrays)
        self._table.save(data.table)

    def files(self) -> list[Path]:
        """Return both files."""
        return [self._filepath, self._filepath.with_suffix(".safetensors")]

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first rows of the table, as Kedro-Viz shows them."""
        return self._table.preview(nrows)

    def _exists(self) -> bool:
        return self._table.exists() and self._arrays.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
