"""Processes: which one started a run, whether it is still alive, and that no worker outlives its parent."""

import ctypes
import os
import signal
import socket
import sys
from functools import cache, partial
from pathlib import Path

PR_SET_PDEATHSIG = 1  # of Linux: the signal that a process gets when its parent ends


def this_process() -> str:
    """Return a name for this process that no other has, not even a later one with the same number."""
    return f"{socket.gethostname()} {os.getpid()} {_start_of(os.getpid())}"


def is_alive(process: str) -> bool:
    """Tell whether the process named by a `process` tag is alive; one on another machine counts as alive."""
    host, _, rest = process.partition(" ")
    number, _, start = rest.partition(" ")
    if host != socket.gethostname() or sys.platform == "win32":
        return True
    if start:
        return _start_of(int(number)) == start
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@cache
def end_children_with_this() -> None:
    """Let the processes that this one forks from now on be killed when it ends, however it ends: on Linux alone."""
    if sys.platform == "linux":
        os.register_at_fork(after_in_child=partial(ctypes.CDLL(None).prctl, PR_SET_PDEATHSIG, signal.SIGKILL))


def _start_of(process: int) -> str:
    """Return when a process started, in ticks of Linux; "" if it has ended (a zombie has) or on other systems."""
    try:
        state, *fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state == "Z" else fields[18]
