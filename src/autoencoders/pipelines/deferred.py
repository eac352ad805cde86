"""Pipelines that cost nothing until they are used."""

from collections.abc import Callable
from typing import Any

from kedro.pipeline import Pipeline


class Deferred(Pipeline):
    """A pipeline that is put together when it is first looked into; to be named takes none of its nodes.

    Args:
        make: Puts it together.
    """

    def __init__(self, make: Callable[[], Pipeline]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        """Put it together: what a pipeline holds is missing only before."""
        make = self.__dict__.pop("_make", None)
        if make is None:
            raise AttributeError(name)
        self.__dict__.update(vars(make()))
        return getattr(self, name)
