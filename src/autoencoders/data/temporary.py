"""Temporary files, whose names tell which process made them, so that those of killed ones can be swept."""

import os
import re
import shutil
import socket
import sys
from contextlib import suppress
from itertools import chain
from pathlib import Path
from uuid import uuid4
from zlib import crc32

TEMPORARY = re.compile(r"\..+\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.tmp(-\w+)?")  # machine, process; SQLite's `-journal`


def temporary_beside(path: Path) -> Path:
    """Return a hidden path beside another that no file has, for a file or folder that is to take its place."""
    return path.with_name(f".{path.name}.{_machine()}-{os.getpid()}-{uuid4().hex[:8]}.tmp")


def sweep(folder: Path, deep: bool = True) -> int:
    """Remove what processes of this machine that have ended left, and return how many files and folders that was.

    Args:
        folder: The folder to look in.
        deep: Whether to look in the folders below it, too.
    """
    found = []
    for above, *names in os.walk(folder):
        found += [Path(above, name) for name in chain(*names) if _is_abandoned(name)]
        if not deep:
            break
    for path in found:
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return len(found)


def _is_abandoned(name: str) -> bool:
    made = TEMPORARY.fullmatch(name)
    return made is not None and made[1] == _machine() and _has_ended(int(made[2]))


def _has_ended(process: int) -> bool:
    """Tell whether no process has a number, or one that has been killed and only waits for its parent to notice."""
    if sys.platform == "win32":  # where nobody knows
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's
        return False
    with suppress(OSError):  # there are other systems than Linux
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False


def _machine() -> str:
    return f"{crc32(socket.gethostname().encode()):08x}"
