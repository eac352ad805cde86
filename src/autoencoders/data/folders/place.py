"""The place of a folder of images among the results, and the names of its files there."""

import hashlib
import re
from pathlib import Path

from autoencoders.data.words import printable

LONGEST = 200  # bytes of a file's name, to which endings are added; file systems take 255


def place_of(folder: str) -> str:
    """Return a name for what is made of a folder: its own, and eight letters of where it is."""
    whole = Path(folder).resolve()
    name = re.sub(r"[^\w-]+", "_", whole.name) or "images"
    return f"{name}-{hashlib.sha256(str(whole).encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def name_of(file: str) -> str:
    """Return a name for what is made of a file: its path, with escapes for what is not printable, and not too long."""
    return "/".join(map(_short, printable(file).split("/")))


def _short(name: str) -> str:
    """Return a name as it is or, where it is too long, its beginning and eight letters of the whole."""
    content = name.encode()
    if len(content) <= LONGEST:
        return name
    return f"{content[: LONGEST - 9].decode(errors='ignore')}-{hashlib.sha256(content).hexdigest()[:8]}"
