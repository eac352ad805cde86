"""A stack: arrays in a file without a name, for all that is too large for memory; and how mapped arrays are walked."""

import mmap
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from math import prod
from typing import Self

import numpy as np

PIECE = 2**22  # bytes that are looked at together


class Stack:
    """Arrays of one shape, one above the other, on the disk of the working folder; the file goes with the last of them.

    Memory would not do, and the folder for temporary files is memory on some machines.

    Args:
        shape: Of each array.
        dtype: Of its values.
    """

    def __init__(self, shape: tuple[int, ...], dtype: type) -> None:
        self.shape, self.dtype, self.count = shape, np.dtype(dtype), 0
        self._file = tempfile.TemporaryFile(dir=".")
        weakref.finalize(self, self._file.close)  # what is mapped stays

    def __len__(self) -> int:
        return self.count

    @classmethod
    def of(cls, arrays: Iterable[np.ndarray], shape: tuple[int, ...], dtype: type) -> Self:
        """Put arrays onto a new stack, one after the other."""
        stack = cls(shape, dtype)
        for array in arrays:
            stack.append(array)
        return stack

    def append(self, array: np.ndarray) -> None:
        """Put an array on top, which is repeated along axes of length 1 where the shape is larger.

        Raises:
            OSError: The disk is full.
        """
        self.extend(np.broadcast_to(array, self.shape)[np.newaxis])

    def extend(self, arrays: np.ndarray) -> None:
        """Put several arrays (n, ...) on top.

        Raises:
            OSError: The disk is full.
        """
        self._file.write(np.ascontiguousarray(arrays, self.dtype))
        self.count += len(arrays)

    def mapped(self) -> np.ndarray:
        """Return all arrays as one (count, ...), memory-mapped, read-only.

        Raises:
            OSError: The disk is full.
        """
        shape = (self.count, *self.shape)
        if not prod(shape):
            return np.empty(shape, self.dtype)
        self._file.flush()
        return np.memmap(self._file, self.dtype, mode="r", shape=shape)


def pieces(array: np.ndarray) -> Iterator[np.ndarray]:
    """Yield an array in consecutive parts of some megabytes; of a mapped one, no more than that is in memory."""
    step = max(1, PIECE // max(1, array[:1].nbytes))
    for first in range(0, len(array), step):
        yield array[first : first + step]
        forget(array)


def forget(array: np.ndarray) -> None:
    """Let go of what has been read of a mapped array, which is read again where it is asked for; leave others alone."""
    mapped = getattr(array, "_mmap", None)
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED") and not array.flags.writeable:
        mapped.madvise(mmap.MADV_DONTNEED)
