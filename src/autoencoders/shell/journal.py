"""The journal of one run: a file that all of its processes add entries to, and read."""

import json
import os
from pathlib import Path
from threading import Lock
from typing import Any, Self

from autoencoders.data.temporary import temporary_beside

VARIABLE = "AUTOENCODERS_JOURNAL"  # of the environment, which every worker process gets, however it is started


class Journal:
    """Entries in the order in which they were added, by whichever process.

    Args:
        file: Where they are kept.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._entries: dict[str, list[list[Any]]] = {}  # by kind
        self._read = 0  # bytes
        self._lock = Lock()  # of the threads of this process, which read with one another

    @classmethod
    def begin(cls, folder: Path) -> Self:
        """Begin the journal of this process and of those that it starts; if it is killed, the file will be swept."""
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(temporary_beside(folder / "journal"))
        made.file.touch()
        os.environ[VARIABLE] = str(made.file)
        return made

    @classmethod
    def of_this_run(cls) -> Self | None:
        """Return the journal of the run that this process belongs to, if there is one."""
        file = os.environ.get(VARIABLE)
        return cls(Path(file)) if file else None

    def add(self, *entry: Any) -> None:
        """Add an entry, in one write, which no other process's can come between."""
        with self.file.open("ab", buffering=0) as opened:
            opened.write(json.dumps(entry).encode() + b"\n")

    def entries(self, kind: str, after: int = 0) -> list[list[Any]]:
        """Return what follows the kind in all entries of one kind so far; of the file, only what is new is read.

        Args:
            kind: Kind of the entries.
            after: How many of them to leave out, the first ones.
        """
        with self._lock, self.file.open("rb") as opened:
            opened.seek(self._read)
            *lines, rest = opened.read().split(b"\n")
            self._read = opened.tell() - len(rest)
            for first, *entry in map(json.loads, lines):
                self._entries.setdefault(first, []).append(entry)
            return self._entries.get(kind, [])[after:]

    def end(self) -> None:
        """Remove the file."""
        os.environ.pop(VARIABLE, None)
        self.file.unlink(missing_ok=True)
