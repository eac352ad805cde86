"""The MNIST family: collections of images in IDX files."""

import hashlib
import logging
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from kedro.io import AbstractDataset, DatasetError

from autoencoders.data.catalog.download import download, official_md5
from autoencoders.data.catalog.idx_collections import COLLECTIONS
from autoencoders.data.catalog.idx_file import IDXFile, damaged
from autoencoders.data.catalog.raw_images import RawImages, checksum

logger = logging.getLogger(__name__)

PREFIXES = {"train": "train", "test": "t10k"}  # part -> beginning of its file names, in the order of loading


class IDXDataset(AbstractDataset[NoReturn, RawImages]):
    """MNIST, Fashion-MNIST or KMNIST in torchvision's folders; load only, downloads what is missing.

    Args:
        name: "MNIST", "FashionMNIST" or "KMNIST".
        path: The folder above `<name>/raw/`, which holds the files, plain or with `.gz`.
        parts: The parts to load, of "train" and "test"; files of another part are never touched.
        metadata: Ignored here, read by plugins such as Kedro-Viz.

    Raises:
        ValueError: If the name or a part is unknown, or if no part is named.
    """

    def __init__(self, *, name: str, path: str, parts: list[str], metadata: dict[str, Any] | None = None) -> None:
        if name not in COLLECTIONS:
            raise ValueError(f"name must be one of {list(COLLECTIONS)}, got {name!r}")
        if not parts or not set(parts) <= set(PREFIXES):
            raise ValueError(f"parts must be a non-empty subset of {list(PREFIXES)}, got {parts!r}")
        self._name = name
        self._folder = Path(path) / name / "raw"
        self._parts = [part for part in PREFIXES if part in parts]
        self.metadata = metadata

    def load(self) -> RawImages:
        """Return the images of the listed parts, the training part first, checked against official checksums.

        Raises:
            DatasetError: If a file is missing and cannot be downloaded, or if it is damaged.
        """
        pieces = [self._load_part(part) for part in self._parts]
        images = np.concatenate([images for images, _ in pieces])[:, np.newaxis]  # (N, 1, 28, 28)
        labels = np.concatenate([labels for _, labels in pieces])
        return {
            "name": self._name,
            "images": images,
            "labels": labels,
            "parts": np.repeat(np.array(self._parts, dtype="<U5"), [len(labels) for _, labels in pieces]),
            "intensity": 255,
            "class_names": list(COLLECTIONS[self._name].class_names),
            "checksum": checksum(images, labels),
            "source": COLLECTIONS[self._name].source,
        }

    def save(self, data: NoReturn) -> NoReturn:
        """Refuse: the files are the publishers'.

        Raises:
            DatasetError: Always.
        """
        raise DatasetError("IDXDataset is load-only; save to an ArrayDataset instead")

    def _load_part(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        images_file, labels_file = (IDXFile.read(self._obtain(name)) for name in _filenames(part))
        images, labels = images_file.array(ndim=3), labels_file.array(ndim=1)
        _check_labels(labels, len(images), labels_file.path)
        self._verify(images_file)
        self._verify(labels_file)
        return images, labels

    def _obtain(self, filename: str) -> Path:
        """Return where the file lies, plain or with `.gz`; download it if it does not."""
        if not self._find(filename):
            if not self._folder.parents[2].is_dir():
                raise DatasetError(
                    f"raw_data={self._folder.parents[1]} does not exist; make the folder, or name another"
                )
            try:
                download(self._name, f"{filename}.gz", self._folder)
            except DatasetError as error:
                raise DatasetError(
                    f"{self._name} lacks {filename} (looked for it in {self._folder}, plain and with .gz), "
                    f"and it cannot be downloaded: {error}, or put the file there, or point at a folder that "
                    f"has {self._name}/raw/{filename} with --params raw_data=PATH"
                ) from error
        return self._find(filename)

    def _find(self, filename: str) -> Path | None:
        candidates = (self._folder / filename, self._folder / f"{filename}.gz")
        return next((path for path in candidates if path.is_file()), None)

    def _verify(self, file: IDXFile) -> None:
        expected = COLLECTIONS[self._name].checksums.get(file.path.name.removesuffix(".gz"))
        if expected is None:
            self._verify_compressed(file.path)
        elif file.md5 != expected:
            raise damaged(file.path, f"has the wrong checksum (MD5 {file.md5}, official {expected})")

    def _verify_compressed(self, path: Path) -> None:
        """Check the one checksum that is published where that of the contents is unknown."""
        found = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        if path.suffix != ".gz" or found != official_md5(self._name, path.name):
            logger.warning("%s could not be verified: only the official .gz file has a known checksum", path)

    def _exists(self) -> bool:
        return all(self._find(name) for part in self._parts for name in _filenames(part))

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name, "folder": self._folder, "parts": self._parts}


def _filenames(part: str) -> tuple[str, str]:
    return f"{PREFIXES[part]}-images-idx3-ubyte", f"{PREFIXES[part]}-labels-idx1-ubyte"


def _check_labels(labels: np.ndarray, n_images: int, path: Path) -> None:
    if len(labels) != n_images:
        raise damaged(path, f"holds {len(labels)} labels for {n_images} images")
    if len(labels) and labels.max() > 9:
        raise damaged(path, f"holds the label {labels.max()}, outside 0..9")
