"""What a run says about sanity checks that failed."""

import logging
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.pipeline.node import Node

from autoencoders.key import MATCHES_PCA, Key
from autoencoders.tracking.tracker import verdicts

logger = logging.getLogger(__name__)


class SanityCheckHooks:
    """Say whose sanity checks failed."""

    @hook_impl
    def after_node_run(self, node: Node, outputs: dict[str, Any]) -> None:
        """Log every sanity check among the metrics that a node found to have failed."""
        for metrics in outputs.values():
            for check, held in verdicts(metrics).items() if isinstance(metrics, dict) else ():
                if not held:
                    self._tell(node.namespace, check)

    @staticmethod
    def _tell(place: str, check: str) -> None:
        """Log a failed check as an error, a finding as a warning: once of a detector, not of each normal class."""
        if check != MATCHES_PCA:
            logger.error("%s: sanity check failed: %s. Do not trust these numbers.", place, check)
        elif not Key.parse(place).normal_class:
            meaning = "PCA leaves less error at the same code size: too few steps or images, or a finding."
            logger.warning("%s: sanity check failed: %s. %s", place, check, meaning)
