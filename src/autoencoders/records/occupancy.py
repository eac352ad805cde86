"""Occupancy: which runs use the project's data, so that two of them never write the same file at once."""

import json
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from autoencoders.data.catalog.replacement import replacing, told
from autoencoders.records.process import is_alive, this_process

logger = logging.getLogger(__name__)

FOLDER = ".running"
PAUSE = 0.5  # seconds between two looks at whether another run has ended


@dataclass(frozen=True)
class Occupancy:
    """What one `kedro run` reads and writes.

    Attributes:
        process: The process that runs it.
        command: Its command.
        since: The time of day at which it began.
        reads: Files and folders that it reads and does not write.
        writes: Files and folders that it writes.
    """

    process: str
    command: str
    since: str
    reads: list[str]
    writes: list[str]

    @classmethod
    def of_this_process(cls, reads: set[str], writes: set[str]) -> "Occupancy":
        """Return what this process is about to read and write."""
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
        return cls(this_process(), command, datetime.now().strftime("%H:%M"), sorted(reads), sorted(writes))

    def is_in_the_way_of(self, other: "Occupancy") -> bool:
        """Tell whether one of two writes what the other reads or writes."""
        written, others = set(self.writes), set(other.writes)
        return not (written.isdisjoint([*other.writes, *other.reads]) and others.isdisjoint(self.reads))


def occupy(data: Path, reads: set[str], writes: set[str]) -> Path:
    """Note what this process works on, once no other run is in the way, and return the file that holds it.

    Args:
        data: The project's folder of data.
        reads: Files and folders that are read and not written.
        writes: Files and folders that are written.

    Raises:
        DatasetError: The system refuses to write.
    """
    own = Occupancy.of_this_process(reads, writes)
    awaited = None
    while (first := enter(data, own)) is not None:
        if first != awaited:
            logger.warning(
                "Another run works on the same files: %s (process %s, since %s). Waiting until it has ended; "
                "press Ctrl-C to stop. Should it have ended already, on another machine, delete %s.",
                *(first.command, first.process.split()[1], first.since, file_of(data, first)),
            )
            awaited = first
        time.sleep(PAUSE)
    return file_of(data, own)


def enter(data: Path, own: Occupancy) -> Occupancy | None:
    """Note what a run works on, unless another is in the way, which is returned."""
    file = file_of(data, own)
    with told(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.parent / "lock"):
            first = next((one for one in living(data) if one.is_in_the_way_of(own)), None)
            if first is None:
                with replacing(file) as temporary:
                    temporary.write_text(json.dumps(asdict(own)), encoding="utf-8")
    return first


def living(data: Path) -> Iterator[Occupancy]:
    """Yield what other processes work on; what those that have ended left is removed."""
    for file in sorted((data / FOLDER).glob("*.json")):
        try:
            found = Occupancy(**json.loads(file.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            found = None
        if found is None or not is_alive(found.process):
            file.unlink()
        elif found.process != this_process():
            yield found


def file_of(data: Path, one: Occupancy) -> Path:
    """Return the file that says what a run works on."""
    return data / FOLDER / f"{one.process.replace(' ', '-')}.json"
