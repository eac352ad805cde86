"""Ctrl-C and SIGTERM, which end a run at once and leave nothing half done."""

import atexit
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn

import click

logger = logging.getLogger(__name__)

RESUME = "Results so far are kept: run the same command with --only-missing-outputs to go on from them."
INTERRUPTED = f"Interrupted. {RESUME}"


class Signals:
    """Handlers of Ctrl-C and SIGTERM that close the runs of MLflow and end the `kedro run`, until released.

    Under SequentialRunner an exception interrupts the node at work. Other runners would first finish all queued
    work, so at the command line the process ends where it is: saves are atomic, nothing is lost.

    Args:
        close: Function that closes the runs; called once, in this process only.
        by_exception: Whether an exception ends the `kedro run`.
    """

    def __init__(self, close: Callable[[], None], by_exception: bool) -> None:
        self._close = close
        self._by_exception = by_exception or click.get_current_context(silent=True) is None
        self._process = os.getpid()
        self._before: dict[int, Any] = {}
        atexit.register(self._at_exit)
        if threading.current_thread() is threading.main_thread():
            self._before = {
                number: signal.signal(number, self._stop)
                for number in (signal.SIGINT, signal.SIGTERM)
                if signal.getsignal(number) is not signal.SIG_IGN  # `nohup` and `&` asked for that
            }

    def release(self) -> None:
        """Restore the earlier handlers."""
        atexit.unregister(self._at_exit)
        for number, handler in self._before.items():
            with suppress(ValueError):  # not from the main thread
                signal.signal(number, handler)

    def _at_exit(self) -> None:
        if os.getpid() == self._process:
            self._close()

    def _stop(self, number: int, frame: FrameType | None) -> NoReturn:
        if os.getpid() != self._process:  # a forked worker
            os._exit(128 + number)
        if self._by_exception:
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)
        for child in multiprocessing.active_children():
            child.terminate()
        self._close()
        logger.warning(INTERRUPTED)
        logging.shutdown()
        sys.stdout.flush()
        os._exit(128 + number)
