"""A stream of pictures: those of a folder, however many, a few at a time."""

import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from autoencoders.data.folders import FolderError
from autoencoders.data.folders.picture import UnreadableError
from autoencoders.data.folders.place import name_of
from autoencoders.data.folders.tree import Tree
from autoencoders.data.words import counted

AHEAD = 2  # items for each thread that are begun before they are needed

Item, Result = TypeVar("Item"), TypeVar("Result")


class Batch(NamedTuple):
    """A few pictures.

    Attributes:
        files: Their names.
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
        files: Their names among the results, which are their paths below it, unless `paths` tells another.
        paths: Path below the root by name, of those that differ.
        losses: What else is there and left out, a sentence each.
    """

    root: Path
    files: list[str]
    paths: dict[str, str]
    losses: list[str]

    @classmethod
    def of(cls, root: Path) -> "Pictures":
        """Find the pictures in a folder.

        Raises:
            FolderError: It is missing, cannot be opened or holds none.
        """
        if root.is_file():
            raise FolderError(f"{root} is a file; name the folder that it lies in")
        if not root.exists():
            raise FolderError(f"there is no folder {root}: name another, or put images into it")
        tree = Tree.of(root)
        if not tree.images:
            raise FolderError(f"there are no images in {root}; put some there or name another folder")
        losses = [f"{counted(len(tree.others), 'file')} without the name of an image left out."] if tree.others else []
        losses += tree.losses
        names = {name_of(path): path for path in map(str, tree.images)}
        return cls(root, list(names), {name: path for name, path in names.items() if name != path}, losses)

    def path(self, file: str) -> Path:
        """Return where a file lies."""
        return self.root / self.paths.get(file, file)

    def stamp(self, file: str) -> str:
        """Return what changes when a file does: its size in bytes and when it was written, in nanoseconds, or `-`."""
        return stamp(self.path(file))

    def chunks(self, size: int, done: Collection[str] = ()) -> Iterator[list[str]]:
        """Yield the files in order, so many at a time, but for those that are done."""
        known = set(done)
        left = iter([file for file in self.files if file not in known])
        while chunk := list(islice(left, size)):
            yield chunk

    def decoded(self, files: Sequence[str], read: Callable[[Path], np.ndarray]) -> Batch:
        """Decode some files.

        Args:
            files: Their names.
            read: Decodes a file; raises `UnreadableError` where it cannot.
        """
        found = Batch([], [], {})
        for file in files:
            try:
                image = read(self.path(file))
            except UnreadableError as error:
                found.unreadable[file] = str(error)
            else:
                found.files.append(file)
                found.images.append(image)
        return found


def stamp(file: Path) -> str:
    """Return what changes when a file does: its size in bytes and when it was written, in nanoseconds, or `-`."""
    try:
        known = file.stat()
    except OSError:  # it has gone since, or is not to be read
        return "-"
    return f"{known.st_size}-{known.st_mtime_ns}"


def stamps(root: Path) -> str:
    """Return the names and stamps of the files below a folder that are not hidden, as a checksum; empty without one."""
    try:
        tree = Tree.of(root)
    except FolderError:
        return ""
    listed = "\n".join(f"{file} {stamp(root / file)}" for file in [*tree.images, *tree.others])
    return hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()


def in_order(function: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """Yield what a function returns for each item, in order; threads work ahead, on a few items each."""
    left = iter(items)
    with ThreadPoolExecutor(workers) as pool:
        waiting = deque(pool.submit(function, item) for item in islice(left, AHEAD * workers))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(function, item) for item in islice(left, 1))
