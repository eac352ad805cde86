"""A task is a replicate, and tasks wait for one another in no circle."""

from graphlib import TopologicalSorter

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node

from autoencoders.cluster.groups import check_kept, groups_of
from autoencoders.key import Key


@pytest.mark.parametrize("name", ["digits", "tu_berlin", "mnist.denoising", "kmnist", "surfaces"])
def test_each_replicate_is_one_group_and_all_nodes_are_in_one_after_those_they_need(pipelines, name):
    pipeline = pipelines[name]
    groups = {group.name: group for group in groups_of(pipeline)}
    order = list(TopologicalSorter({one.name: one.after for one in groups.values()}).static_order())
    nodes = [node for name in order for node in groups[name].nodes]
    assert sorted(node.name for node in nodes) == sorted(node.name for node in pipeline.nodes)
    made = pipeline.inputs()
    for one in nodes:
        assert set(one.inputs) <= made
        made |= set(one.outputs)
    replicates = {one.namespace for one in nodes if name != "surfaces" and Key.parse(one.namespace).seed}
    assert replicates <= groups.keys()
    assert all({one.namespace for one in groups[replicate].nodes} == {replicate} for replicate in replicates)


def same(value):
    return value


def test_what_a_worker_would_keep_in_memory_is_refused_unless_it_uses_it_up():
    catalog = DataCatalog({name: MemoryDataset() for name in ("between", "end")})
    first, second = node(same, "start", "between", namespace="a"), node(same, "between", "end", namespace="a")
    with pytest.raises(ValueError, match="end must be kept on disk for DaskRunner"):
        check_kept(groups_of(Pipeline([first, second])), catalog)
    used_up = node(same, "between", None, namespace="a")
    check_kept(groups_of(Pipeline([first, used_up])), catalog)
    elsewhere = node(same, "between", None, namespace="b")
    with pytest.raises(ValueError, match="between must be kept on disk"):
        check_kept(groups_of(Pipeline([first, elsewhere])), catalog)
