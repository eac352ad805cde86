"""Hooks beside the pipelines: every key is tracked as an MLflow run, under every runner."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from autoencoders.key import Key
from autoencoders.records.artifact import place_of
from autoencoders.reporting.headline import AUROC, RECONSTRUCTED, RESTORED
from autoencoders.tracking import notes
from autoencoders.tracking.metrics import numbers_in
from autoencoders.tracking.parameters import DETECTORS, parameters_of
from autoencoders.tracking.plan import Plan, plan_of, run_of
from autoencoders.tracking.signals import Signals
from autoencoders.tracking.store import connect, diagnose, join, store_of
from autoencoders.tracking.tracker import Description, Tracker

logger = logging.getLogger(__name__)

PROVENANCE = "provenance"  # the dataset that says where results come from
PLAN = "tracking"  # the plan's name in the catalog
FOLDERS = {".png": "figures", ".safetensors": "weights", ".csv": "tables"}


class TrackingHooks:
    """Translate the events of a `kedro run` into runs of MLflow.

    Everything that more than one process needs is in the catalog or in the tracking store; what is kept here is
    this process's view. Tracking that fails is left off with a warning: it never costs a result.
    """

    def __init__(self) -> None:
        self._tracker: Tracker | None = None
        self._uri = ""  # the address of the tracking store
        self._off = ""  # the kedro run for which tracking has failed
        self._suites: dict[str, dict[str, Any]] = {}  # blocks of parameters, which are long, and copied at each load
        self._node: Node | None = None  # the last one to start: under SequentialRunner, the one that runs
        self._signals: Signals | None = None

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Close what killed processes left open, and hand the plan to all workers."""
        self._end_interrupted()
        self._tracker = self._node = None
        self._suites.clear()
        self._uri = store_of(Path(run_params["project_path"]))
        with self._tolerating_failure(run_params["run_id"]):
            plan = plan_of(run_params, pipeline, catalog)
            if not any(map(run_of, pipeline.nodes)):
                return
            self._tracker = Tracker(plan, connect(self._uri))
            if abandoned := self._tracker.close_abandoned():
                logger.warning("MLflow: %d run(s) that an ended process left open are now marked as killed.", abandoned)
            if run_params["only_missing_outputs"]:
                self._catch_up(pipeline, catalog)
            if not plan.outputs:
                self._tracker = None
                return
            catalog[PLAN] = MemoryDataset(plan, copy_mode="assign")
            self._signals = Signals(self._end_interrupted, by_exception=is_interruptible(run_params))

    @hook_impl
    def before_dataset_loaded(self, node: Node) -> None:
        """Note which node is at work."""
        self._node = node

    @hook_impl
    def before_node_run(
        self, node: Node, catalog: CatalogProtocol, inputs: dict[str, Any], run_id: str
    ) -> dict[str, Any] | None:
        """Open the run of a node's key, and tell a node that says where results come from where the run is seen."""
        self._node = node
        key = run_of(node)
        if key is None or self._off == run_id:
            return None
        with self._tolerating_failure(run_id):
            if self._tracker is None or self._tracker.plan.kedro_run != run_id:  # a new worker, or a long-lived one
                self._tracker = self._join(catalog.load(PLAN)) if PLAN in catalog else None
            if self._tracker is not None:
                self._open(self._tracker, key, catalog)
                if PROVENANCE in inputs:
                    return {PROVENANCE: inputs[PROVENANCE] | {"run": self._tracker.address(key)}}
        return None

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Node) -> None:
        """Log what was saved; with the last output of its key, a run is finished."""
        key, tracker = run_of(node), self._tracker
        if key is None or tracker is None:
            return
        with self._tolerating_failure(tracker.plan.kedro_run):
            output = tracker.plan.outputs[key].get(dataset_name)
            if output is not None:
                log_output(tracker, key, Key.parse(node.namespace).normal_class, output.path, lambda: data)
                tracker.finish(key)

    @hook_impl
    def on_node_error(self, error: Exception, node: Node) -> None:
        """Name the node in the error, and close the run of its key as failed."""
        error.add_note(f"in {node.name}")
        key, tracker = run_of(node), self._tracker
        if key is not None and tracker is not None:
            with self._tolerating_failure(tracker.plan.kedro_run):
                tracker.fail(key, error)

    @hook_impl
    def on_pipeline_error(self, error: Exception, run_params: dict[str, Any], catalog: CatalogProtocol) -> None:
        """Close the other runs as killed; datasets that cannot be loaded or saved are found out only here."""
        if is_sequential(run_params) and self._node is not None:
            if not hasattr(error, "__notes__"):
                error.add_note(f"in {self._node.name}")
            self._fail_in_flight(error, catalog)
        self._end("KILLED", error)

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Put reports beside the comparisons of their studies, and close what is still open as finished."""
        if (tracker := self._tracker) is not None:
            with self._tolerating_failure(tracker.plan.kedro_run):
                attach_reports(tracker, list(tracker.plan.outputs), pipeline, catalog)
        self._end("FINISHED")

    def _catch_up(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Log what earlier runs saved and did not log, and finish the runs of what needs nothing more."""
        tracker, plan = self._tracker, self._tracker.plan
        nodes: dict[Key, list[Node]] = {}
        for node in pipeline.nodes:
            if key := run_of(node):
                nodes.setdefault(key, []).append(node)
        open_ones = [key for key in nodes if key not in plan.fresh and not tracker.is_settled(key)]
        for key in open_ones:
            self._open(tracker, key, catalog)
        attach_reports(tracker, open_ones, pipeline, catalog)
        done = [key for key in open_ones if catch_up(tracker, key, nodes[key], catalog)]
        if done:
            logger.info("MLflow: %d run(s) that an earlier command left open are finished now.", len(done))

    def _open(self, tracker: Tracker, key: Key, catalog: CatalogProtocol) -> None:
        """Open the run of a key."""
        if key.suite not in self._suites:
            self._suites[key.suite] = catalog.load(f"params:{key.suite}")
        tracker.open(key, lambda: describe(key, self._suites[key.suite], catalog, tracker.plan))

    def _join(self, plan: Plan) -> Tracker:
        self._uri = plan.uri
        self._suites.clear()
        return Tracker(plan, join(plan.uri))

    def _fail_in_flight(self, error: Exception, catalog: CatalogProtocol) -> None:
        key, tracker = run_of(self._node), self._tracker
        if key is None or tracker is None:
            return
        with self._tolerating_failure(tracker.plan.kedro_run):
            self._open(tracker, key, catalog)
            tracker.fail(key, error)

    def _end_interrupted(self) -> None:
        if self._signals is not None:
            self._end("KILLED", "interrupted")

    def _end(self, status: str, error: object = None) -> None:
        if self._signals is not None:
            self._signals.release()
            self._signals = None
        tracker, self._tracker = self._tracker, None
        if tracker is None:
            return
        self._off = tracker.plan.kedro_run  # threads that work on open no more runs
        with self._tolerating_failure(tracker.plan.kedro_run):
            counts = tracker.close(status, error)
            tracker.plan.off.unlink(missing_ok=True)
            if summary := ", ".join(f"{count} {name.lower()}" for name, count in sorted(counts.items())):
                logger.log(logging.WARNING if error else logging.INFO, "Runs in MLflow: %s.", summary)

    @contextmanager
    def _tolerating_failure(self, kedro_run: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # whatever MLflow or its database raise
            if self._tracker is not None:
                self._tracker.plan.mark_off()
            self._tracker, self._off = None, kedro_run
            logger.debug("Tracking failed", exc_info=True)
            logger.warning(
                "MLflow tracking is off for this run: %s. Results are saved all the same; to track the next run, %s.",
                *diagnose(error, self._uri),
            )


def catch_up(tracker: Tracker, key: Key, nodes: list[Node], catalog: CatalogProtocol) -> bool:
    """Log all that there is of a key, and finish its run unless more is to come; return whether it was finished."""
    to_come = tracker.plan.outputs.get(key, {})
    for node in nodes:
        for name in node.outputs:
            path = place_of(catalog.get(name))
            if name not in to_come and path is not None and path.is_file():
                log_output(tracker, key, Key.parse(node.namespace).normal_class, path, partial(catalog.load, name))
    if not to_come:
        tracker.finish(key)
    return not to_come


def attach_reports(tracker: Tracker, keys: list[Key], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Copy the report of a suite, if a run makes it, to the comparisons among some keys."""
    for key in (key for key in keys if key.is_comparison):
        name = Key(key.suite).dataset("report")
        path = place_of(catalog.get(name)) if name in pipeline.all_outputs() else None
        if path is not None and path.is_file():
            tracker.attach(key, path)


def describe(key: Key, suite: dict[str, Any], catalog: CatalogProtocol, plan: Plan) -> Description:
    """Say what a run stands for, given the block of its suite; what its images are is known once they are ingested."""
    name = plan.images.get(key.suite)
    info = catalog.load(name).info if name and catalog.exists(name) else {}
    study, command = str(key.whole_study), plan.tags["command"]
    block = suite[key.study]
    about = {"images": info, "question": block["question"], "ranked_by": _ranked_by(block)}
    if key.is_comparison:
        return Description({}, {}, {}, note=notes.comparison_note(study, command), **about)
    kind = next(kind for kind in DETECTORS if key.detector in block.get(kind, ()))
    settings = catalog.load(key.parameter(kind, key.detector))  # checked, by the type of the nodes' argument
    seed = block["seeds"][key.seed]
    configuration = settings.model_dump(mode="json", exclude_none=True) | {"seed": seed}
    note = notes.run_note(study, key.detector, seed, configuration, command)
    whole = parameters_of(key, suite, catalog.load("params:compute"))
    return Description(settings.parameters() | {"seed": seed}, configuration, whole, note=note, **about)


def _ranked_by(study: dict[str, Any]) -> str:
    """Return the metric that ranks a study's runs, as `headline` finds it in their comparison."""
    return AUROC if "scoring" in study else RESTORED if "judged_at" in study else RECONSTRUCTED


def log_output(tracker: Tracker, key: Key, normal_class: str, path: Path, load: Callable[[], Any]) -> None:
    """Log one output of a key, whichever way its kind is shown best; tables with one row per image are too big."""
    match path.name:
        case "history.csv":
            tracker.log_history(key, load(), normal_class, path.stat().st_mtime)
        case "metrics.json" if not normal_class:
            tracker.log_metrics(key, load(), path.stat().st_mtime)
            tracker.log_file(key, path)
        case "weights.safetensors":
            tracker.log_size(key, numbers_in(load()), path.stat().st_mtime)
            tracker.log_file(key, path, str(Path(FOLDERS[path.suffix], normal_class)))
        case "comparison.csv" if key.is_comparison:
            tracker.log_best(key, load(), path.stat().st_mtime)
            tracker.log_file(key, path, FOLDERS[path.suffix])
        case _ if path.suffix == ".png" or (path.suffix == ".csv" and key.is_comparison):
            tracker.log_file(key, path, FOLDERS[path.suffix])


def is_sequential(run_params: dict[str, Any]) -> bool:
    """Tell whether one node runs at a time, in this process."""
    return "SequentialRunner" in run_params["runner"]


def is_interruptible(run_params: dict[str, Any]) -> bool:
    """Tell whether an exception ends a run at once: no nodes run in threads or processes that it would wait for."""
    return is_sequential(run_params) or "DaskRunner" in run_params["runner"]
