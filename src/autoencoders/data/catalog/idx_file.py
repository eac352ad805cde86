"""One file in the IDX format, plain or gzipped."""

import gzip
import hashlib
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from kedro.io import DatasetError


@dataclass(frozen=True)
class IDXFile:
    """An array of bytes with a header: magic number, then the shape (Y. LeCun's MNIST page, 1998).

    Attributes:
        path: Where the file lies.
        content: What it holds, uncompressed.
    """

    path: Path
    content: bytes

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file, uncompressing one that ends in `.gz`.

        Raises:
            DatasetError: If the gzip file is truncated or damaged.
        """
        if path.suffix != ".gz":
            return cls(path, path.read_bytes())
        try:
            with gzip.open(path) as file:
                return cls(path, file.read())
        except EOFError as error:
            raise damaged(path, "is truncated: it ends in the middle of its gzip stream") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise damaged(path, f"is not a valid gzip file ({error})") from error

    def array(self, ndim: int) -> np.ndarray:
        """Return the uint8 array of `ndim` dimensions that the file holds, read-only.

        Raises:
            DatasetError: If the magic number is wrong or the length is not what the header announces.
        """
        magic = int.from_bytes(self.content[:4], "big")
        if len(self.content) >= 4 and magic != 0x0800 + ndim:
            raise damaged(self.path, f"begins with magic number {magic} instead of {0x0800 + ndim}")
        header = 4 * (1 + ndim)
        if len(self.content) < header:
            raise damaged(self.path, f"is truncated: {len(self.content)} bytes are less than its header")
        shape = np.frombuffer(self.content, ">u4", count=ndim, offset=4).tolist()
        self._check_length(header + math.prod(shape))
        return np.frombuffer(self.content, np.uint8, offset=header).reshape(shape)

    def _check_length(self, announced: int) -> None:
        held = len(self.content)
        if held < announced:
            raise damaged(self.path, f"is truncated: it holds {held} of the {announced} bytes it announces")
        if held > announced:
            raise damaged(self.path, f"is too long: it holds {held} bytes and announces {announced}")

    @property
    def md5(self) -> str:
        """MD5 of the uncompressed content, in hexadecimal."""
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()


def damaged(path: Path, what: str) -> DatasetError:
    """Return an error in one sentence: the file, what is wrong with it, the way out."""
    return DatasetError(f"{path} {what}; delete it to download it again, or replace it by a whole copy")
