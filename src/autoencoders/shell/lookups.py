"""Look-ups that Kedro does again and again, done once: a pipeline's free ends, and the patterns of the catalog."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import parse
from kedro.framework.hooks import hook_impl
from kedro.io import catalog_config_resolver
from kedro.pipeline import Pipeline


class LookupHooks:
    """Lets a pipeline remember its free ends, and the catalog how it reads its patterns.

    A pipeline never changes, and to find its free ends, all its nodes must be read: without this, the look-ups of a run
    of 4,000 nodes take three minutes, and four times that where there are 8,000. A name of a dataset is compared with
    pattern after pattern, each of which takes longer to read than to compare.
    """

    @hook_impl
    def after_context_created(self) -> None:
        """Do so for all pipelines and catalogs: a runner makes another pipeline of the nodes that are out of date."""
        catalog_config_resolver.parse = parse_by_known
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


def parse_by_known(pattern: str, name: str) -> Any:
    """Return what the places in a pattern stand for in a name, or None, as `parse.parse` does."""
    return _compiled(pattern).parse(name)


_compiled = cache(parse.compile)
