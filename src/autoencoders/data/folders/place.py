"""The place of a folder of images among the results."""

import hashlib
import re
from pathlib import Path


def place_of(folder: str) -> str:
    """Return a name for what is made of a folder: its own, and eight letters of where it is."""
    whole = Path(folder).resolve()
    name = re.sub(r"[^\w-]+", "_", whole.name) or "images"
    return f"{name}-{hashlib.sha256(str(whole).encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"
