"""A recipe: everything that determines what a node makes."""

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache, cached_property, reduce
from importlib.metadata import version
from operator import getitem
from typing import Any

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from kedro.validation.parameter_validator import ParameterValidator
from pydantic import BaseModel

from autoencoders.records.code import code_behind, code_of, digest

SETTING = "params:"
PACKAGES = ("numpy", "scikit-learn", "torch")  # whose versions change numbers


@dataclass(frozen=True)
class Recipe:
    """What made an artifact, or would make it today; equal recipes have equal keys.

    Attributes:
        code: Digest of the node's function and of each module of the package that it reaches, by name.
        settings: Values of the node's parameters, by name.
        inputs: Key of each other input, by name.
        versions: Version of each package that changes numbers.
    """

    code: dict[str, str]
    settings: dict[str, Any]
    inputs: dict[str, str]
    versions: dict[str, str]

    @cached_property
    def key(self) -> str:
        """The digest of it all."""
        return digest(json.dumps(asdict(self), sort_keys=True))

    def changes(self, earlier: "Recipe") -> Iterator[str]:
        """Say what has changed since an earlier recipe; of inputs, what is there no more or was not there before."""
        yield from _changed(earlier.settings, self.settings)
        if modules := _differing(earlier.code, self.code):
            others = len(modules) - 1
            more = f" and of {others} other module{'s' if others > 1 else ''}" if others else ""
            yield f"the code of {modules[0]}{more} has changed"
        for name in _differing(earlier.versions, self.versions):
            yield f"{name} was {earlier.versions.get(name)}, is {self.versions.get(name)}"
        for name in sorted(set(earlier.inputs) ^ set(self.inputs)):
            yield f"{name} is {'new' if name in self.inputs else 'no longer'} among the inputs"


def recipe(node: Node, values: dict[str, Any], keys: Callable[[str], str]) -> Recipe:
    """Return the recipe of a node.

    Args:
        node: The node.
        values: Its parameters, by name.
        keys: Returns the key of another input.
    """
    kinds = frozenset(kind.__module__ for value in values.values() for kind in _kinds(value))
    return Recipe(
        code=code_behind(node.func) | code_of(kinds),
        settings={name.removeprefix(SETTING): plain(value) for name, value in values.items()},
        inputs={name: keys(name) for name in node.inputs if not is_setting(name)},
        versions=versions(),
    )


def typed_settings(pipeline: Pipeline, catalog: CatalogProtocol) -> Callable[[str], Any]:
    """Return what loads parameters by name, typed as the nodes of a pipeline take them that is not to run.

    Kedro itself types those of what is to run alone.

    Raises:
        ParameterValidationError: One does not fit its type.
    """
    typed = ParameterValidator({"": pipeline}).validate_raw_params(catalog.load("parameters"))
    return lambda name: reduce(getitem, name.removeprefix(SETTING).split("."), typed)


def is_setting(name: str) -> bool:
    """Tell whether an input is a parameter."""
    return name.startswith(SETTING)


def is_repeated(node: Node) -> bool:
    """Tell whether a node goes on by itself from what it has left: one that yields its outputs piece by piece."""
    return inspect.isgeneratorfunction(node.func)


@cache
def versions() -> dict[str, str]:
    """Return the versions of the packages that change numbers."""
    return {package: version(package) for package in PACKAGES}


def plain(value: Any) -> Any:
    """Return a parameter as JSON knows it."""
    return json.loads(json.dumps(value, default=_plain))


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)


def _kinds(value: Any) -> Iterator[type]:
    """Yield the classes of a typed parameter and of all blocks in it."""
    if isinstance(value, BaseModel):
        yield type(value)
        value = dict(value)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _kinds(one)


def _differing(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return the names whose values differ, or that one of both lacks."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _changed(before: Any, now: Any, name: str = "") -> Iterator[str]:
    """Say which values differ, by their dotted names."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(before.keys() | now.keys()):
            yield from _changed(before.get(key), now.get(key), f"{name}.{key}" if name else key)
    elif before != now:
        yield f"{name} was {json.dumps(before)}, is {json.dumps(now)}"
