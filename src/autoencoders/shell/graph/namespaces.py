"""Namespaces with their inputs, outputs and contents, as the graph draws them."""

from collections import defaultdict

from kedro.pipeline import Pipeline
from kedro_viz.data_access.repositories.modular_pipelines import ModularPipelinesRepository


class Namespaces(ModularPipelinesRepository):
    """Namespaces that hand out only what others take.

    Kedro-Viz counts a dataset that nobody takes among a namespace's outputs and draws it outside, up to the top:
    here, that would be every figure and table. It also builds a pipeline for each namespace anew, minutes in all.
    """

    def populate_tree(self, pipeline: Pipeline) -> None:
        """Add every namespace of a pipeline with its inputs, outputs and children."""
        members, takers = defaultdict(list), defaultdict(list)  # nodes by namespace, places by dataset
        for node in pipeline.nodes:
            for namespace in self._explode_namespace(node.namespace):
                members[namespace].append(node)
            for name in node.inputs:
                takers[name].append(f"{node.namespace}.")
        for namespace in sorted(members):
            nodes = members[namespace]
            made = {name for node in nodes for name in node.outputs}
            taken = {name for node in nodes for name in node.inputs}
            given = {name for name in made if not all(one.startswith(f"{namespace}.") for one in takers[name])}
            self.get_or_create_modular_pipeline(namespace)
            self._add_inputs(namespace, taken - made)
            self._add_outputs(namespace, given)
            self._add_children(namespace, nodes)
