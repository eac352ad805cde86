"""Garbage collection, which need not look through the objects of a configuration: they last until a run ends."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from kedro.framework.hooks import hook_impl


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage until the pipeline runs, or the block ends.

    Nodes and datasets of a suite are a million objects; to look through them again and again takes a third of the
    time that they are made in.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class GarbageHooks:
    """Collects what a run leaves behind, and nothing that was made before it."""

    @hook_impl(trylast=True)
    def before_pipeline_run(self) -> None:
        """Set aside what there is."""
        gc.freeze()
        gc.enable()
