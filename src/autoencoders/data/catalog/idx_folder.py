"""IDX files of one's own, of any number of images, read a few megabytes at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from kedro.io import DatasetError

from autoencoders.data.catalog.idx_file import IMAGES, LABELS, PREFIXES, IDXFile
from autoencoders.data.catalog.load_only import LoadOnlyDataset
from autoencoders.data.images import ImageSet
from autoencoders.data.stack import Stack


class IDXFolderDataset(LoadOnlyDataset[ImageSet]):
    """Grey images in IDX files of torchvision's names, `train-images-idx3-ubyte` and so on, plain or with `.gz`.

    There may be more of them than memory holds: while they are used, they lie unpacked in a file without a name in the
    working folder.

    Args:
        path: The folder of the files.
        name: What the collection is called.
        class_names: The names of the classes, by label.
        source: Origin and licence, in one line.
        parts: The parts to load, of "train" and "test".
        metadata: Ignored here, read by plugins such as Kedro-Viz.

    Raises:
        ValueError: If a part is unknown, or if none is named.
    """

    def __init__(
        self,
        *,
        path: str,
        name: str,
        class_names: list[str],
        source: str,
        parts: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        wanted = list(PREFIXES) if parts is None else parts
        if not wanted or not set(wanted) <= set(PREFIXES):
            raise ValueError(f"parts must be a non-empty subset of {list(PREFIXES)}, got {parts!r}")
        self._folder = Path(path)
        self._parts = [part for part in PREFIXES if part in wanted]
        self._info = {"name": name, "intensity": 255, "class_names": list(class_names), "source": source}
        self.metadata = metadata

    def load(self) -> ImageSet:
        """Return the images of the listed parts, memory-mapped, the training part first.

        Raises:
            DatasetError: If a file is missing or damaged, or images of the parts differ in size.
        """
        files = [self._file(part, IMAGES) for part in self._parts]
        shapes = {file.shape[1:] for file in files}
        if len(shapes) > 1:
            raise DatasetError(f"{self._folder}: images of all parts must have one size, got {sorted(shapes)}")
        stack = Stack((1, *shapes.pop()), np.uint8)
        for file in files:
            for part in file.read():
                stack.extend(part[:, np.newaxis])
        labels = [np.concatenate(list(self._file(part, LABELS).read())) for part in self._parts]
        official = np.repeat(self._parts, list(map(len, labels)))
        return ImageSet(stack.mapped(), np.concatenate(labels), official, self._info)

    def fingerprint(self) -> str:
        """Return size and time of every file."""
        stamps = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in self._found() if path]
        return f"{super().fingerprint()} {stamps}"

    def _file(self, part: str, kind: str) -> IDXFile:
        return IDXFile.of(self._folder / f"{PREFIXES[part]}-{kind}", 3 if kind == IMAGES else 1)

    def _found(self) -> Iterator[Path | None]:
        for part in self._parts:
            for kind in (IMAGES, LABELS):
                yield IDXFile.find(self._folder / f"{PREFIXES[part]}-{kind}")

    def _exists(self) -> bool:
        return all(self._found())
