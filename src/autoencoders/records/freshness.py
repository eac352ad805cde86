"""Freshness: which nodes of a pipeline must run, and why, to bring all of their outputs up to date."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kedro.io import AbstractDataset, CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from autoencoders.records.artifact import place_of
from autoencoders.records.recipe import Recipe, is_repeated, is_setting, recipe
from autoencoders.records.record import Record, key_of

UNKNOWN = "nothing says what made the outputs that are there"


@dataclass(frozen=True)
class Reason:
    """Why a node must run.

    Attributes:
        what: In words.
        follows: Whether only because a node before it must.
    """

    what: str
    follows: bool = False


def recipes(pipeline: Pipeline, catalog: CatalogProtocol, load: Callable[[str], Any]) -> dict[str, Recipe]:
    """Return the recipe of each node as it would be today, by the node's name, in the order of the data's flow.

    Args:
        pipeline: The nodes.
        catalog: Where their inputs are.
        load: Loads a parameter by name.
    """
    keys: dict[str, str] = {}

    def key(name: str) -> str:
        if name not in keys:
            keys[name] = key_of(catalog.get(name))
        return keys[name]

    found = {}
    for node in pipeline.nodes:
        found[node.name] = recipe(node, {name: load(name) for name in node.inputs if is_setting(name)}, key)
        keys |= dict.fromkeys(node.outputs, found[node.name].key)
    return found


def outdated(pipeline: Pipeline, catalog: CatalogProtocol) -> dict[str, Reason]:
    """Return why each node must run that must: its outputs are missing, damaged or made otherwise, or follow from such.

    Args:
        pipeline: The nodes.
        catalog: Where their inputs and outputs are.

    Returns:
        The reasons by the nodes' names, in the order of the data's flow.
    """
    today = recipes(pipeline, catalog, catalog.load)
    makers: dict[str, str] = {}  # output -> the node that must make it anew
    found: dict[str, Reason] = {}
    for node in pipeline.nodes:
        reason = reason_of(node, today[node.name], catalog, changed=set(makers))
        before = next((makers[name] for name in node.inputs if name in makers), None)
        if reason is None and before is not None:
            reason = found[before] if found[before].follows else Reason(f"follows from {before}", follows=True)
        if reason is not None:
            found[node.name] = reason
            makers |= dict.fromkeys(node.outputs, node.name)
    return found


def reason_of(node: Node, today: Recipe, catalog: CatalogProtocol, changed: set[str]) -> Reason | None:
    """Return why a node must run, if not because of inputs among `changed`."""
    if is_repeated(node):
        return Reason("it goes on with what is new")
    for name, dataset in kept(node, catalog).items():
        record = Record.of(dataset)
        if not dataset.exists():
            return Reason("outputs are missing")
        if record is None:
            return Reason(UNKNOWN)
        if what := differences(today, record.recipe, changed):
            return Reason(what)
        if not record.fits(dataset):
            return Reason(f"{name} is damaged: it is not what was saved")
    return None


def kept(node: Node, catalog: CatalogProtocol) -> dict[str, AbstractDataset]:
    """Return those outputs of a node that are kept on disk, by name."""
    found = {name: catalog.get(name) for name in node.outputs}
    return {name: dataset for name, dataset in found.items() if dataset is not None and place_of(dataset) is not None}


def differences(today: Recipe, earlier: Recipe, changed: set[str]) -> str:
    """Say in what a recipe differs from an earlier one, if not in inputs among `changed`."""
    if today.key == earlier.key:
        return ""
    others = [
        name for name, key in today.inputs.items() if name not in changed and earlier.inputs.get(name, key) != key
    ]
    return "; ".join([*today.changes(earlier), *(f"{name} has changed" for name in others)])


def stale(
    names: set[str], maker: Pipeline, catalog: CatalogProtocol, load: Callable[[str], Any] | None = None
) -> dict[str, str]:
    """Return why some outputs of a pipeline are not as it would make them today, by name, of those that are there.

    Args:
        names: The outputs.
        maker: The pipeline.
        catalog: Where its inputs and outputs are.
        load: Loads a parameter by name; none: the catalog does.
    """
    before = maker.to_outputs(*names) if names else Pipeline([])
    today = recipes(before, catalog, load or catalog.load)
    why: dict[str, str] = {}
    for node in before.nodes:
        above = next((why[name] for name in node.inputs if name in why), "")
        for name, dataset in kept(node, catalog).items():
            record = Record.of(dataset)
            found = UNKNOWN if record is None else differences(today[node.name], record.recipe, set(why)) or above
            if found and dataset.exists():
                why[name] = found
    return {name: reason for name, reason in why.items() if name in names}
