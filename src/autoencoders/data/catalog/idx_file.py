"""An IDX file: a magic number, the shape, then the values (Y. LeCun, 1998)."""

import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
from kedro.io import DatasetError

from autoencoders.data.stack import PIECE

PREFIXES = {"train": "train", "test": "t10k"}  # part -> beginning of its file names, in the order of loading
IMAGES, LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"  # ends of the file names


@dataclass(frozen=True)
class IDXFile:
    """A file of bytes in some axes, plain or gzipped, of which little is in memory.

    Attributes:
        path: Where it lies.
        shape: Of the array.
        way_out: What to do where it is damaged, after a semicolon.
    """

    path: Path
    shape: tuple[int, ...]
    way_out: str

    @classmethod
    def of(cls, plain: Path, ndim: int, way_out: str = "replace it by a whole copy") -> Self:
        """Return a file, whose name without `.gz` is given, with the shape that it announces.

        Raises:
            DatasetError: It is missing, or no IDX file of `ndim` axes.
        """
        path = cls.find(plain)
        if path is None:
            raise DatasetError(f"{plain} is missing, plain and with .gz; put the file there, or name another folder")
        with opened(path, way_out) as stream:
            head = stream.read(4 * (1 + ndim))
        shape = shape_of(path, head, ndim, way_out)
        if len(head) < 4 * (1 + ndim):
            raise damaged(path, "ends within its head", way_out)
        return cls(path, shape, way_out)

    @staticmethod
    def find(plain: Path) -> Path | None:
        """Return where a file lies, if it does; with `.gz` first."""
        return next((path for path in (plain.with_name(f"{plain.name}.gz"), plain) if path.is_file()), None)

    def read(self) -> Iterator[np.ndarray]:
        """Yield the array, a few megabytes at a time, along its first axis.

        Raises:
            DatasetError: It is truncated, too long or no whole gzip file.
        """
        one = math.prod(self.shape[1:])
        step = max(1, PIECE // max(1, one))
        with opened(self.path, self.way_out) as stream:
            stream.read(4 * (1 + len(self.shape)))
            for first in range(0, self.shape[0], step):
                count = min(step, self.shape[0] - first)
                content = stream.read(count * one)
                if len(content) < count * one:
                    raise damaged(self.path, f"is truncated: it announces the shape {self.shape}", self.way_out)
                yield np.frombuffer(content, np.uint8).reshape(count, *self.shape[1:])
            if stream.read(1):  # which makes a gzip file check its checksum
                raise damaged(self.path, f"is too long: it announces the shape {self.shape}", self.way_out)


def shape_of(path: Path, head: bytes, ndim: int, way_out: str) -> tuple[int, ...]:
    """Return the shape that the head of a file announces, its first 4 (1 + ndim) bytes.

    Raises:
        DatasetError: It does not begin as an IDX file of bytes in `ndim` axes.
    """
    magic, *shape = np.frombuffer(head.ljust(4 * (1 + ndim), b"\0"), ">u4").tolist()
    if magic != 0x0800 + ndim:
        raise damaged(path, f"begins with magic number {magic} instead of {0x0800 + ndim}", way_out)
    return tuple(shape)


def damaged(path: Path, what: str, way_out: str) -> DatasetError:
    """Return the error that says what is wrong with a file."""
    return DatasetError(f"{path} {what}; {way_out}")


@contextmanager
def opened(path: Path, way_out: str) -> Iterator[BinaryIO]:
    """Open a file that is unpacked as it is read.

    Raises:
        DatasetError: It cannot be read, now or in the block.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            yield stream
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise damaged(path, f"is not a whole gzip file ({error})", way_out) from error
    except OSError as error:
        raise damaged(path, f"cannot be read ({error.strerror})", way_out) from error
