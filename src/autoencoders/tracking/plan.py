"""The plan of one `kedro run`: which files it will write, and which keys it will train."""

import getpass
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from autoencoders.data.temporary import temporary_beside
from autoencoders.key import Key
from autoencoders.records.artifact import identity
from autoencoders.records.occupancy import FOLDER
from autoencoders.records.process import this_process
from autoencoders.tracking.store import store_of


class Output(NamedTuple):
    """A file that a run is to write, and its identity before."""

    path: Path
    before: tuple[int, int] | None

    @classmethod
    def at(cls, path: Path) -> "Output":
        """Note a file as it is now."""
        return cls(path, identity(path))

    def is_new(self) -> bool:
        """Tell whether the file has been written since; saves replace files, so each has an identity of its own."""
        return identity(self.path) not in (None, self.before)


@dataclass(frozen=True)
class Plan:
    """What one `kedro run` is about to do.

    Attributes:
        kedro_run: Kedro's id of it.
        project: The project's folder.
        outputs: The files to write, by key and name of the dataset.
        images: The dataset of the image set of each suite.
        fresh: The keys to train from the start; others go on with the run they have.
        off: A file that is there once tracking has failed in a process: some of what was made is not logged.
        tags: What all runs of MLflow share.
    """

    kedro_run: str
    project: Path
    outputs: dict[Key, dict[str, Output]]
    images: dict[str, str]
    fresh: frozenset[Key]
    off: Path
    tags: dict[str, str]

    @property
    def uri(self) -> str:
        """Address of the tracking store: `MLFLOW_TRACKING_URI`, or the project's own SQLite database."""
        return store_of(self.project)

    def mark_off(self) -> None:
        """Let all processes know that tracking has failed in this one, if the system allows."""
        with suppress(OSError):
            self.off.parent.mkdir(parents=True, exist_ok=True)
            self.off.touch()

    def is_done(self, key: Key) -> bool:
        """Tell whether every output of a key has been written."""
        return all(output.is_new() for output in self.outputs[key].values())


def plan_of(run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> Plan:
    """Foresee what a `kedro run` does: which files it writes, and which keys it trains from the start."""
    remaining = missing_part(pipeline, catalog) if run_params["only_missing_outputs"] else pipeline
    outputs: dict[Key, dict[str, Output]] = {}
    for node in remaining.nodes:
        if key := run_of(node):
            files = {name: getattr(catalog.get(name), "_filepath", None) for name in node.outputs}
            written = {name: Output.at(Path(file)) for name, file in files.items() if file is not None}
            outputs.setdefault(key, {}).update(written)
    return Plan(
        kedro_run=run_params["run_id"],
        project=Path(run_params["project_path"]),
        outputs=outputs,
        images={
            Key.parse(node.namespace).suite: found[0]  # a node's own image set comes before those of other datasets
            for node in pipeline.nodes
            if node.namespace and (found := [name for name in node.inputs if name.endswith(".images")])
        },
        fresh=fresh_keys(remaining, pipeline),
        off=temporary_beside(Path(run_params["project_path"], "data", FOLDER, "untracked")),
        tags=shared_tags(run_params, catalog) if any(map(run_of, pipeline.nodes)) else {},
    )


def missing_part(pipeline: Pipeline, catalog: CatalogProtocol) -> Pipeline:
    """Return what `--only-missing-outputs` leaves of a pipeline: the runner knows, hooks are not told."""
    from kedro.runner import SequentialRunner

    return SequentialRunner()._filter_pipeline_for_missing_outputs(pipeline, catalog)


def fresh_keys(remaining: Pipeline, pipeline: Pipeline) -> frozenset[Key]:
    """Return the keys of which every training is to run, and the comparisons of their studies."""
    asked, left = trainings(pipeline), trainings(remaining)
    trained = {key for key, count in left.items() if count == asked[key]}
    return frozenset(trained | {key.comparison for key in trained})


def trainings(pipeline: Pipeline) -> Counter[Key]:
    """Count the training nodes of each key."""
    places = (run_of(node) for node in pipeline.nodes if "training" in node.tags)
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


def run_of(node: Node) -> Key | None:
    """Return what a node's run of MLflow stands for: a detector with one seed, or a study's comparison, if any."""
    key = Key.parse(node.namespace or "")
    return key._replace(normal_class="") if key.seed or key.is_comparison else None
