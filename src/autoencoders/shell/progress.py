"""Progress: which node of how many is starting, and how long the others will take."""

import logging
import multiprocessing
import time
from collections import Counter
from pathlib import Path
from statistics import fmean
from threading import Lock
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from autoencoders.records.occupancy import FOLDER
from autoencoders.shell.journal import Journal
from autoencoders.shell.lines import AtWork, at_work, name_nodes_in_log, repeated
from autoencoders.tracking.plan import missing_part
from autoencoders.training.progress import place as bar_place

logger = logging.getLogger(__name__)

SHORT = 5  # seconds; less is not worth a word
PLAN, BEGUN, ENDED = "plan", "begun", "ended"  # kinds of entries of the journal


class ProgressHooks:
    """Number the nodes as they begin, under every runner, and say how long the rest will take.

    What is known of a run is in its journal, for nodes may run in other processes; each counts for itself.
    """

    def __init__(self) -> None:
        self._journal: Journal | None = None
        self._tally: Tally | None = None
        self._several = False  # nodes at a time, so that lines of the log must name theirs
        self._began: dict[str, float] = {}

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Note how many nodes of each kind are to run."""
        self._end()
        remaining = missing_part(pipeline, catalog) if run_params["only_missing_outputs"] else pipeline
        self._several = "SequentialRunner" not in run_params["runner"]
        self._journal = Journal.begin(Path(run_params["project_path"]) / "data" / FOLDER)
        self._journal.add(PLAN, Counter(map(kind_of, remaining.nodes)), time.time())
        name_nodes_in_log()

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Say which node begins; a spawned worker's log has named none yet."""
        name_nodes_in_log()
        if self._journal is None:
            self._journal = Journal.of_this_run()
        if self._journal is None:
            logger.info(node.name)
            return
        self._journal.add(BEGUN, node.name, kind_of(node), time.time())
        self._tally = self._tally or Tally(self._journal)
        logger.info("%s", self._tally.line(node.name))
        self._began[node.name] = time.monotonic()
        several = self._several or multiprocessing.parent_process() is not None
        at_work.set(AtWork(node.namespace or node.name, several, self._journal))
        bar_place.set(node.namespace or node.name if several else "")

    @hook_impl(trylast=True)
    def after_node_run(self, node: Node) -> None:
        """Note how long the node took."""
        at_work.set(None)
        if self._journal is not None and node.name in self._began:
            self._journal.add(ENDED, node.name, kind_of(node), time.monotonic() - self._began.pop(node.name))

    @hook_impl(tryfirst=True)
    def on_node_error(self) -> None:
        """Let lines of the log be about the run again."""
        at_work.set(None)

    @hook_impl(tryfirst=True)
    def on_pipeline_error(self) -> None:
        """End the journal, and say what it holds: the warnings may tell why."""
        self._conclude()

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self) -> None:
        """End the journal, and say what it holds."""
        self._conclude()

    def _conclude(self) -> None:
        """Say how many variants a warning concerns that came once."""
        if self._journal is not None:
            for sentence in repeated(self._journal):
                logger.warning(sentence)
        self._end()

    def _end(self) -> None:
        journal, self._journal, self._tally = self._journal, None, None
        if journal is not None:
            journal.end()
            logging.captureWarnings(False)


class Tally:
    """How far a run is, by its journal.

    Args:
        journal: Of the run; the plan is its first entry.
    """

    def __init__(self, journal: Journal) -> None:
        ((plan, self._began),) = journal.entries(PLAN)
        self._journal = journal
        self._total = sum(plan.values())
        self._numbers: dict[str, int] = {}  # of the nodes that have begun
        self._waiting = Counter(plan)
        self._at_work: dict[str, tuple[str, float]] = {}  # kind and beginning
        self._seconds: dict[str, list[float]] = {}  # of those that have ended, by kind
        self._begun = self._ended = 0  # entries that have been read
        self._lock = Lock()

    def line(self, name: str) -> str:
        """Return the line that says that a node begins."""
        with self._lock:
            self._read_on()
            now = time.time()
            at_work = [(kind, now - since) for kind, since in self._at_work.values()]
            left = time_left(+self._waiting, at_work, self._seconds, now - self._began)
            return f"[{self._numbers[name]}/{self._total}] {name}{left}"

    def _read_on(self) -> None:
        ended = self._journal.entries(ENDED, self._ended)  # before the others: what has ended has begun
        begun = self._journal.entries(BEGUN, self._begun)
        for name, kind, since in begun:
            self._waiting[kind] -= name not in self._numbers  # one whose worker was killed begins again
            self._numbers.setdefault(name, len(self._numbers) + 1)
            self._at_work[name] = kind, since
        for name, kind, took in ended:
            self._at_work.pop(name)
            self._seconds.setdefault(kind, []).append(took)
        self._begun, self._ended = self._begun + len(begun), self._ended + len(ended)


def kind_of(node: Node) -> str:
    """Return what a node has in common with those that take about as long: its function."""
    return node.func.__name__


def time_left(
    waiting: Counter[str], at_work: list[tuple[str, float]], seconds: dict[str, list[float]], elapsed: float
) -> str:
    """Say how long the nodes that have not ended will take, if anything is known.

    Args:
        waiting: How many of each kind have not begun.
        at_work: The kind of each node that has begun and not ended, and its seconds so far.
        seconds: How long those took that have ended, by kind.
        elapsed: Seconds since the run began, in which these ran, several at a time or not.
    """
    means = {kind: fmean(took) for kind, took in seconds.items()}
    known = sum(count * means[kind] for kind, count in waiting.items() if kind in means)
    known += sum(max(0.0, means[kind] - so_far) for kind, so_far in at_work if kind in means)
    busy = sum(map(sum, seconds.values())) + sum(so_far for _, so_far in at_work)
    left = known * min(1.0, elapsed / max(busy, elapsed))  # several at a time take less
    if left < SHORT:
        return ""
    at_least = "" if {*waiting, *(kind for kind, _ in at_work)} <= means.keys() else "at least "
    return f", {at_least}{in_words(left)} left"


def in_words(seconds: float) -> str:
    """Return a time as people say it, such as `40 s`, `3 min`, `2 h 10 min`."""
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
