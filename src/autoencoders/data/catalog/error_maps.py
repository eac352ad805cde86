"""Error maps as pictures, one below the other's file name."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from kedro.io import AbstractDataset, DatasetError
from PIL import Image

from autoencoders.data.catalog.atomic import JSONDataset
from autoencoders.data.catalog.replacement import replacing
from autoencoders.data.stack import forget


class Pictures(Mapping[str, np.ndarray]):
    """Grey pictures (H, W), uint8, by name, read when they are asked for."""

    def __init__(self, files: dict[str, Path]) -> None:
        self._files = files

    def __getitem__(self, name: str) -> np.ndarray:
        with Image.open(self._files[name]) as picture:
            return np.asarray(picture)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


class ErrorMapsDataset(AbstractDataset[Mapping[str, np.ndarray], Mapping[str, np.ndarray]]):
    """Grey pictures by the name of the image that each belongs to: `<folder>/<name>.png`.

    `maps.json` says which belong together, and is written last.

    Args:
        path: The folder.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = Path(path)
        self._filepath = self._path / "maps.json"
        self._names = JSONDataset(filepath=str(self._filepath))
        self.metadata = metadata

    def load(self) -> Pictures:
        """Return the pictures, none of which is read yet.

        Raises:
            DatasetError: The list of them is missing or damaged.
        """
        return Pictures({name: self._file(name) for name in self._names.load()})

    def save(self, data: Mapping[str, np.ndarray]) -> None:
        """Write each picture as a whole or not at all, then their names, and remove pictures of earlier runs."""
        for name, values in data.items():
            file = self._file(name)
            if not file.resolve().is_relative_to(self._path.resolve()):
                raise DatasetError(f"{name} lies outside the folder of the images")
            with replacing(file) as temporary, temporary.open("wb") as opened:
                Image.fromarray(values).save(opened, format="PNG", compress_level=1)
            forget(values)
        self._names.save(list(data))
        for file in set(self._path.rglob("*.png")) - set(map(self._file, data)):
            file.unlink()

    def files(self) -> list[Path]:
        """Return the list of names and all pictures."""
        return [self._filepath, *sorted(self._path.rglob("*.png"))]

    def _file(self, name: str) -> Path:
        return self._path / f"{name}.png"

    def _exists(self) -> bool:
        return self._names.exists()

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path)}
