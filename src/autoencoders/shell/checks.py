"""What a command asks for, checked before anything runs."""

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from kedro.pipeline.node import Node

from autoencoders.key import READ_BY_YAML, Key
from autoencoders.shell.files import check_files

SEEDS = 2**32  # NumPy's
RAW = ".raw"  # what the images of a dataset are read from bears its name and this
DETECTOR = "[A-Za-z][A-Za-z0-9_-]*"  # its name, which is that of a folder


def choose_pipelines(options: dict[str, Any]) -> None:
    """Name the default pipeline, and tell Kedro what it will be asked for, and where: else it reads the grid twice.

    For `__default__`, Kedro would check the parameters of every pipeline there is.
    """
    from kedro.framework.project import pipelines

    from autoencoders.pipelines.grid import DEFAULT

    if options["env"]:
        os.environ["KEDRO_ENV"] = options["env"]
    if not options["pipeline"]:
        options["pipelines"] = options["pipelines"] or [DEFAULT]
        pipelines.set_requested(options["pipelines"])


def check(options: dict[str, Any]) -> None:
    """Refuse what Kedro would accept without a word, or explain at length.

    Raises:
        click.ClickException: An option names what does not exist.
    """
    from kedro.framework.project import settings

    check_runner(options["runner"] or "SequentialRunner", options["runner_params"])
    source, env = options["conf_source"] or str(Path.cwd() / settings.CONF_SOURCE), options["env"]
    check_files([Path(source) / name for name in {"base", env or "local"}])
    loader = settings.CONFIG_LOADER_CLASS(source, env=env, **settings.CONFIG_LOADER_ARGS)
    if options["params"]:
        check_parameters(options["params"], loader["parameters"])
    asked = options["pipelines"] or [name for name in [options["pipeline"]] if name]
    check_pipelines(asked)
    check_datasets(asked, list(loader["catalog"]))
    nodes = [*options["node_names"], *options["from_nodes"], *options["to_nodes"]]
    if options["tags"] or options["namespaces"] or nodes:
        check_filters(asked, {"tag": options["tags"], "namespace": options["namespaces"], "node": nodes})


def check_runner(name: str, arguments: dict[str, Any]) -> None:
    """Refuse a runner that does not exist, or that does not take an argument."""
    from inspect import signature

    from kedro import runner
    from kedro.utils import load_obj

    try:
        found = signature(load_obj(name, "kedro.runner"))
    except (ImportError, AttributeError, ValueError):
        known = [one for one in runner.__all__ if one.endswith("Runner") and one != "AbstractRunner"]
        raise click.ClickException(there_is_no("runner", name, known)) from None
    for argument in arguments:
        if argument not in found.parameters:
            raise click.ClickException(there_is_no(f"argument of {name}", argument, list(found.parameters)))


def check_parameters(changes: dict[str, Any], parameters: dict[str, Any]) -> None:
    """Refuse `--params` for keys that the configuration does not have, and values that are no grid.

    Args:
        changes: What `--params` say.
        parameters: Those of the configuration.
    """
    from autoencoders.pipelines import grid

    seed = changes.get("seed", 0)
    if not isinstance(seed, int) or not 0 <= seed < SEEDS:
        raise click.ClickException(f"seed must be an integer, 0 or more and below {SEEDS}, got {seed!r}.")
    unreadable = [key for key, value in changes.items() if "${" in str(value)]
    if unreadable:
        raise click.ClickException(f"{unreadable[0]} must not hold ${{, which configuration takes for a reference.")
    known = {key: value for key, value in parameters.items() if not key.startswith("_")}
    check_detector(changes.get("detector", "own_images"), taken=set(known) - {"own_images", "score"})
    own = {key: value for key, value in changes.items() if key not in READ_BY_YAML}
    check_keys(own, known, "")
    if own:
        blocks = grid.read_parameters()
        grid.check_changes(blocks, laid_over(blocks, {key: value for key, value in own.items() if key in blocks}))


def laid_over(block: Any, changes: Any) -> Any:
    """Return a block with some values changed, at any depth."""
    if not (isinstance(block, dict) and isinstance(changes, dict)):
        return changes
    return block | {key: laid_over(block.get(key), value) for key, value in changes.items()}


def check_detector(name: Any, taken: set[str]) -> None:
    """Refuse a name of a detector that is none of a folder, or whose folder holds something else."""
    if not isinstance(name, str) or not re.fullmatch(DETECTOR, name):
        raise click.ClickException(f"detector must be a name of letters, digits, - and _, got {name!r}.")
    if name in taken:
        raise click.ClickException(f"detector must not be the name of a dataset or sheet, got {name!r}.")


def check_keys(changes: dict[str, Any], known: dict[str, Any], above: str) -> None:
    """Refuse keys that are not among the known ones, level by level, and a value where there is a block or a list."""
    for key, value in changes.items():
        if key not in known:
            if ".variants." in above.rstrip("."):  # which has a type
                continue
            below = f" below {above.rstrip('.')}" if above else ""
            more = "" if above else f", besides {' and '.join(READ_BY_YAML)}"
            raise click.ClickException(there_is_no(f"key{below}", key, list(known), "--params: ", more))
        for kind, words in ((dict, "a block of keys"), (list, "a list")):
            if isinstance(known[key], kind) and not isinstance(value, kind):
                raise click.ClickException(f"--params: {above}{key} must be {words}, got {value!r}.")
        if isinstance(value, dict) and isinstance(known[key], dict):
            check_keys(value, known[key], f"{above}{key}.")


def check_pipelines(names: list[str]) -> None:
    """Refuse pipelines that are not registered."""
    from kedro.framework.project import pipelines

    pipelines.set_requested(names or None)  # as Kedro will, which keeps it from reading the grid twice
    for name in names:
        if name not in pipelines:
            known = sorted((one for one in pipelines if one != "__default__"), key=lambda one: (one.count("."), one))
            raise click.ClickException(there_is_no("pipeline", name, known))


def check_datasets(pipeline_names: list[str], catalog: list[str]) -> None:
    """Refuse pipelines that need images of which the catalog does not say where they come from."""
    from kedro.framework.project import pipelines

    sources = {name for one in pipeline_names for name in pipelines[one].inputs() if name.endswith(RAW)}
    for name in sorted(sources.difference(catalog)):
        known = [one.removesuffix(RAW) for one in catalog if one.endswith(RAW)]
        raise click.ClickException(there_is_no("dataset in the catalog", name.removesuffix(RAW), known))


def check_filters(pipeline_names: list[str], filters: dict[str, list[str]]) -> None:
    """Refuse tags, namespaces and nodes that the pipelines do not have."""
    from kedro.framework.project import pipelines

    nodes = [node for name in pipeline_names or ["__default__"] for node in pipelines[name].nodes]
    found = {
        "tag": {tag for node in nodes for tag in node.tags},
        "namespace": {place for node in nodes for place in namespaces(node)},
        "node": {node.name for node in nodes},
    }
    known = {kind: sorted(names, key=lambda name: (name.count("."), name)) for kind, names in found.items()}
    place = f"in the pipeline {', '.join(pipeline_names)}" if pipeline_names else "in the pipeline that runs by default"
    for kind, wanted in filters.items():
        for name in wanted:
            if name not in known[kind]:
                raise click.ClickException(there_is_no(f"{kind} {place}", name, known[kind]))


def namespaces(node: Node) -> list[str]:
    """Return the namespace of a node and all that contain it."""
    parts = Key.parse(node.namespace or "").parts
    return [str(Key(*parts[:depth])) for depth in range(1, len(parts) + 1)]


def there_is_no(what: str, name: str, known: list[str], before: str = "", more: str = "") -> str:
    """Say that a name does not exist, and which do: similar ones first, at most a dozen."""
    similar = get_close_matches(name, known, n=3)
    shown = [*similar, *(one for one in known if one not in similar)]
    names = ", ".join(shown[:12]) + (f" and {len(shown) - 12} more" if len(shown) > 12 else "")
    kind, _, place = what.partition(" ")
    return f"{before}There is no {kind} {name!r}{' ' if place else ''}{place}; there are: {names}{more}."
