"""What the judging of a folder leaves: in one place for each folder, part by part."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from autoencoders.data.catalog.atomic import CSVDataset, JSONDataset, TextDataset
from autoencoders.data.catalog.error_maps import Pictures as ErrorMaps
from autoencoders.data.catalog.figure import FigureDataset
from autoencoders.data.catalog.load_only import LoadOnlyDataset
from autoencoders.data.catalog.replacement import replacing, told
from autoencoders.data.folders import FolderError
from autoencoders.data.folders.stream import Pictures

COLUMNS = ["file", "score", "top", "left", "height", "width", "unreadable", "detector", "stamp"]


def place_of(path: str, folder: str) -> Path:
    """Return the folder below a path that belongs to a folder of images: its name, and eight letters of where it is."""
    whole = Path(folder).resolve()
    name = re.sub(r"[^\w-]+", "_", whole.name) or "images"
    return Path(path, f"{name}-{hashlib.sha256(str(whole).encode()).hexdigest()[:8]}")


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

    def _exists(self) -> bool:
        return self._folder.is_dir()


class ScoredDataset(AbstractDataset[pd.DataFrame, pd.DataFrame]):
    """Tables of scores, of which each save adds one; loaded, they are one.

    Args:
        path: Where those of all folders lie.
        folder: The folder of the images.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, folder: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = place_of(path, folder) / "parts"
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Return all rows; none where nothing has been scored."""
        parts = [pd.read_csv(file, dtype={"file": str, "unreadable": str, "stamp": str}) for file in self._files()]
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


class ScoredMapsDataset(AbstractDataset[Mapping[str, bytes], Mapping[str, np.ndarray]]):
    """Error maps of the images of a folder, as grey pictures `<file>.png`; each save adds some.

    Args:
        path: Where those of all folders lie.
        folder: The folder of the images.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, folder: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = place_of(path, folder) / "error_maps"
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


class VerdictsDataset(CSVDataset):
    """The verdicts on the images of a folder, `scores.csv`.

    Args:
        path: Where those of all folders lie.
        folder: The folder of the images.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, folder: str, metadata: dict[str, Any] | None = None) -> None:
        file = str(place_of(path, folder) / "scores.csv")
        super().__init__(filepath=file, save_args={"index": False}, metadata=metadata)


class SummaryDataset(JSONDataset):
    """What the verdicts on a folder come to, `summary.json`.

    Args:
        path: Where those of all folders lie.
        folder: The folder of the images.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, folder: str, metadata: dict[str, Any] | None = None) -> None:
        super().__init__(filepath=str(place_of(path, folder) / "summary.json"), metadata=metadata)


class ScoreFigureDataset(FigureDataset):
    """The figure of the scores of a folder, `scores.png`.

    Args:
        path: Where those of all folders lie.
        folder: The folder of the images.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, folder: str, metadata: dict[str, Any] | None = None) -> None:
        file = str(place_of(path, folder) / "scores.png")
        super().__init__(filepath=file, save_args={"dpi": 160}, metadata=metadata)


class JudgedReportDataset(TextDataset):
    """The report on a folder, `report.html`.

    Args:
        path: Where those of all folders lie.
        folder: The folder of the images.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, folder: str, metadata: dict[str, Any] | None = None) -> None:
        super().__init__(filepath=str(place_of(path, folder) / "report.html"), metadata=metadata)
