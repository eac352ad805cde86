"""A command under watch: the memory and processor time of all its processes, stage by stage. Linux tells them."""

import ctypes
import os
import platform
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

NODE = re.compile(r"\[\d+/\d+\] ([\w.]+)")  # how a run says which node begins
LOADING, SAVING, ENDED = "Loading data from", "Saving data to", "Pipeline execution completed"  # what Kedro says
EVERY = 0.05  # seconds between two looks
TICK = os.sysconf("SC_CLK_TCK")
KIBIBYTE = 2**10
LIBC = ctypes.CDLL(None)
KCMP, KCMP_VM = {"x86_64": 312, "aarch64": 272}, 1  # the number of a system call that C has no function for
BEFORE, AFTER = "start", "end"  # stages before the first node, and after the last


class Look(NamedTuple):
    """What all processes take at a time.

    Attributes:
        seconds: Since the command began.
        cpu: Processor time so far, in seconds.
        memory: Proportional set size, in bytes: pages shared by several processes count once, mapped files count too.
        own: Of this what no file holds.
        resident: The most that any of the processes has held so far, libraries that others use, too, in full.
    """

    seconds: float
    cpu: float
    memory: int
    own: int
    resident: int = 0


class Stage(NamedTuple):
    """A node of a run, with the loading and saving of its data."""

    node: str
    seconds: float
    cpu: float
    memory: int
    own: int
    resident: int


def watch(command: list[str], folder: Path) -> tuple[list[Stage], str]:
    """Run a command and return its stages in order, and what it printed.

    Raises:
        CalledProcessError: It failed.
    """
    began = time.perf_counter()
    looks, lines = [], []
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=folder, text=True, **pipes) as process:

        def look() -> None:
            while process.poll() is None:
                if found := _look(process.pid, time.perf_counter() - began):
                    looks.append(found)
                time.sleep(EVERY)

        looking = threading.Thread(target=look)
        looking.start()
        for line in process.stdout:
            lines.append((line, time.perf_counter() - began))
        process.wait()
        looking.join()
    text = "".join(line for line, _ in lines)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, text)
    return list(_stages(_marks(lines), looks, time.perf_counter() - began)), text


def _marks(lines: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return each stage and when it began, from lines and when they came; a node begins with what it loads first."""
    marks, loading = [(BEFORE, 0.0)], None
    for line, seconds in lines:
        if LOADING in line and loading is None:
            loading = seconds
        elif SAVING in line:
            loading = None
        elif found := NODE.search(line):
            marks.append((found[1], seconds if loading is None else loading))
        elif ENDED in line:
            marks.append((AFTER, seconds))
    return marks


def _stages(marks: list[tuple[str, float]], looks: list[Look], end: float) -> Iterator[Stage]:
    """Yield what each stage took; of one too short for a look, the look before it counts."""
    for (node, first), (_, last) in zip(marks, [*marks[1:], ("", end)], strict=True):
        before = [one for one in looks if one.seconds <= first][-1:] or looks[:1]
        within = [one for one in looks if first < one.seconds <= last] or before
        cpu = within[-1].cpu - (before[-1].cpu if first else 0)
        yield Stage(node, last - first, cpu, *(max(sizes) for sizes in zip(*(one[2:] for one in within), strict=True)))


def _look(root: int, seconds: float) -> Look | None:
    """Return what a process and its descendants take now, if it has not ended."""
    cpu, memory, own, resident = 0.0, 0, 0, 0
    for process, parent in _family(root):
        is_guest = _share_memory(process, parent)
        try:
            status = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
            highest = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())[1])
            rollup = dict(re.findall(r"(\w+):\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text()))
        except (OSError, TypeError):
            continue  # it has ended
        resident = max(resident, highest * KIBIBYTE)
        cpu += sum(map(int, status[11:15])) / TICK  # its own, and of children that have ended
        if not (is_guest or _share_memory(process, parent)):
            memory += int(rollup.get("Pss", 0)) * KIBIBYTE
            own += int(rollup.get("Pss_Anon", 0)) * KIBIBYTE
    return Look(seconds, cpu, memory, own, resident) if memory else None


def _share_memory(process: int, parent: int) -> bool:
    """Tell whether a process has not begun its own program yet, and is in its parent's memory, where Linux tells it."""
    number = KCMP.get(platform.machine())
    return number is not None and process != parent and LIBC.syscall(number, process, parent, KCMP_VM, 0, 0) == 0


def _family(root: int, parent: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield a process and all that descend from it, each with its parent; the first is its own."""
    yield root, parent or root
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child), root)
