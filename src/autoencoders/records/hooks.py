"""Hooks beside the nodes: they record what made each output, and refuse damaged inputs."""

import logging
from collections.abc import Iterator
from functools import partial, reduce
from operator import add
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import AbstractDataset, CatalogProtocol, DatasetError
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from kedro.validation import ParameterValidationError

from autoencoders.data.temporary import sweep
from autoencoders.key import Key
from autoencoders.records.artifact import files_of, identity, place_of
from autoencoders.records.dry_run import DryRun, is_dry
from autoencoders.records.freshness import kept, outdated, stale
from autoencoders.records.occupancy import occupy
from autoencoders.records.recipe import Recipe, is_repeated, is_setting, recipe, typed_settings
from autoencoders.records.record import Record, key_of
from autoencoders.records.words import summary

logger = logging.getLogger(__name__)

SOURCES = "01_raw"  # the folder of data that users fill


class RecordHooks:
    """Note what makes each artifact, and let a run with --only-missing-outputs make what is out of date, too.

    What is kept here are the nodes at work in this process; all else lies on disk beside the artifacts.
    """

    def __init__(self) -> None:
        self._at_work: dict[str, tuple[Recipe, CatalogProtocol]] = {}  # by the node's name
        self._before: dict[str, str] = {}  # keys of the outputs that there were
        self._place: Path | None = None  # the file that says what this process works on

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Refuse to go on from what is out of date, or let what is be made anew."""
        self._at_work.clear()
        if not is_dry():
            self._enter(Path(run_params["project_path"]) / "data", pipeline, catalog)
        self._before = keys_of(pipeline, catalog)
        whole = sum_of(run_params["pipeline_names"])
        if len(whole.nodes) > len(pipeline.nodes):
            refuse(stale(pipeline.inputs() & whole.all_outputs(), whole, catalog))
        mark_earlier(pipeline, catalog)
        if run_params["only_missing_outputs"] or is_dry():
            reasons = outdated(pipeline, catalog)
            if is_dry():
                raise DryRun(reasons, len(pipeline.nodes))
            logger.info(summary(reasons, len(pipeline.nodes)))
            for node in pipeline.nodes:
                if node.name in reasons:
                    hide(node, catalog)

    @hook_impl(tryfirst=True)
    def before_node_run(self, node: Node, catalog: CatalogProtocol, inputs: dict[str, Any]) -> None:
        """Work out what the node makes, from inputs that are what was saved."""
        if is_repeated(node):
            return
        settings = {name: value for name, value in inputs.items() if is_setting(name)}
        found = recipe(node, settings, lambda name: checked_key(name, catalog.get(name)))
        self._at_work[node.name] = found, catalog

    @hook_impl(tryfirst=True)
    def after_dataset_saved(self, dataset_name: str, node: Node) -> None:
        """Note what has made an output."""
        if node.name in self._at_work:
            found, catalog = self._at_work[node.name]
            Record.write(catalog.get(dataset_name), found)

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Let others work here, and say what this run has put out of date."""
        self._leave()
        changed = {name for name, key in keys_of(pipeline, catalog).items() if key != self._before.get(name, key)}
        if behind := sorted(left_behind(pipeline, changed, catalog)):
            logger.warning(
                "Out of date now, with all that follows from it: %s%s; kedro run --pipelines %s --only-missing-outputs "
                "makes it anew.",
                *(behind[0], f" and {len(behind) - 1} more" if behind[1:] else "", ",".join(suites_of(pipeline))),
            )

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Let others work here."""
        self._leave()

    def _enter(self, data: Path, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Wait until nobody is in the way, and sweep what killed runs left."""
        reads, writes = (places_of(names, catalog) for names in (pipeline.inputs(), pipeline.all_outputs()))
        self._place = occupy(data, reads, writes)
        left = sum(sweep(folder) for folder in sorted(data.iterdir()) if folder.is_dir() and folder.name != SOURCES)
        left += sum(sweep(folder, deep=False) for folder in data.glob(f"{SOURCES}/*/raw"))
        if left:
            logger.info("Temporary files that killed runs left: %d removed.", left)

    def _leave(self) -> None:
        place, self._place = self._place, None
        if place is not None:
            place.unlink(missing_ok=True)


def places_of(names: set[str], catalog: CatalogProtocol) -> set[str]:
    """Return where some datasets are kept, of those that are kept anywhere."""
    found = [place_of(dataset) for name in names if (dataset := catalog.get(name)) is not None]
    return {str(place) for place in found if place is not None}


def sum_of(names: list[str] | None) -> Pipeline:
    """Return the pipelines of some names as one."""
    return reduce(add, [pipelines[name] for name in names or ["__default__"]])


def checked_key(name: str, dataset: AbstractDataset) -> str:
    """Return the key of an input.

    Raises:
        DatasetError: It is damaged, or another was put into its place.
    """
    record = Record.of(dataset)
    if record is not None and not record.fits(dataset):
        files = ", ".join(map(str, files_of(dataset)[:1]))
        raise DatasetError(
            f"{name} is damaged: {files} is not what was saved; run with --only-missing-outputs to have it made anew"
        )
    return key_of(dataset, record)


def mark_earlier(pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Tell datasets that load what earlier runs of other studies left whether it is out of date, and log which are."""
    found: dict[str, str] = {}
    for name in sorted(pipeline.inputs()):
        dataset = catalog.get(name)
        if hasattr(dataset, "out_of_date") and dataset.exists():
            study = str(Key.of_dataset(name)[0].whole_study)
            dataset.out_of_date = why_out_of_date(dataset, pipelines[study], catalog)
            found |= {study: dataset.out_of_date} if dataset.out_of_date else {}
    if found:
        logger.warning(
            "Out of date, and marked so in the report: %s (%s). To make it anew, run kedro run --pipelines %s "
            "--only-missing-outputs.",
            *(", ".join(found), next(iter(found.values())), ",".join(found)),
        )


def why_out_of_date(dataset: AbstractDataset, maker: Pipeline, catalog: CatalogProtocol) -> str:
    """Return why the artifact of a dataset is not what a pipeline would make today, if it is not."""
    made = {name for name in maker.all_outputs() if place_of(catalog.get(name)) == place_of(dataset)}
    try:
        return "; ".join(stale(made, maker, catalog, typed_settings(maker, catalog)).values())
    except ParameterValidationError as error:
        return str(error).splitlines()[-1]


def suites_of(pipeline: Pipeline) -> list[str]:
    """Return the datasets and sheets that a pipeline makes something of."""
    return sorted({Key.of_dataset(name)[0].suite for name in pipeline.all_outputs()} & set(pipelines))


def keys_of(pipeline: Pipeline, catalog: CatalogProtocol) -> dict[str, str]:
    """Return the key of what there is of each output of a pipeline that has a record."""
    found = {name: Record.of(dataset) for node in pipeline.nodes for name, dataset in kept(node, catalog).items()}
    return {name: record.recipe.key for name, record in found.items() if record is not None}


def left_behind(pipeline: Pipeline, changed: set[str], catalog: CatalogProtocol) -> Iterator[str]:
    """Yield what a run did not make, though it was made from what the run has changed."""
    made = pipeline.all_outputs()
    for node in {node for suite in suites_of(pipeline) for node in pipelines[suite].nodes if changed}:
        taken = changed.intersection(node.inputs)
        if taken and made.isdisjoint(node.outputs):
            for name, dataset in kept(node, catalog).items():
                before = record.recipe.inputs if (record := Record.of(dataset)) else {}
                if any(before[one] != key_of(catalog.get(one)) for one in taken & before.keys()):
                    yield name


def refuse(found: dict[str, str]) -> None:
    """Refuse to make anything from inputs that are out of date.

    Raises:
        ValueError: There are such inputs.
    """
    if not found:
        return
    (name, why), *others = found.items()
    more = f" and {len(others)} more" if others else ""
    raise ValueError(
        f"{name}{more} would stand beside fresh results, but out of date ({why}); "
        "run the whole pipeline with --only-missing-outputs, without --tags, --namespaces and other filters"
    )


def hide(node: Node, catalog: CatalogProtocol) -> None:
    """Let the outputs of a node count as missing until they have been saved anew: Kedro looks at nothing else."""
    for dataset in kept(node, catalog).values():
        last = [identity(file) for file in files_of(dataset)[-1:]]
        dataset._exists = partial(is_replaced, dataset, last)


def is_replaced(dataset: AbstractDataset, before: list[tuple[int, int] | None]) -> bool:
    """Tell whether the file of a dataset that is written last is another than it was."""
    now = [identity(file) for file in files_of(dataset)[-1:]]
    return now not in ([], [None], before)
