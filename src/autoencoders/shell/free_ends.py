"""The free inputs and outputs of a pipeline, which Kedro's runners ask for after each node, looked up once."""

from collections.abc import Callable
from functools import wraps

from kedro.framework.hooks import hook_impl
from kedro.pipeline import Pipeline


class FreeEndsHooks:
    """Lets a pipeline remember its free ends: it never changes, and to find them, all its nodes must be read.

    Without this, the look-ups of a run of 4,000 nodes take three minutes, and four times that where there are 8,000.
    """

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Do so for all pipelines: a runner makes another of the nodes that are out of date."""
        for name in ("inputs", "outputs"):
            found = getattr(Pipeline, name)
            if not hasattr(found, "__wrapped__"):
                setattr(Pipeline, name, remembered(found))


def remembered(method: Callable[[Pipeline], set[str]]) -> Callable[[Pipeline], set[str]]:
    """Return a method that computes its result once for each pipeline."""

    @wraps(method)
    def recall(pipeline: Pipeline) -> set[str]:
        place = f"_remembered_{method.__name__}"
        if place not in vars(pipeline):
            vars(pipeline)[place] = frozenset(method(pipeline))
        return set(vars(pipeline)[place])

    return recall
