"""What a worker of Dask does: it has nodes run in a process beside it, and passes on what that tells.

Each run has a process of its own in each worker, made when its first task comes. So nothing of an earlier run is left
in it (settings, parameters, hooks, records that were read, modules that have changed since), torch and its threads
belong to one task at a time, and a task is ended by ending the process. The price is that of imports, some seconds,
once a run and worker; a process for each task would pay it hundreds of times.

Dask's processes get these functions by value, and need know nothing of the project. They must not import it: a worker
outlives the code that it runs.
"""

import os
import signal
import subprocess
import sys
import threading
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

PAUSE = 0.2  # seconds between two looks at whether a task is still wanted
TAKEN, TOLD, DONE, FAILED = "taken", "told", "done", "failed"  # what is told of a group


class Hand(NamedTuple):
    """A process that runs nodes for one thread of a worker."""

    run: str
    process: subprocess.Popen
    connection: Connection


def work(about: dict[str, Any], group: str, nodes: list[str]) -> list[str]:
    """Have nodes run one after another; called in a thread of a worker.

    Args:
        about: What `Briefing.written` lends.
        group: The name of the nodes' group.
        nodes: Their names.

    Returns:
        DONE, or FAILED with a sentence and a stack trace, of which one is empty.
    """
    from distributed import get_worker

    worker = get_worker()
    task = worker.get_current_task()
    if not Path(about["briefing"]).is_file():
        place = f"The worker {worker.address} does not see {about['project']}"
        return [FAILED, f"{place}: all machines must share that folder, under the same path.", ""]
    worker.log_event(about["run"], [group, TAKEN, worker.address])
    hand = hand_for(about, worker)
    try:
        hand.connection.send(nodes)
        while worker.state.tasks[task].state == "executing" and worker.status.name == "running":
            if hand.connection.poll(PAUSE):
                kind, *what = hand.connection.recv()
                if kind in (DONE, FAILED):
                    return [kind, *what]
                worker.log_event(about["run"], [group, TOLD, kind, *what])
    except (EOFError, OSError):
        if hand in hands(worker).values() and hand.process.wait() < 0:  # killed: Dask has the task begun elsewhere
            os.kill(os.getpid(), signal.SIGKILL)
    end(about["run"], worker)
    return [FAILED, f"The worker {worker.address} cannot go on; see what it has printed.", ""]


def hands(worker: Any) -> dict[int, Hand]:
    """Return the processes that run nodes for a worker, by thread."""
    return vars(worker).setdefault("hands", {})


def hand_for(about: dict[str, Any], worker: Any) -> Hand:
    """Return the process of a run that works for this thread, in place of one of another run."""
    thread = threading.get_ident()
    found = hands(worker).get(thread)
    if found is not None and found.run != about["run"]:
        end(found.run, worker)
    if thread not in hands(worker):
        ours, theirs = Pipe()
        environment = os.environ | about["environment"] | {"PYTHONPATH": about["source"], "TERM": "dumb"}  # no bars
        process = subprocess.Popen(
            [sys.executable, "-m", "autoencoders.cluster.process", str(theirs.fileno())],
            cwd=about["project"],
            env={name: value for name, value in environment.items() if value is not None},
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        ours.send(about)
        hands(worker)[thread] = Hand(about["run"], process, ours)
    return hands(worker)[thread]


def end(run: str, dask_worker: Any) -> None:
    """End the processes of a run in a worker."""
    for thread, hand in list(hands(dask_worker).items()):
        if hand.run == run and hands(dask_worker).pop(thread, None):
            hand.process.kill()
            hand.process.wait()
