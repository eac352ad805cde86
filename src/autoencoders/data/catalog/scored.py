"""What the judging of a folder leaves, part by part."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from autoencoders.data.catalog.error_maps import Pictures as ErrorMaps
from autoencoders.data.catalog.load_only import LoadOnlyDataset
from autoencoders.data.catalog.replacement import replacing, told
from autoencoders.data.folders import FolderError
from autoencoders.data.folders.stream import Pictures, stamps

COLUMNS = ["file", "score", "top", "left", "height", "width", "unreadable", "detector", "stamp"]
TYPES = {"file": str, "unreadable": str, "stamp": str, "score": float}


class PicturesDataset(LoadOnlyDataset[Pictures]):
    """The pictures of a folder, none of which is read yet.

    Args:
        folder: The folder.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, folder: str, metadata: dict[str, Any] | None = None) -> None:
        self._folder = Path(folder)
        self.metadata = metadata

    def load(self) -> Pictures:
        """Find the pictures.

        Raises:
            DatasetError: There are none.
        """
        try:
            return Pictures.of(self._folder)
        except FolderError as error:
            raise DatasetError(str(error)) from error

    def fingerprint(self) -> str:
        """Return size and time of every file that is not hidden."""
        return stamps(self._folder)

    def _exists(self) -> bool:
        return self._folder.is_dir()


class ScoredDataset(AbstractDataset[pd.DataFrame, pd.DataFrame]):
    """Tables of scores, of which each save adds one; loaded, they are one.

    Args:
        path: The folder of the tables.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = Path(path)
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Return all rows; none where nothing has been scored.

        Raises:
            DatasetError: A table is damaged.
        """
        parts = list(map(_rows, self._files()))
        return pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS) if parts else pd.DataFrame(columns=COLUMNS)

    def save(self, data: pd.DataFrame) -> None:
        """Add rows, as a file of their own, if there are any."""
        if data.empty:
            return
        file = self._path / f"{len(self._files()):06d}.csv"
        with replacing(file) as temporary:
            data.to_csv(temporary, index=False)

    def _files(self) -> list[Path]:
        return sorted(self._path.glob("[0-9]*.csv"))

    def _exists(self) -> bool:
        return bool(self._files())

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path)}


def _rows(file: Path) -> pd.DataFrame:
    """Return the rows of one table."""
    try:
        return pd.read_csv(file, dtype=TYPES)
    except (OSError, ValueError) as error:
        raise DatasetError(f"{file} is damaged: {error}; delete it, and its images are scored again") from error


class ScoredMapsDataset(AbstractDataset[Mapping[str, bytes], Mapping[str, np.ndarray]]):
    """Error maps of the images of a folder, as grey pictures `<file>.png`; each save adds some.

    Args:
        path: The folder of the pictures.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = Path(path)
        self.metadata = metadata

    def load(self) -> Mapping[str, np.ndarray]:
        """Return the pictures by file, none of which is read yet."""
        found = sorted(self._path.rglob("*.png"))
        return ErrorMaps({file.relative_to(self._path).as_posix().removesuffix(".png"): file for file in found})

    def save(self, data: Mapping[str, bytes]) -> None:
        """Write each picture, as PNG, straight into its place.

        There may be millions, so none takes the way round by another name: the scores, which are saved later, say of
        which images the pictures are whole.

        Raises:
            DatasetError: The system refuses to write.
        """
        files = {self._path / f"{name}.png": content for name, content in data.items()}
        for folder in {file.parent for file in files}:
            with told(folder):
                folder.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            with told(file):
                file.write_bytes(content)

    def _exists(self) -> bool:
        return self._path.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path)}
