"""Groups: which nodes go to a worker together, so that one task is one replicate."""

from dataclasses import dataclass

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node


@dataclass(frozen=True)
class Group:
    """Nodes of one namespace that run one after another.

    Attributes:
        name: Their namespace, with a number after it where that has several groups.
        nodes: The nodes, in the order of the data's flow.
        after: The names of the groups that must have ended before.
    """

    name: str
    nodes: tuple[Node, ...]
    after: frozenset[str]


def groups_of(pipeline: Pipeline) -> list[Group]:
    """Divide a pipeline into groups that wait for one another in no circle.

    What joins others, such as a dataset's page, may lie in the namespace of what these begin with, its images. So nodes
    of a namespace are together if they are at the same level: the most changes of namespace on a way to a node. From
    group to group the level only rises: with each change of namespace, and between two groups of one namespace.
    """
    before = pipeline.node_dependencies
    levels: dict[Node, int] = {}
    for node in pipeline.nodes:  # in the order of the data's flow
        levels[node] = max((levels[one] + (one.namespace != node.namespace) for one in before[node]), default=0)
    members: dict[tuple[str, int], list[Node]] = {}
    for node in pipeline.nodes:
        members.setdefault((node.namespace or node.name, levels[node]), []).append(node)
    places = [place for place, _ in members]
    names = {one: one[0] if places.count(one[0]) == 1 else f"{one[0]} ({one[1]})" for one in members}
    group_of = {node: names[one] for one, nodes in members.items() for node in nodes}
    return [
        Group(
            names[one],
            tuple(nodes),
            frozenset(group_of[earlier] for node in nodes for earlier in before[node]) - {names[one]},
        )
        for one, nodes in members.items()
    ]


def check_kept(groups: list[Group], catalog: CatalogProtocol) -> None:
    """Refuse what one worker would keep in its memory, though it is for others or for the one who runs it all.

    Raises:
        ValueError: A group makes a dataset that is not kept on disk, and does not use it up itself.
    """
    for group in groups:
        own = {name for node in group.nodes for name in node.inputs}
        others = {name for one in groups if one is not group for node in one.nodes for name in node.inputs}
        for name in (name for node in group.nodes for name in node.outputs):
            if getattr(catalog.get(name), "_EPHEMERAL", False) and (name in others or name not in own):
                raise ValueError(f"{name} must be kept on disk for DaskRunner; give it a file in conf/base/catalog.yml")
