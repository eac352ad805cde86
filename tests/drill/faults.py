"""Faults: what can befall a run, at a moment that is counted in saves or in calls to the tracking store."""

import errno
import fcntl
import os
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAVES, CALLS, TIME = "save", "tracking", "random"
REFUSALS = {"full disk": errno.ENOSPC, "read-only": errno.EACCES}


@dataclass(frozen=True)
class Fault:
    """What befalls a run, and when.

    Attributes:
        kind: `kill` (everything), `worker` (the one process), `full disk` or `read-only`.
        what: What is counted: saves, calls to the tracking store, or seconds.
        when: At which of them.
        after: Whether once it has been done, not before.
    """

    kind: str
    what: str
    when: float
    after: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {'after' if self.after else 'at'} {self.what} {self.when:g}"

    def strike(self) -> None:
        """Let it happen."""
        if self.kind in REFUSALS:
            raise OSError(REFUSALS[self.kind], os.strerror(REFUSALS[self.kind]))
        if self.kind == "kill":
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


class Counter:
    """Counts events of all processes of a run, by the bytes of a file; what happened is written, one line each."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.file.touch()

    def next(self, event: str) -> int:
        """Count one event."""
        with self.file.open("a+") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            opened.seek(0)
            before = sum(1 for _ in opened)
            opened.write(f"{event}\n")
        return before + 1

    def events(self) -> list[str]:
        """Return the events so far."""
        return self.file.read_text().splitlines()


def arm(fault: Fault | None, log: Path) -> None:
    """Let a fault befall this process or those that it forks; count the events in any case.

    Args:
        fault: The fault; none: events are only counted.
        log: A folder for the counts.
    """
    saves, calls = Counter(log / SAVES), Counter(log / CALLS)
    if fault is not None and fault.what == TIME:
        timer = threading.Timer(fault.when, fault.strike)
        timer.daemon = True
        timer.start()
    os.replace = _counted(os.replace, saves, fault if fault and fault.what == SAVES else None, _saved)
    from mlflow import MlflowClient

    struck = fault if fault and fault.what == CALLS else None
    for name, method in vars(MlflowClient).items():
        if callable(method) and not name.startswith("_"):
            setattr(MlflowClient, name, _counted(method, calls, struck, lambda *_, name=name: name))


def _saved(_: Any, path: Any) -> str:
    return Path(path).name


def _counted(
    function: Callable[..., Any], counter: Counter, fault: Fault | None, name: Callable[..., str]
) -> Callable[..., Any]:
    def counted(*arguments: Any, **options: Any) -> Any:
        number = counter.next(name(*arguments[:2]))
        strikes = fault is not None and number == fault.when
        if strikes and not fault.after:
            fault.strike()
        found = function(*arguments, **options)
        if strikes and fault.after:
            fault.strike()
        return found

    return counted


def placed(events: int, what: str, count: int, rng: random.Random, kinds: list[str]) -> list[Fault]:
    """Return faults at so many of the events, each of them once before any twice, before and after in turn."""
    moments = [(number, after) for after in (False, True) for number in range(1, events + 1)]
    rng.shuffle(moments)
    chosen = [moments[place % len(moments)] for place in range(count)]
    return [Fault(kinds[place % len(kinds)], what, *moment) for place, moment in enumerate(chosen)]
