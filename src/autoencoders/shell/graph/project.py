"""The project's pipelines, handed to Kedro-Viz."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Self

from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.io import AbstractDataset, CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from kedro_viz.data_access import DataAccessManager, data_access_manager
from kedro_viz.integrations.kedro.data_loader import _VizNullPluginManager
from kedro_viz.models.flowchart.edge import GraphEdge
from kedro_viz.models.flowchart.nodes import DataNode
from kedro_viz.models.metadata import NodeExtras
from kedro_viz.server import populate_data

from autoencoders.key import Key
from autoencoders.shell.graph.namespaces import Namespaces
from autoencoders.shell.graph.statistics import statistics_of


def load(names: Sequence[str], env: str | None = None) -> None:
    """Hand pipelines, and those that are parts of them, to Kedro-Viz.

    Args:
        names: Names of registered pipelines; the first is the one shown at first.
        env: Kedro's configuration environment.

    Raises:
        ValueError: There is no such pipeline.
    """
    for name in names:
        if name not in pipelines:
            raise ValueError(f"there is no pipeline {name!r}; `kedro registry list` names those there are")
    catalog = catalog_for(names, env)
    whole = {name: part for one in names for name, part in parts_of(one, pipelines).items()}
    shown = {name: drawn(part, catalog) for name, part in whole.items()}
    everything = sum((shown[name] for name in names), Pipeline([]))
    known = {name: NodeExtras(stats=statistics_of(catalog.get(name))) for name in everything.datasets()}
    data_access_manager.modular_pipelines = defaultdict(Namespaces)
    populate_data(data_access_manager, catalog, shown, known)
    name_and_join(data_access_manager, seeds_of(everything))


def catalog_for(names: Sequence[str], env: str | None) -> CatalogProtocol:
    """Return the catalog, with the parameters of some pipelines checked: those of all would take half a minute."""
    with KedroSession.create(Path.cwd(), env=env) as session:
        session._hook_manager = _VizNullPluginManager()  # nothing is run
        context = session.load_context()
        context._pipelines_to_validate = list(names)
        return context.catalog


def name_and_join(graph: DataAccessManager, seeds: Mapping[Key, int]) -> None:
    """Shorten the names in a graph, draw the lines from box to box, and do without bands for Kedro's layers.

    Boxes are in no layer, and the bands would make the graph a third taller.
    """
    for node in graph.nodes.as_list():
        node.name = Short(node.name, seeds)
        if isinstance(node, DataNode):
            node.layer = None
    for name, namespaces in graph.modular_pipelines.items():
        for start, end in namespaces.lines:
            graph.edges[name].add_edge(GraphEdge(source=start, target=end))
        for namespace, box in namespaces.as_dict().items():
            box.name = namespace.rpartition(".")[2]


def parts_of(name: str, pipelines: Mapping[str, Pipeline]) -> dict[str, Pipeline]:
    """Return a pipeline and, after it, those whose nodes it holds."""
    whole = {node.name for node in pipelines[name].nodes}
    parts = {
        one: part
        for one, part in pipelines.items()
        if one.startswith(f"{name}.") and {node.name for node in part.nodes} < whole
    }
    return {name: pipelines[name]} | parts


def drawn(pipeline: Pipeline, catalog: CatalogProtocol) -> Pipeline:
    """Return a pipeline without what the catalog keeps out of the graph, with `drawn: false` in its metadata."""

    def shown(node: Node) -> Node:
        seen = copy(node)
        seen.inputs = [name for name in node.inputs if is_drawn(catalog.get(name))]
        return seen

    return Pipeline([shown(node) for node in pipeline.nodes])


def is_drawn(dataset: AbstractDataset) -> bool:
    """Tell whether the catalog lets the graph show a dataset."""
    return (getattr(dataset, "metadata", None) or {}).get("drawn", True)


def seeds_of(pipeline: Pipeline) -> Counter[Key]:
    """Return how many seeds each study has."""
    places = {Key.parse(node.namespace or "") for node in pipeline.nodes}
    return Counter(study for study, _ in {(place.whole_study, place.seed) for place in places if place.seed})


class Short(str):
    """A name as the graph shows it; formatted into a command, it is whole."""

    def __new__(cls, name: str, seeds: Mapping[Key, int]) -> Self:
        """Shorten a name."""
        made = super().__new__(cls, short(name, seeds))
        made._whole = str(name)
        return made

    def __format__(self, specification: str) -> str:
        return format(self._whole, specification)


def short(name: str, seeds: Mapping[Key, int]) -> str:
    """Return a dataset's name without what its place in the graph tells.

    That is its suite and, below a variant, its study, and its seed where the study has no other.

    Args:
        name: Name of a dataset; others are returned as they are.
        seeds: How many there are in each study.
    """
    if name.startswith("params:") or " " in name:
        return name
    key, artifact = Key.of_dataset(name)
    if key.is_comparison:
        return f"{key.study}.{artifact}"
    begin = 2 if key.seed else 1
    if seeds.get(key.whole_study) == 1:
        key = key._replace(seed="")
    return ".".join([*key.parts[begin:], artifact])
