"""A stream of pictures: those of a folder, however many, a few at a time."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autoencoders.data.folders import FolderError
from autoencoders.data.folders.layout import files_below, is_hidden
from autoencoders.data.folders.picture import SUFFIXES, UnreadableError

WORKERS = 2  # threads that decode pictures while others are looked at
AHEAD = 2  # batches that are decoded before they are needed


class Batch(NamedTuple):
    """A few pictures.

    Attributes:
        files: Their paths below the root.
        images: Their pixels, uint8 (C, H, W).
        unreadable: Files of the batch that cannot be read -> why.
    """

    files: list[str]
    images: list[np.ndarray]
    unreadable: dict[str, str]


@dataclass(frozen=True)
class Pictures:
    """The pictures of a folder and of the folders in it.

    Attributes:
        root: The folder.
        files: Their paths below it, with slashes, in the order of their names.
        others: How many files are no pictures by their names.
    """

    root: Path
    files: list[str]
    others: int

    @classmethod
    def of(cls, root: Path) -> "Pictures":
        """Find the pictures in a folder.

        Raises:
            FolderError: It is missing or holds none.
        """
        if root.is_file():
            raise FolderError(f"{root} is a file; name the folder that it lies in")
        if not root.exists():
            raise FolderError(f"there is no folder {root}: name another, or put images into it")
        shown = sorted(file for file in files_below(root) if not is_hidden(file))
        files = [str(file) for file in shown if file.suffix.lower() in SUFFIXES]
        if not files:
            raise FolderError(f"there are no images in {root}; put some there or name another folder")
        return cls(root, files, len(shown) - len(files))

    def stamp(self, file: str) -> str:
        """Return what changes when a file does: its size in bytes and when it was written, in nanoseconds."""
        try:
            known = (self.root / file).stat()
        except OSError:  # it has gone since, or is not to be read
            return ""
        return f"{known.st_size}-{known.st_mtime_ns}"

    def batches(self, read: Callable[[Path], np.ndarray], size: int, done: Collection[str] = ()) -> Iterator[Batch]:
        """Yield the pictures in order; memory holds a few batches.

        Args:
            read: Decodes a file; raises `UnreadableError` where it cannot.
            size: Files in a batch.
            done: Files that are left out.
        """
        known = set(done)
        left = iter([file for file in self.files if file not in known])
        with ThreadPoolExecutor(WORKERS) as pool:
            waiting: list[tuple[list[str], list[Future]]] = []
            while True:
                while len(waiting) <= AHEAD and (files := list(islice(left, size))):
                    waiting.append((files, [pool.submit(read, self.root / file) for file in files]))
                if not waiting:
                    return
                yield _batch(*waiting.pop(0))


def _batch(files: list[str], decoded: list[Future]) -> Batch:
    found = Batch([], [], {})
    for file, future in zip(files, decoded, strict=True):
        try:
            image = future.result()
        except UnreadableError as error:
            found.unreadable[file] = str(error)
        else:
            found.files.append(file)
            found.images.append(image)
    return found
