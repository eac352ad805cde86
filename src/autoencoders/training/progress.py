"""Bars with the time left, on a terminal; elsewhere, and in worker processes, whose bars would overlap, nothing."""

import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

place: ContextVar[str] = ContextVar("place", default="")  # whose work a bar shows, where there are several at a time


def is_shown() -> bool:
    """Tell whether there is a terminal that this process may draw on."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and multiprocessing.parent_process() is None


def bar(items: Iterable[Item], total: int, label: str, unit: str) -> Iterator[Item]:
    """Yield items, and show how many are done and how long the others will take.

    Args:
        items: Items to work through.
        total: Number of items.
        label: Name of the work.
        unit: Name of one item.
    """
    label = f"{place.get()} {label}".strip()
    return iter(tqdm(items, label, total, unit=unit, leave=False, disable=not is_shown()))
