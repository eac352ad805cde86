"""A detector in the catalog: the folder that it is kept in."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from autoencoders.inspection.detector import SETTINGS, Detector, DetectorError


class DetectorDataset(AbstractDataset[Detector, Detector]):
    """A detector as a folder, written whole or not at all.

    Args:
        path: The folder.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = Path(path)
        self._filepath = self._path / SETTINGS
        self.metadata = metadata

    def load(self) -> Detector:
        """Load the detector.

        Raises:
            DatasetError: There is none, or it is damaged.
        """
        try:
            return Detector.load(self._path)
        except DetectorError as error:
            raise DatasetError(str(error)) from error

    def save(self, data: Detector) -> None:
        """Replace the folder by the detector's own."""
        data.save(self._path)

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path)}
