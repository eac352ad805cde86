"""The boxes of the graph, what each holds, and the lines from box to box."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from kedro.pipeline import Pipeline
from kedro_viz.constants import ROOT_MODULAR_PIPELINE_ID as ROOT
from kedro_viz.data_access.repositories.modular_pipelines import ModularPipelinesRepository
from kedro_viz.models.flowchart.model_utils import GraphNodeType
from kedro_viz.models.flowchart.nodes import ModularPipelineChild
from kedro_viz.utils import _hash, _hash_input_output, is_dataset_param

from autoencoders.key import Key

Boxes = tuple[str, ...]  # around a node or dataset, the outermost first


class Namespaces(ModularPipelinesRepository):
    """Boxes that keep what is made in them.

    Kedro-Viz draws a dataset that one box hands to another outside both: five to each variant of a study. Here it
    stands where it is made, and while its box is closed, a line leads from there to whoever takes it.

    Attributes:
        lines: From and to where; those that Kedro-Viz draws itself may be among them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: set[tuple[str, str]] = set()

    def populate_tree(self, pipeline: Pipeline) -> None:
        """Add every box of a pipeline with its inputs and contents."""
        around = boxes_around(pipeline)
        homes = homes_of(pipeline, around)
        for boxes in set(around.values()):
            for number, box in enumerate(boxes):
                self._put(box, GraphNodeType.MODULAR_PIPELINE, boxes[:number])
        for name, boxes in homes.items():
            self._put(_hash_input_output(name), GraphNodeType.DATA, boxes)
        for node in pipeline.nodes:
            boxes, identity = around[node.name], _hash(str(node))
            self._put(identity, GraphNodeType.TASK, boxes)
            for box in boxes:
                self.tree[box].tags.update(node.tags)
            for name in node.inputs:
                self._lead(_hash_input_output(name), homes.get(name, ()), identity, boxes)

    def _put(self, identity: str, kind: GraphNodeType, boxes: Boxes) -> None:
        """Put something into the innermost of some boxes."""
        inner = boxes[-1] if boxes else ROOT
        self.get_or_create_modular_pipeline(inner).children.add(ModularPipelineChild(id=identity, type=kind))
        if kind == GraphNodeType.MODULAR_PIPELINE:
            self.get_or_create_modular_pipeline(identity)
        elif boxes:
            self.node_mod_pipeline_map[identity].add(inner)

    def _lead(self, dataset: str, home: Boxes, taker: str, boxes: Boxes) -> None:
        """Draw the lines from a dataset or a closed box around it to its taker or a closed box around that."""
        shared = len(common([home, boxes]))
        if shared < len(home):
            ends = (taker, *boxes[shared:])
            self.lines |= {(start, end) for start in (dataset, *home[shared:]) for end in ends}
        else:
            for box in boxes[shared:]:
                self.tree[box].inputs.add(dataset)


def boxes_around(pipeline: Pipeline) -> dict[str, Boxes]:
    """Return the boxes around each node, by its name.

    There is one for each namespace, but for those with a single node, and for those with no other box beside them:
    of these, the contents are drawn at once.
    """
    places = {node.name: levels(node.namespace or "") for node in pipeline.nodes}
    held = Counter(box for boxes in places.values() for box in boxes)
    inner = defaultdict(set)
    for boxes in set(places.values()):
        for outer, box in pairwise((ROOT, *boxes)):
            if held[box] > 1:
                inner[outer].add(box)
    drawn = set(boxes_in(ROOT, inner))
    return {name: tuple(box for box in boxes if box in drawn) for name, boxes in places.items()}


def levels(namespace: str) -> Boxes:
    """Return a namespace and those it lies in; what a study's detectors share of each normal class lies in one more."""
    parts = namespace.split(".") if namespace else []
    found = [".".join(parts[: number + 1]) for number in range(len(parts))]
    key = Key.parse(namespace)
    if key.detector and not key.seed and not key.is_comparison:
        found.insert(2, f"{key.whole_study}.normal classes")
    return tuple(found)


def boxes_in(outer: str, inner: dict[str, set[str]]) -> Iterator[str]:
    """Yield the boxes to draw within one, which is not itself drawn again."""
    boxes = inner[outer]
    while len(boxes) == 1:
        boxes = inner[next(iter(boxes))]
    for box in boxes:
        yield box
        yield from boxes_in(box, inner)


def homes_of(pipeline: Pipeline, around: dict[str, Boxes]) -> dict[str, Boxes]:
    """Return the boxes in which each dataset stands: those of its maker, or else all that its takers share."""
    takers = defaultdict(list)
    for node in pipeline.nodes:
        for name in node.inputs:
            takers[name].append(around[node.name])
    taken = {name: common(boxes) for name, boxes in takers.items() if not is_dataset_param(name)}
    return taken | {name: around[node.name] for node in pipeline.nodes for name in node.outputs}


def common(boxes: Iterable[Boxes]) -> Boxes:
    """Return the outermost boxes that are the same in all."""
    shared = []
    for level in zip(*boxes, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return tuple(shared)
