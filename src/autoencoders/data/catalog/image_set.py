"""A dataset's images and what is known of them, in one folder."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from kedro.io import AbstractDataset, DatasetError

from autoencoders.data.catalog.atomic import JSONDataset
from autoencoders.data.catalog.replacement import replacing
from autoencoders.data.images import ImageSet
from autoencoders.data.stack import forget

ARRAYS = ("images", "labels", "official_split")
MASKS = "masks"  # of some image sets


class ImageSetDataset(AbstractDataset[ImageSet, ImageSet]):
    """An image set as `images.npy`, `labels.npy`, `official_split.npy` and `dataset_info.json`, saved atomically.

    An image set with masks has `masks.npy`, too.

    Args:
        path: The folder.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._files = {name: Path(path, f"{name}.npy") for name in ARRAYS}
        self._masks = Path(path, f"{MASKS}.npy")
        self._filepath = Path(path, "dataset_info.json")  # written last: where it is, all is
        self._info = JSONDataset(filepath=str(self._filepath))
        self.metadata = metadata

    def load(self) -> ImageSet:
        """Map the arrays into memory, read-only; their pages are read when they are used.

        Raises:
            DatasetError: A file is missing or damaged.
        """
        files = self._files | ({MASKS: self._masks} if self._masks.is_file() else {})
        return ImageSet(**{name: _mapped(file) for name, file in files.items()}, info=self._info.load())

    def save(self, data: ImageSet) -> None:
        """Write every file as a whole or not at all, the info last; masks of before do not stay."""
        for name, file in self._files.items():
            _write(getattr(data, name), file)
        if data.masks is None:
            self._masks.unlink(missing_ok=True)
        else:
            _write(data.masks, self._masks)
        self._info.save(data.info)

    def files(self) -> list[Path]:
        """Return the files of the image set, of which the masks may be missing."""
        return [*self._files.values(), *([self._masks] if self._masks.is_file() else []), self._filepath]

    def _exists(self) -> bool:
        return self._info.exists() and all(file.is_file() for file in self._files.values())

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._filepath.parent)}


def _write(array: np.ndarray, file: Path) -> None:
    """Write an array piece by piece.

    Of what it writes to, NumPy is shown `write` alone: straight to a file on a full disk, it raises an error without a
    number.
    """
    with replacing(file) as temporary, temporary.open("wb") as opened:

        def write(part: bytes) -> None:
            opened.write(part)
            forget(array)

        np.save(SimpleNamespace(write=write), array, allow_pickle=False)


def _mapped(file: Path) -> np.ndarray:
    try:
        return np.lib.format.open_memmap(file, mode="r")
    except FileNotFoundError as error:
        raise DatasetError(f"{file} is missing; write it first: {_ingestion(file)}") from error
    except ValueError as error:
        raise DatasetError(f"{file} is damaged ({error}); delete it and write it again: {_ingestion(file)}") from error


def _ingestion(file: Path) -> str:
    return f"kedro run --pipelines {file.parent.name} --tags ingestion"
