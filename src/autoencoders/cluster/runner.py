"""A runner that sends nodes to the workers of Dask, replicate by replicate."""

import logging
import socket
import time
from collections import deque
from contextvars import Context, copy_context
from graphlib import TopologicalSorter
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from kedro.runner import AbstractRunner

from autoencoders.cluster import worker
from autoencoders.cluster.briefing import Briefing
from autoencoders.cluster.groups import Group, check_kept, groups_of
from autoencoders.pipelines import grid
from autoencoders.shell.progress import ProgressHooks
from autoencoders.tracking.signals import RESUME

if TYPE_CHECKING:
    from distributed import Client, Future

logger = logging.getLogger(__name__)

HERE = "tcp://127.0.0.1:8786"  # where `make cluster` has its scheduler
TIMEOUT = 5  # seconds to wait for a scheduler
PAUSE = 0.5  # seconds between two looks at whether the scheduler is still there
LOOK = 10  # seconds between two looks at how many workers there are, at the longest
ENDING = 1  # second in which the workers of a lost scheduler end what they are at


class DaskRunner(AbstractRunner):
    """Sends each group of nodes, such as a variant with its seed, to a worker of Dask as one task.

    Data goes from node to node by the catalog, which all machines share as a folder; Dask is told names alone. Results
    and runs of MLflow are those of SequentialRunner. A task whose worker was killed is begun again by another.

    Args:
        scheduler: The address of Dask's scheduler.
        is_async: Whether a node's datasets are loaded and saved in threads.

    Raises:
        click.ClickException: The package `distributed` is missing, or no scheduler answers.
    """

    def __init__(self, scheduler: str = HERE, is_async: bool = False) -> None:
        super().__init__(is_async=is_async)
        self._client = connect(scheduler)

    @property
    def _logger(self) -> logging.Logger:
        return logging.getLogger("kedro.runner")

    def _get_executor(self, max_workers: int) -> None:
        """Return nothing: the executor of Dask would be given single nodes."""

    def _run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol,
        hook_manager: Any = None,
        run_id: str | None = None,
    ) -> None:
        """Run the nodes of a pipeline.

        Raises:
            ValueError: A dataset is not kept on disk.
            ChildProcessError: A node failed, or each worker that it was given to was killed.
            ConnectionError: The scheduler is gone.
        """
        groups = groups_of(pipeline)
        check_kept(groups, catalog)
        plugins = hook_manager.get_plugins() if hook_manager is not None else ()
        progress = next((one for one in plugins if isinstance(one, ProgressHooks)), None)
        with self._client, Briefing.of(pipeline, catalog, run_id, self._is_async).written(grid.PROJECT) as about:
            Dispatch(self._client, about, Reporter(groups, progress)).carry_out(groups)


class Dispatch:
    """The groups of one run on their way to workers and back.

    Args:
        client: The client of the scheduler.
        about: What workers must know of the run.
        reporter: Says what happens.
    """

    def __init__(self, client: "Client", about: dict[str, Any], reporter: "Reporter") -> None:
        self._client = client
        self._address = client.scheduler.address
        self._about = about
        self._reporter = reporter
        self._news: SimpleQueue[list[Any]] = SimpleQueue()
        self._tasks: dict[str, Future] = {}
        self._is_alone = False  # without workers

    def carry_out(self, groups: list[Group]) -> None:
        """Have all groups run, each once those before it have ended; whatever happens, leave none at work.

        As many are sent as workers can take at once: Dask suspects all tasks of a worker that was killed, those that
        only waited, too, and would give them up after the next.
        """
        named = {group.name: group for group in groups}
        order = TopologicalSorter({group.name: group.after for group in groups})
        order.prepare()
        ready: deque[str] = deque()
        self._client.subscribe_topic(self._about["run"], lambda event: self._news.put(event[1]))
        try:
            while order.is_active():
                ready += order.get_ready()
                while ready and len(self._tasks) < max(1, self._threads()):
                    self._send(named[ready.popleft()])
                order.done(*self._next_ended())
        finally:
            self._stop()

    def _send(self, group: Group) -> None:
        """Give a group to the scheduler: as code that workers need not have, and without what it has waited for.

        Were that in Dask's graph, the end of a worker would undo all that it has done.
        """
        work = worker.work
        names = [node.name for node in group.nodes]
        task = self._client.submit(
            lambda *of: work(*of), self._about, group.name, names, key=f"{group.name}-{self._about['run']}", pure=False
        )
        self._tasks[group.name] = task
        task.add_done_callback(lambda _: self._news.put([group.name, worker.DONE]))

    def _next_ended(self) -> list[str]:
        """Return the name of the next group that ends, or none after a while, and report what happens meanwhile.

        Raises:
            ConnectionError: The scheduler is gone.
        """
        until = time.monotonic() + LOOK
        while time.monotonic() < until:
            try:
                name, kind, *what = self._news.get(timeout=PAUSE)
            except Empty:
                name = ""
            if self._client.status != "running":
                raise self._gone()
            if name and kind == worker.DONE:
                self._check(name, self._tasks.pop(name))
                return [name]
            if name:
                self._reporter.report(name, kind, what)
        return []

    def _threads(self) -> int:
        """Return how many tasks the workers can do at once; if there are no workers, say so."""
        try:
            count = sum(self._client.nthreads().values())
        except OSError:
            raise self._gone() from None
        if not count and not self._is_alone:
            logger.warning(
                "The scheduler at %s has no workers; waiting for one: dask worker %s --nthreads 1",
                *(self._address, self._address),
            )
        self._is_alone = not count
        return count

    def _check(self, name: str, task: "Future") -> None:
        """Raise what has become of a task, if it is not done."""
        from distributed import KilledWorker

        if task.status == "finished":
            kind, *words = task.result()
            if kind == worker.DONE:
                return
            sentence, trace = words
            raise ChildProcessError(sentence) if sentence else RuntimeError(f"on a worker:\n{trace}")
        if task.status != "error":
            raise self._gone()
        error = task.exception()
        if isinstance(error, KilledWorker):
            raise ChildProcessError(
                f"{name}: {error.allowed_failures + 1} workers were killed while they worked on it, most likely for "
                "want of memory; lower training.batch_size or have fewer workers on a machine"
            )
        raise error

    def _gone(self) -> ConnectionError:
        return ConnectionError(f"The scheduler at {self._address} is gone; start it again. {RESUME}")

    def _stop(self) -> None:
        """End what workers are still at, and leave them ready for the next run."""
        if self._client.status != "running":
            time.sleep(ENDING)
            return
        self._client.cancel(list(self._tasks.values()))
        self._client.run(worker.end, self._about["run"])


class Reporter:
    """Says what happens to the nodes of several groups at a time, as if they ran here.

    Args:
        groups: The groups.
        progress: The hooks that number nodes as they begin, if there are any.
    """

    def __init__(self, groups: list[Group], progress: ProgressHooks | None) -> None:
        self._progress = progress
        self._nodes: dict[str, Node] = {node.name: node for group in groups for node in group.nodes}
        self._contexts: dict[str, Context] = {}  # where the hooks note which node is at work
        self._workers: dict[str, str] = {}

    def report(self, group: str, kind: str, what: list[Any]) -> None:
        """Report one event of a group."""
        if kind == worker.TAKEN:
            if group in self._workers:
                logger.warning("%s: the worker %s was lost; another begins it again.", group, self._workers[group])
            self._workers[group] = what[0]
            self._contexts[group] = copy_context()
        elif group in self._contexts:
            self._contexts[group].run(self._tell, *what)

    def _tell(self, kind: str, name: str, *rest: Any) -> None:
        if kind == "line":
            level, text = rest
            record = logging.LogRecord(name, level, "", 0, text, (), None)
            logging.getLogger(name).handle(record)
        elif self._progress is not None:
            node = self._nodes[name]
            (self._progress.before_node_run if kind == "begun" else self._progress.after_node_run)(node=node)


def connect(address: str) -> "Client":
    """Return a client of a scheduler.

    Raises:
        click.ClickException: The package `distributed` is missing, or no scheduler answers.
    """
    try:
        import cloudpickle
        from distributed import Client
    except ModuleNotFoundError:
        raise click.ClickException(
            "DaskRunner needs the package distributed, of the dependency group cluster: uv pip install --group cluster"
        ) from None
    cloudpickle.register_pickle_by_value(worker)
    for name in ("distributed", "distributed.client", "distributed.comm", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they tell of is said here, in a sentence
    try:
        place = urlsplit(address)
        socket.create_connection((place.hostname, place.port), TIMEOUT).close()  # known at once, unlike by Dask
        return Client(address, timeout=TIMEOUT, set_as_default=False, direct_to_workers=False)
    except (OSError, ValueError):
        raise click.ClickException(
            f"No scheduler answers at {address}; start one with `make cluster`, or give the address of another by "
            "--runner-params scheduler=tcp://HOST:8786."
        ) from None
