"""The MNIST family: collections of images in IDX files, with torchvision's mirrors, class names and checksums."""

import hashlib
import logging
import math
import os
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
from kedro.io import DatasetError

from autoencoders.data.catalog import idx_file
from autoencoders.data.catalog.idx_file import IMAGES, LABELS, PREFIXES
from autoencoders.data.catalog.load_only import LoadOnlyDataset
from autoencoders.data.catalog.replacement import replacing
from autoencoders.data.images import ImageSet

logger = logging.getLogger(__name__)

WAY_OUT = "delete it to download it again, or replace it by a whole copy"  # of a damaged file
LARGEST = 2**26  # bytes of a file, packed or not; none of the family has more than 47,040,016
SOURCES = {
    "MNIST": "MNIST, Y. LeCun, C. Cortes and C. J. C. Burges, 1998 (CC BY-SA 3.0)",
    "FashionMNIST": "Fashion-MNIST, H. Xiao, K. Rasul and R. Vollgraf, Zalando Research, 2017 (MIT licence)",
    "KMNIST": "KMNIST Dataset (by CODH), adapted from Kuzushiji Dataset (by NIJL and others), "
    "doi:10.20676/00000341 (CC BY-SA 4.0)",
}
CHECKSUMS = {  # MD5 of the uncompressed contents; torchvision knows those of the .gz files
    "MNIST": {
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    },
    "FashionMNIST": {
        "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
        "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
        "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
    },
    "KMNIST": {
        "t10k-images-idx3-ubyte": "bf305b8cd328700fbc17f5acbc2856d2",
        "t10k-labels-idx1-ubyte": "9f55f451c0988b028eccdf7d5cc265ab",
    },
}


class IDXDataset(LoadOnlyDataset[ImageSet]):
    """MNIST, Fashion-MNIST or KMNIST in torchvision's folders; downloads what is missing.

    Args:
        name: "MNIST", "FashionMNIST" or "KMNIST".
        path: The folder above `<name>/raw/`, which holds the files, with `.gz` or plain.
        parts: The parts to load, of "train" and "test"; files of another part are never touched.
        metadata: Ignored here, read by plugins such as Kedro-Viz.

    Raises:
        ValueError: If the name or a part is unknown, or if no part is named.
    """

    def __init__(self, *, name: str, path: str, parts: list[str], metadata: dict[str, Any] | None = None) -> None:
        if name not in SOURCES:
            raise ValueError(f"name must be one of {list(SOURCES)}, got {name!r}")
        if not parts or not set(parts) <= set(PREFIXES):
            raise ValueError(f"parts must be a non-empty subset of {list(PREFIXES)}, got {parts!r}")
        self._name = name
        self._folder = Path(path) / name / "raw"
        self._parts = [part for part in PREFIXES if part in parts]
        self.metadata = metadata

    def load(self) -> ImageSet:
        """Return the images of the listed parts, the training part first, checked against official checksums.

        Raises:
            DatasetError: If a file is missing and cannot be downloaded, or if it is damaged.
        """
        pieces = [self._read(f"{PREFIXES[part]}-{LABELS}", 1) for part in self._parts]
        images = np.concatenate([self._read(f"{PREFIXES[part]}-{IMAGES}", 3) for part in self._parts])[:, np.newaxis]
        info = {
            "name": self._name,
            "intensity": 255,
            "class_names": [name.partition(" - ")[0] for name in self._published().classes],  # MNIST's "0 - zero"
            "source": SOURCES[self._name],
        }
        return ImageSet(images, np.concatenate(pieces), np.repeat(self._parts, list(map(len, pieces))), info)

    def fingerprint(self) -> str:
        """Return the official checksums of the parts, for nothing else is loaded; the files need not be there yet."""
        official = CHECKSUMS[self._name]
        return " ".join(
            official.get(f"{PREFIXES[part]}-{kind}", "") for part in self._parts for kind in (IMAGES, LABELS)
        )

    def _exists(self) -> bool:
        return all(self._find(f"{PREFIXES[part]}-{kind}") for part in self._parts for kind in (IMAGES, LABELS))

    def _published(self) -> type:
        """Return torchvision's class of the collection, which is imported here as it takes seconds."""
        from torchvision import datasets

        return getattr(datasets, self._name)

    def _read(self, filename: str, ndim: int) -> np.ndarray:
        """Return the array (uint8, `ndim` axes) of an IDX file: magic number, shape, values (Y. LeCun, 1998)."""
        path = self._find(filename) or self._download(f"{filename}.gz")
        content = _content(path, ndim)
        official = {CHECKSUMS[self._name].get(filename), dict(self._published().resources).get(f"{filename}.gz")}
        if not official & {_md5(content), _md5(path.read_bytes())}:
            raise _damaged(path, f"does not have an official checksum (its MD5 is {_md5(content)})")
        shape = np.frombuffer(content, ">u4", ndim, offset=4)
        return np.frombuffer(content, np.uint8, offset=4 * (1 + ndim)).reshape(shape)

    def _find(self, filename: str) -> Path | None:
        """Return where a file lies, if it does; with `.gz` first, which alone has a checksum in every collection."""
        return next((path for path in self._candidates(filename) if path.is_file()), None)

    def _candidates(self, filename: str) -> tuple[Path, Path]:
        return self._folder / f"{filename}.gz", self._folder / filename

    def _download(self, filename: str) -> Path:
        """Download a file from the first mirror that delivers it, as a whole or not at all."""
        for path in self._candidates(filename.removesuffix(".gz")):
            if os.path.lexists(path):
                raise _damaged(path, "is not a file, but a folder, a pipe or a link that leads to none")
        root = self._folder.parents[1]
        if not root.parent.is_dir():
            raise DatasetError(f"raw_data={root} does not exist; make the folder, or name another")
        try:
            with replacing(self._folder / filename) as temporary:
                self._fetch(filename, temporary)
        except DatasetError as error:
            plain = filename.removesuffix(".gz")
            raise DatasetError(
                f"{self._name} lacks {plain} (looked for it in {self._folder}, plain and with .gz), and it cannot be "
                f"downloaded: {error}, or put the file there, or point at a folder that has {self._name}/raw/{plain} "
                "with --params raw_data=PATH"
            ) from error
        return self._folder / filename

    def _fetch(self, filename: str, path: Path) -> None:
        from torchvision.datasets.utils import download_url

        failures = []
        for mirror in self._published().mirrors:
            url = f"{mirror}{filename}"
            logger.info("Downloading %s", url)
            try:
                return download_url(url, path.parent, path.name, dict(self._published().resources)[filename])
            except (URLError, ConnectionError, TimeoutError, HTTPException, RuntimeError) as error:
                failures.append(f"{url}: {error}")
        raise DatasetError(f"no mirror delivered it ({', '.join(failures)}); connect to the network")


def _content(path: Path, ndim: int) -> bytes:
    """Return what a file of `ndim` axes holds; no more is read than it announces, which is no more than `LARGEST`."""
    with idx_file.opened(path, WAY_OUT) as stream:
        if path.stat().st_size > LARGEST:
            raise _damaged(path, f"has {path.stat().st_size:,} bytes, more than the {LARGEST:,} that are read")
        head = stream.read(4 * (1 + ndim))
        announced = 4 * (1 + ndim) + math.prod(idx_file.shape_of(path, head, ndim, WAY_OUT))
        if announced > LARGEST:
            raise _damaged(path, f"announces {announced:,} bytes, more than the {LARGEST:,} that are read")
        content = head + stream.read(announced - len(head) + 1)
    if len(content) != announced:
        found = f"holds {len(content)}" if len(content) < announced else "holds more"
        raise _damaged(path, f"is truncated or too long: it announces {announced} bytes and {found}")
    return content


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _damaged(path: Path, what: str) -> DatasetError:
    return idx_file.damaged(path, what, WAY_OUT)
