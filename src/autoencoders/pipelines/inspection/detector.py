"""A detector in the catalog, kept in a folder."""

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
            raise DatasetError(f"{error}{self._others()}") from error

    def _others(self) -> str:
        """Say which detectors there are, where this one is not."""
        if self._exists():
            return ""
        names = sorted(file.parts[-3] for file in self._path.parents[1].glob(f"*/{self._path.name}/{SETTINGS}"))
        return f"; there are: {', '.join(names)}" if names else ""

    def save(self, data: Detector) -> None:
        """Replace the folder by the detector's own."""
        data.save(self._path)

    def files(self) -> list[Path]:
        """Return all files of the folder."""
        return sorted(file for file in self._path.rglob("*") if file.is_file())

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path)}
