"""The project's pipelines, handed to Kedro-Viz."""

from collections import defaultdict
from pathlib import Path
from typing import Self

from kedro.framework.project import PACKAGE_NAME
from kedro.io import AbstractDataset, CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from kedro_viz.data_access import data_access_manager
from kedro_viz.integrations.kedro.data_loader import load_data
from kedro_viz.server import populate_data

from autoencoders.key import COMPARISON
from autoencoders.shell.graph.namespaces import Namespaces


def load(name: str, env: str | None = None) -> None:
    """Hand a pipeline, and those that are parts of it, to Kedro-Viz.

    Args:
        name: Name of a registered pipeline.
        env: Kedro's configuration environment.

    Raises:
        ValueError: There is no such pipeline.
    """
    catalog, pipelines, extras = load_data(Path.cwd(), env, False, PACKAGE_NAME)
    if name not in pipelines:
        raise ValueError(f"there is no pipeline {name!r}; `kedro registry list` names those there are")
    data_access_manager.modular_pipelines = defaultdict(Namespaces)
    shown = {one: without_figures(part, catalog) for one, part in parts_of(name, pipelines).items()}
    populate_data(data_access_manager, catalog, shown, extras)
    for node in data_access_manager.nodes.as_list():
        node.name = Short(node.name)
    for namespaces in data_access_manager.modular_pipelines.values():
        for namespace, box in namespaces.as_dict().items():
            box.name = namespace.rpartition(".")[-1]


def parts_of(name: str, pipelines: dict[str, Pipeline]) -> dict[str, Pipeline]:
    """Return a pipeline and, after it, those whose nodes it holds: the first is the one shown at first."""
    whole = {node.name for node in pipelines[name].nodes}
    parts = {
        one: part
        for one, part in pipelines.items()
        if one.startswith(f"{name}.") and {node.name for node in part.nodes} < whole
    }
    return {name: pipelines[name]} | parts


def without_figures(pipeline: Pipeline, catalog: CatalogProtocol) -> Pipeline:
    """Return a pipeline whose reports take no figures: there are too many to draw a line for each."""

    def shown(node: Node) -> Node:
        if not isinstance(node._inputs, dict):
            return node
        kept = {key: one for key, one in node._inputs.items() if not is_figure(catalog.get(one))}
        return node if len(kept) == len(node._inputs) else node._copy(inputs=kept)

    return Pipeline([shown(node) for node in pipeline.nodes])


def is_figure(dataset: AbstractDataset) -> bool:
    """Tell whether a dataset is a picture or a chart."""
    return str(getattr(dataset, "_filepath", "")).endswith((".png", "_chart.json"))


class Short(str):
    """A name as the graph shows it; formatted into a command, it is whole."""

    def __new__(cls, name: str) -> Self:
        """Shorten a name."""
        made = super().__new__(cls, short(name))
        made._whole = str(name)
        return made

    def __format__(self, specification: str) -> str:
        return format(self._whole, specification)


def short(name: str) -> str:
    """Return a dataset's name without what its place in the graph tells: the suite and, below a variant, the study."""
    if name.startswith("params:") or " " in name:
        return name
    places = name.split(".")[1:] or [name]
    if len(places) > 2 and places[1] == COMPARISON:
        places.remove(COMPARISON)
    return ".".join(places[1:] if len(places) > 2 else places)
