"""Processor time: what work costs, however many other processes wait for the same cores."""

from collections.abc import Callable
from threading import current_thread, main_thread
from time import process_time, thread_time
from typing import Any, TypeVar

Made = TypeVar("Made")


def cpu_seconds() -> float:
    """Return a reading, in seconds, whose differences are the processor time of the work in between.

    In the main thread that is the time of the whole process, and so of all threads that libraries compute with; a node
    has it for itself there. Beside other nodes (ThreadRunner) it is the time of the node's own thread. On a GPU it is
    the time of the processor that feeds it.
    """
    return process_time() if current_thread() is main_thread() else thread_time()


def timed(work: Callable[..., Made], *arguments: Any) -> tuple[Made, float]:
    """Call a function with arguments; return what it returns, and the processor time in seconds."""
    start = cpu_seconds()
    made = work(*arguments)
    return made, cpu_seconds() - start
