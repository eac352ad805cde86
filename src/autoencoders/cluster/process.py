"""The process that runs the nodes of one run for a worker: `python -m autoencoders.cluster.process DESCRIPTOR`."""

import logging
import os
import signal
import sys
import traceback
from functools import cached_property
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from kedro.framework.hooks.manager import (
    _create_hook_manager,
    _register_hooks,
    _register_hooks_entry_points,
)
from kedro.framework.project import configure_logging, configure_project, settings
from kedro.runner.task import Task

from autoencoders.cluster.briefing import Briefing, fingerprint
from autoencoders.cluster.worker import DONE, FAILED
from autoencoders.records.code import NAME
from autoencoders.shell.lines import name_nodes_in_log
from autoencoders.shell.mistakes import explain
from autoencoders.shell.progress import ProgressHooks

BEGUN, ENDED, LINE = "begun", "ended", "line"  # what is told of a node


class Line(logging.Handler):
    """Hands on each line of the log.

    Args:
        tell: Function that tells the one who runs it all.
    """

    def __init__(self, tell: Any) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Hand on a line, with its stack trace if it has one."""
        self._tell(LINE, record.name, record.levelno, self.format(record))


class Desk:
    """Where a run's nodes are run, and what is told of them.

    Args:
        connection: The connection to the worker.
        about: What `Briefing.written` lends.
    """

    def __init__(self, connection: Connection, about: dict[str, Any]) -> None:
        self._connection = connection
        self._about = about
        self._lock = Lock()  # of the threads of this process, which may log

    def tell(self, *what: Any) -> None:
        """Tell the worker."""
        with self._lock:
            self._connection.send(what)

    def run(self, names: list[str]) -> None:
        """Run nodes one after another, with the hooks of the project; progress is counted by the one who runs it all.

        Raises:
            Exception: What a node raises, with a note that names it.
        """
        briefing, hooks = self._prepared
        nodes = [briefing.nodes[name] for name in names]
        for node in nodes:
            self.tell(BEGUN, node.name)
            try:
                Task(node, briefing.catalog, briefing.is_async, hooks, briefing.run_id).execute()
            except Exception as error:
                if not hasattr(error, "__notes__"):  # from a dataset, of which no hook is told
                    error.add_note(f"in {node.name}")
                raise
            self.tell(ENDED, node.name)
        for name in {name for node in nodes for name in node.outputs}:
            briefing.catalog.release(name)

    @cached_property
    def _prepared(self) -> tuple[Briefing, Any]:
        """The briefing and the hooks of the run, which this process now belongs to."""
        if fingerprint() != self._about["code"]:
            raise ValueError(
                "a worker finds other code, or another version of Python, NumPy, scikit-learn or PyTorch, than the run "
                "began with; have all alike, and change no code while a run is under way"
            )
        configure_project(NAME)
        briefing = Briefing.read(self._about["briefing"])
        configure_logging(briefing.logging)
        logging.getLogger().handlers = [Line(self.tell)]
        name_nodes_in_log()
        hooks = _create_hook_manager()
        _register_hooks(hooks, [one for one in settings.HOOKS if not isinstance(one, ProgressHooks)])
        _register_hooks_entry_points(hooks, settings.DISABLE_HOOKS_FOR_PLUGINS)
        return briefing, hooks


def main() -> None:
    """Do what the worker asks for, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the worker, which ends this process
    connection = Connection(int(sys.argv[1]))
    asked: SimpleQueue[Any] = SimpleQueue()
    Thread(target=listen, args=(connection, asked), daemon=True).start()
    desk = Desk(connection, about=asked.get())
    while True:
        names = asked.get()
        try:
            desk.run(names)
        except Exception as error:
            sentence = explain(error)
            desk.tell(FAILED, sentence or "", "" if sentence else "".join(traceback.format_exception(error)))
        else:
            desk.tell(DONE)


def listen(connection: Connection, asked: SimpleQueue) -> None:
    """Take what the worker asks for; when it has ended, end this process, whatever it is at."""
    while True:
        try:
            asked.put(connection.recv())
        except (EOFError, OSError):
            os._exit(1)


if __name__ == "__main__":
    main()
