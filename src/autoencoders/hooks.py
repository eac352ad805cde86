"""What happens beside the pipelines: every replicate is tracked as a run of MLflow, under every runner."""

import atexit
import getpass
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
from kedro.framework import project
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from autoencoders import notes
from autoencoders.grid import RESERVED
from autoencoders.tracking import Description, Output, Plan, Replicate, Tracker, this_process, verdicts

logger = logging.getLogger(__name__)

RESUME = "Results so far are kept: run the same command with --only-missing-outputs to go on from them."
INTERRUPTED = f"Interrupted. {RESUME}"

REPORTING = "data/08_reporting"
PLAN = "tracking"  # the plan's name in the catalog
FOLDERS = {".png": "figures", ".safetensors": "weights", ".csv": "tables"}


class PlanDataset(MemoryDataset):
    """The plan on its way to worker processes.

    A spawned worker knows no project, so Kedro would lose the hooks without a word; the plan brings them along, as
    settings only: a worker that knows the package's name configures logging with itself, without end (Kedro 1.7).
    """

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if project.PACKAGE_NAME is None:
            project.settings.configure(f"{__name__.partition('.')[0]}.settings")


class GateHooks:
    """Say whose sanity gates failed."""

    @hook_impl
    def after_node_run(self, node: Node, outputs: dict[str, Any]) -> None:
        """Log an error for every gate among the metrics that a node found to have failed."""
        for metrics in outputs.values():
            for gate, held in verdicts(metrics).items() if isinstance(metrics, dict) else ():
                if not held:
                    logger.error("%s: sanity gate failed: %s. Do not trust these numbers.", node.namespace, gate)


class TrackingHooks:
    """Translate the events of a `kedro run` into runs of MLflow.

    Everything that more than one process needs is in the catalog or in the tracking store; what is kept here is
    this process's view. Tracking that fails is left off with a warning: it never costs a result.
    """

    def __init__(self) -> None:
        self._tracker: Tracker | None = None
        self._off = ""  # the kedro run for which tracking has failed
        self._node: Node | None = None  # the last one to start: under SequentialRunner, the one that runs
        self._signals: Signals | None = None

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Close what killed processes left open, and hand the plan to all workers."""
        self._end_interrupted()
        self._tracker = self._node = None
        if run_params["only_missing_outputs"]:
            discard_outdated(pipeline, catalog)
        with self._tolerating_failure(run_params["run_id"]):
            plan = plan_of(run_params, pipeline, catalog)
            if not plan.outputs:
                return
            self._tracker = Tracker(plan)
            if abandoned := self._tracker.close_abandoned():
                logger.warning("MLflow: %d run(s) of a process that was killed are now marked so.", abandoned)
            catalog[PLAN] = PlanDataset(plan, copy_mode="assign")
            self._signals = Signals(self._end_interrupted, is_sequential(run_params))

    @hook_impl
    def before_dataset_loaded(self, node: Node) -> None:
        """Note which node is at work."""
        self._node = node

    @hook_impl
    def before_node_run(self, node: Node, catalog: CatalogProtocol, run_id: str) -> None:
        """Say which node runs, and open the run of its replicate."""
        logger.info(node.name)
        self._node = node
        replicate = replicate_of(node)
        if replicate is None or self._off == run_id:
            return
        with self._tolerating_failure(run_id):
            if self._tracker is None or self._tracker.plan.kedro_run != run_id:  # a new worker, or a long-lived one
                self._tracker = Tracker(catalog.load(PLAN)) if PLAN in catalog else None
            if self._tracker is not None:
                self._tracker.open(replicate, lambda: describe(replicate, catalog, self._tracker.plan))

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Node) -> None:
        """Log what was saved; with its last output, a replicate's run is finished."""
        replicate, tracker = replicate_of(node), self._tracker
        if replicate is None or tracker is None:
            return
        with self._tolerating_failure(tracker.plan.kedro_run):
            output = tracker.plan.outputs[replicate].get(dataset_name)
            if output is not None:
                log_output(tracker, replicate, normal_class_of(node), output.path, data)
                tracker.finish(replicate)

    @hook_impl
    def on_node_error(self, error: Exception, node: Node) -> None:
        """Name the node in the error, and close the run of its replicate as failed."""
        error.add_note(f"in {node.name}")
        replicate, tracker = replicate_of(node), self._tracker
        if replicate is not None and tracker is not None:
            with self._tolerating_failure(tracker.plan.kedro_run):
                tracker.fail(replicate, error)

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
        """Close what is still open as finished, and say what the studies came to."""
        self._end("FINISHED")
        if click.get_current_context(silent=True) is not None:
            tell(pipeline, catalog)

    def _fail_in_flight(self, error: Exception, catalog: CatalogProtocol) -> None:
        replicate, tracker = replicate_of(self._node), self._tracker
        if replicate is None or tracker is None:
            return
        with self._tolerating_failure(tracker.plan.kedro_run):
            tracker.open(replicate, lambda: describe(replicate, catalog, tracker.plan))
            tracker.fail(replicate, error)

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
            if summary := ", ".join(f"{count} {name.lower()}" for name, count in sorted(counts.items())):
                logger.log(logging.WARNING if error else logging.INFO, "Runs in MLflow: %s.", summary)

    @contextmanager
    def _tolerating_failure(self, kedro_run: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # whatever MLflow or its database raise
            self._tracker, self._off = None, kedro_run
            logger.debug("Tracking failed", exc_info=True)
            logger.warning(
                "MLflow tracking is off for this run: %s. Results are saved all the same; to track the next run, "
                "make mlflow.db and mlartifacts/ writable or set MLFLOW_TRACKING_URI.",
                (str(error) or type(error).__name__).splitlines()[0].rstrip("."),
            )


class Signals:
    """Ctrl-C and SIGTERM end a run at once, with its runs of MLflow closed; released when the run is over.

    Under SequentialRunner the node at work is interrupted by an exception. Other runners would first finish all
    queued work, so at the command line the process ends where it is: saves are atomic, nothing is lost.

    Args:
        close: What closes the runs; called once, in this process only.
        by_exception: Whether an exception ends the run.
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
        """Put back what was there before."""
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


def plan_of(run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> Plan:
    """Foresee what a `kedro run` does: which files it writes, and which replicates it trains from the start."""
    remaining = missing_part(pipeline, catalog) if run_params["only_missing_outputs"] else pipeline
    outputs: dict[Replicate, dict[str, Output]] = {}
    for node in remaining.nodes:
        if replicate := replicate_of(node):
            files = {name: getattr(catalog.get(name), "_filepath", None) for name in node.outputs}
            written = {name: Output.at(Path(file)) for name, file in files.items() if file is not None}
            outputs.setdefault(replicate, {}).update(written)
    return Plan(
        kedro_run=run_params["run_id"],
        project=Path(run_params["project_path"]),
        outputs=outputs,
        facts={
            node.namespace.split(".")[0]: name
            for node in pipeline.nodes
            for name in node.inputs
            if node.namespace and name.endswith(".facts")
        },
        fresh=fresh_replicates(remaining, pipeline),
        tags=shared_tags(run_params, catalog) if outputs else {},
    )


def missing_part(pipeline: Pipeline, catalog: CatalogProtocol) -> Pipeline:
    """Return what `--only-missing-outputs` leaves of a pipeline: the runner knows, hooks are not told."""
    from kedro.runner import SequentialRunner

    return SequentialRunner()._filter_pipeline_for_missing_outputs(pipeline, catalog)


def discard_outdated(pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Remove what follows from outputs that are missing, so that it is made anew with them.

    Kedro would keep it, and a comparison would stay without the variant that a resumed run has just finished.
    """
    missing = [node.name for node in missing_part(pipeline, catalog).nodes]
    if not missing:
        return
    for node in pipeline.from_nodes(*missing).nodes:
        for name in node.outputs:
            file = getattr(catalog.get(name), "_filepath", None)
            if file is not None and not is_raw(name):
                Path(file).unlink(missing_ok=True)
                catalog.release(name)


def is_raw(name: str) -> bool:
    """Tell whether a dataset is a user's own, which no node may have made."""
    return name.endswith(".raw")


def fresh_replicates(remaining: Pipeline, pipeline: Pipeline) -> frozenset[Replicate]:
    """Return the replicates of which every training is to run, and the comparisons of their studies."""
    asked, left = trainings(pipeline), trainings(remaining)
    trained = {replicate for replicate, count in left.items() if count == asked[replicate]}
    return frozenset(trained | {Replicate(one.dataset, one.study, RESERVED) for one in trained})


def trainings(pipeline: Pipeline) -> Counter[Replicate]:
    """Count the training nodes of each replicate."""
    places = (replicate_of(node) for node in pipeline.nodes if "training" in node.tags)
    return Counter(place for place in places if place is not None)


def shared_tags(run_params: dict[str, Any], catalog: CatalogProtocol) -> dict[str, str]:
    """Return the tags of all runs of one `kedro run`; names with `mlflow.` have a place of their own in the UI."""
    provenance = catalog.load("provenance")
    return provenance | {
        "kedro_run_id": run_params["run_id"],
        "pipeline": ", ".join(sorted(run_params["pipeline_names"] or ["__default__"])),
        "process": this_process(),
        "mlflow.source.name": provenance["command"],
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": provenance["commit"].partition(",")[0],
        "mlflow.user": getpass.getuser(),
    }


def replicate_of(node: Node) -> Replicate | None:
    """Return what a node's run of MLflow stands for; nodes that replicates share have none."""
    match (node.namespace or "").split("."):
        case [dataset, study, variant] if variant == RESERVED:
            return Replicate(dataset, study, variant)
        case [dataset, study, variant, seed, *_]:
            return Replicate(dataset, study, variant, seed)
    return None


def normal_class_of(node: Node) -> str:
    """Return the normal class that a node is about; "" for all or none."""
    return ".".join(node.namespace.split(".")[4:])


def describe(replicate: Replicate, catalog: CatalogProtocol, plan: Plan) -> Description:
    """Say what a replicate is; the facts of its images are known once they are ingested."""
    name = plan.facts.get(replicate.dataset)
    facts = catalog.load(name) if name and catalog.exists(name) else {}
    study, command = replicate.experiment, plan.tags["command"]
    detects = f"params:{study}.scoring" in catalog
    question = catalog.load(f"params:{study}.question")
    if replicate.is_comparison:
        return Description({}, {}, facts, notes.comparison_note(study, command), question, detects)
    block = settings_of(replicate, catalog)
    seed = catalog.load(f"params:{study}.seeds.{replicate.seed}")
    configuration = block.model_dump(mode="json", exclude_none=True) | {"seed": seed}
    note = notes.run_note(study, replicate.variant, seed, configuration, command)
    return Description(block.parameters() | {"seed": seed}, configuration, facts, note, question, detects)


def settings_of(replicate: Replicate, catalog: CatalogProtocol) -> Any:
    """Return the checked block of the variant, ensemble or baseline that a replicate is of."""
    kinds = ("variants", "ensembles", "baselines")
    names = [f"params:{replicate.experiment}.{kind}.{replicate.variant}" for kind in kinds]
    return catalog.load(next(name for name in names if name in catalog))


def log_output(tracker: Tracker, replicate: Replicate, normal_class: str, path: Path, data: Any) -> None:
    """Log one output of a replicate, whichever way its kind is shown best; tables of a row an image are too big."""
    match path.name:
        case "history.csv":
            tracker.log_history(replicate, data, f"_{normal_class}" if normal_class else "")
        case "metrics.json" if not normal_class:
            tracker.log_metrics(replicate, data)
            tracker.log_file(replicate, path)
        case "weights.safetensors":
            tracker.log_file(replicate, path, str(Path(FOLDERS[path.suffix], normal_class)))
        case _ if path.suffix == ".png" or (path.suffix == ".csv" and replicate.is_comparison):
            tracker.log_file(replicate, path, FOLDERS[path.suffix])


def tell(pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Print the best variant of each study that was compared, and where to read on."""
    suffix = f".{RESERVED}.table"
    made = [name for node in pipeline.nodes for name in node.outputs]
    compared = sorted(name for name in made if name.endswith(suffix) and catalog.exists(name))
    if not compared:
        return
    from autoencoders import summary

    click.echo(f"\n{summary.table({name.removesuffix(suffix): catalog.load(name) for name in compared})}\n")
    reports = sorted(name.removesuffix(".report") for name in made if name.endswith(".report"))
    read = f"Read {' and '.join(f'{REPORTING}/{name}/report.html' for name in reports)}"
    suites = ",".join(dict.fromkeys(name.partition(".")[0] for name in compared))
    drawn = (
        f"Tables and figures are in {REPORTING}; `kedro run --pipelines {suites} --tags reporting` writes the report"
    )
    click.echo(f"{read if reports else drawn}; `make ui` compares the runs.")


def is_sequential(run_params: dict[str, Any]) -> bool:
    """Tell whether one node runs at a time, in this process."""
    return "SequentialRunner" in run_params["runner"]
