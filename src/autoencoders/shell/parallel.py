"""The runner of worker processes, each of which is given the catalog once.

Kedro's own sends it with every node: with 1,000 variants that took 1.5 s per node, and workers grew by 60 MB each time.
"""

import logging
import os
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from kedro.framework import project
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from kedro.runner import ParallelRunner as KedrosParallelRunner
from kedro.runner.task import Task


class ParallelRunner(KedrosParallelRunner):
    """Runs nodes in several processes at a time; its options are those of Kedro's runner of this name."""

    @property
    def _logger(self) -> logging.Logger:
        return logging.getLogger("kedro.runner")

    def _run(self, pipeline: Pipeline, catalog: CatalogProtocol, *others: Any, **named: Any) -> None:
        self._given = {node.name: node for node in pipeline.nodes}, catalog
        super()._run(pipeline, catalog, *others, **named)

    def _get_executor(self, max_workers: int) -> "Workers":
        context = get_context(os.environ.get("KEDRO_MP_CONTEXT") or None)
        return Workers(max_workers, context, _Worker.begin, self._given)


class Workers(ProcessPoolExecutor):
    """Processes that know the nodes and the catalog, and are told names."""

    def submit(self, task: Task) -> Future[Node]:
        """Let one of them run the node of a task."""
        return super().submit(_Worker.run, task.node.name, task.is_async, task.run_id)


class _Worker:
    """What a worker process keeps from node to node."""

    nodes: dict[str, Node]
    catalog: CatalogProtocol
    hook_manager: Any

    @classmethod
    def begin(cls, nodes: dict[str, Node], catalog: CatalogProtocol) -> None:
        if project.PACKAGE_NAME is None:  # it was spawned, and would lose the hooks without a word
            project.settings.configure(f"{__name__.partition('.')[0]}.settings")
        cls.nodes, cls.catalog = nodes, catalog
        cls.hook_manager = Task._run_node_synchronization(project.PACKAGE_NAME, project.LOGGING)

    @classmethod
    def run(cls, name: str, is_async: bool, run_id: str) -> Node:
        return Task(cls.nodes[name], cls.catalog, is_async, cls.hook_manager, run_id).execute()
