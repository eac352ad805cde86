"""The replacement of a file: as a whole, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EDQUOT, EFBIG, ENOSPC, EPERM, EROFS
from pathlib import Path

from kedro.io import DatasetError

from autoencoders.data.temporary import temporary_beside


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lend a temporary file beside `path` that takes its place when the block ends well.

    After an error, an interruption or a kill, `path` is what it was before. The temporary file is hidden and its name
    is unique, so one left by a kill is never taken for the file itself; `temporary.sweep` removes it.

    Args:
        path: The file to replace. Its parent folders are made.

    Raises:
        DatasetError: If the system refuses to write (read-only folder, full disk).
    """
    temporary = temporary_beside(path)
    try:
        with told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.touch(exist_ok=False)  # a folder that refuses is found out before the work, not after
            yield temporary
            os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say why a file cannot be written, and what to do, where the system refuses in the block.

    Raises:
        DatasetError: The system refuses to write (read-only folder, full disk).
    """
    try:
        yield
    except OSError as error:
        raise DatasetError(_refusal(path, error)) from error


def _refusal(path: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    if error.errno in (EACCES, EPERM, EROFS):
        cause = f"the folder is read-only ({reason})"
        way_out = "choose a writable project folder or change its permissions"
    elif error.errno in (ENOSPC, EDQUOT, EFBIG):
        cause = f"the disk is full ({reason})"
        way_out = "free some space and run again"
    else:
        cause = reason
        way_out = "remove what stands in the way or choose another project folder"
    return f"Cannot write {path}: {cause}; {way_out}"
