"""A tree: the files below a folder, whatever links there are."""

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autoencoders.data.folders import FolderError
from autoencoders.data.folders.picture import SUFFIXES
from autoencoders.data.words import counted, listed

NAMED = 10  # folders and links that a message names, at most


@dataclass(frozen=True)
class Tree:
    """The files below a folder, in the order of their names; links are followed, each folder and image is taken once.

    Attributes:
        images: Those that have the ending of a picture and are not hidden.
        others: The other files that are not hidden.
        hidden: Those that are.
        repeated: Links to folders and images that are there without them, or by an earlier link.
        closed: Folders that cannot be opened.
    """

    images: list[PurePosixPath]
    others: list[PurePosixPath]
    hidden: list[PurePosixPath]
    repeated: list[PurePosixPath]
    closed: list[PurePosixPath]

    @classmethod
    def of(cls, root: Path) -> "Tree":
        """Find the files below a folder.

        Raises:
            FolderError: It cannot be opened.
        """
        files, again, closed = (sorted(found) for found in _walked(root))
        if PurePosixPath() in closed:
            raise FolderError(f"{root} cannot be opened; name a folder that you may read")
        shown = [file for file in files if not _is_hidden(file)]
        images, links = _once(root, [file for file in shown if file.suffix.lower() in SUFFIXES])
        return cls(
            images,
            others=[file for file in shown if file.suffix.lower() not in SUFFIXES],
            hidden=[file for file in files if _is_hidden(file)],
            repeated=[one for one in again if not _is_hidden(one)] + links,
            closed=[one for one in closed if not _is_hidden(one)],
        )

    @property
    def losses(self) -> Iterator[str]:
        """Which folders and links are left out, a sentence each."""
        if self.closed:
            yield f"{counted(len(self.closed), 'folder')} left out that cannot be opened: {_named(self.closed)}."
        if self.repeated:
            links = counted(len(self.repeated), "link")
            yield f"{links} left out that would lead in a circle or to what is there already: {_named(self.repeated)}."


def _walked(root: Path) -> tuple[list[PurePosixPath], list[PurePosixPath], list[PurePosixPath]]:
    """Return files, links to folders entered before, and folders that cannot be opened, as paths below a root.

    Folders that are links come after all others, which are what they are by their own names, and hidden ones after
    these, which may lead there. Folders above the root count as entered: a link to one of them would lead back.
    """
    files, repeated, closed = [], [], []
    entered = set(map(str, Path(os.path.realpath(root)).parents))
    waiting, hidden = deque([str(root)]), deque()
    while waiting or hidden:
        top = (waiting or hidden).popleft()
        for folder, folders, names in os.walk(top, onerror=lambda error: closed.append(error.filename)):
            real = os.path.realpath(folder)
            if real in entered:
                folders.clear()
                repeated.append(folder)
                continue
            entered.add(real)
            hidden.extend(os.path.join(folder, name) for name in folders if _is_hidden(PurePosixPath(name)))
            folders[:] = [name for name in folders if not _is_hidden(PurePosixPath(name))]
            links = [path for name in folders if os.path.islink(path := os.path.join(folder, name))]
            waiting.extend(sorted(links))
            files.extend(os.path.join(folder, name) for name in names)
    return tuple([_below(root, path) for path in paths] for paths in (files, repeated, closed))


def _below(root: Path, path: str) -> PurePosixPath:
    return PurePosixPath(Path(path).relative_to(root).as_posix())


def _once(root: Path, files: list[PurePosixPath]) -> tuple[list[PurePosixPath], list[PurePosixPath]]:
    """Return files, and links to one of them or to where an earlier link leads."""
    links = {file: os.path.realpath(root / file) for file in files if os.path.islink(root / file)}
    if not links:
        return files, []
    folders = {folder: os.path.realpath(root / folder) for folder in {file.parent for file in files}}
    known = {os.path.join(folders[file.parent], file.name) for file in files if file not in links}
    repeated = {}
    for file, real in links.items():
        if real in known:
            repeated[file] = real
        known.add(real)
    return [file for file in files if file not in repeated], list(repeated)


def _named(files: list[PurePosixPath]) -> str:
    return listed(list(map(str, files)), NAMED)


def _is_hidden(file: PurePosixPath) -> bool:
    """Tell whether a file is hidden, or lies in a folder that is."""
    return any(part.startswith(".") or part == "__MACOSX" for part in file.parts)
