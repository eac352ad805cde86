"""Numbers of many images, from batch after batch.

They are put where they stay as they come. Small arrays in a list would lie between the large ones that come and go,
and cut up what these leave: the memory of a process would grow as if it kept all images.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor


def by_name(parts: Iterable[Mapping[str, np.ndarray]], count: int) -> dict[str, np.ndarray]:
    """Put named arrays (n, ...) of consecutive images together, (count, ...); none where there is no part."""
    found: dict[str, np.ndarray] = {}
    place = 0
    for part in parts:
        for name, values in part.items():
            if name not in found:
                found[name] = np.empty((count, *values.shape[1:]), values.dtype)
            found[name][place : place + len(values)] = values
        place += len(values)
    return found


def joined(parts: Iterable[Tensor], count: int) -> Tensor | None:
    """Put tensors (n, ...) of consecutive images together, (count, ...); None where there is no part."""
    found, place = None, 0
    for part in parts:
        if found is None:
            found = part.new_empty(count, *part.shape[1:])
        found[place : place + len(part)] = part
        place += len(part)
    return found
