"""`kedro run`, with a user's mistake said in a sentence; a bug keeps its stack trace."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from kedro.framework.cli import project as kedro_cli
from kedro_viz.launchers.cli.main import viz as plugin

from autoencoders.hooks import INTERRUPTED, RESUME

logger = logging.getLogger(__name__)

PACKAGE = Path(__file__).resolve().parent
READ_BY_YAML = ("raw_data", "seed")  # keys of --params that parameters and globals refer to as runtime_params
MORE_MEMORY = "lower training.batch_size or run fewer nodes at a time, by --runner SequentialRunner"


@click.group(name="autoencoders")
def cli() -> None:
    """Hold the project's own commands; they come before Kedro's of the same name."""


def run(**options: Any) -> Any:
    """Run the pipeline."""
    try:
        choose_pipelines(options)
        check(options)
        return kedro_cli.run.callback(**options)
    except (KeyboardInterrupt, SystemExit) as stop:  # Ctrl-C, SIGTERM
        click.echo(INTERRUPTED, err=True)
        sys.exit(130 if isinstance(stop, KeyboardInterrupt) else stop.code)
    except click.ClickException:
        raise
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        logger.debug("What failed", exc_info=True)
        raise click.ClickException(sentence) from None


plugin.lazy_subcommands |= {name: f"autoencoders.graph.commands.{name}" for name in ("run", "build")}
cli.add_command(click.Command("run", callback=run, params=kedro_cli.run.params, help=run.__doc__))


def choose_pipelines(options: dict[str, Any]) -> None:
    """Name the default pipeline, and tell Kedro what it will be asked for: else it builds all pipelines twice.

    For `__default__`, Kedro would check the parameters of every pipeline there is.
    """
    from kedro.framework.project import pipelines

    from autoencoders.pipeline_registry import DEFAULT

    if not options["pipeline"]:
        options["pipelines"] = options["pipelines"] or [DEFAULT]
        pipelines.set_requested(options["pipelines"])


def check(options: dict[str, Any]) -> None:
    """Refuse what Kedro would accept without a word, or explain at length.

    Raises:
        click.ClickException: An option names what does not exist.
    """
    check_runner(options["runner"] or "SequentialRunner", options["runner_params"])
    if options["params"]:
        check_parameters(options["params"], options["env"], options["conf_source"])
    asked = options["pipelines"] or [name for name in [options["pipeline"]] if name]
    check_pipelines(asked)
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


def check_parameters(changes: dict[str, Any], env: str | None, conf_source: str | None) -> None:
    """Refuse `--params` for keys that the configuration does not have; below a variant its type will tell."""
    from kedro.framework.project import settings

    seed = changes.get("seed", 0)
    if not isinstance(seed, int) or seed < 0:
        raise click.ClickException(f"seed must be an integer, 0 or more, got {seed!r}.")
    loader = settings.CONFIG_LOADER_CLASS(
        conf_source or str(Path.cwd() / settings.CONF_SOURCE), env=env, **settings.CONFIG_LOADER_ARGS
    )
    known = {key: value for key, value in loader["parameters"].items() if not key.startswith("_")}
    check_keys({key: value for key, value in changes.items() if key not in READ_BY_YAML}, known, "")


def check_keys(changes: dict[str, Any], known: dict[str, Any], above: str) -> None:
    """Refuse keys that are not among the known ones, level by level."""
    for key, value in changes.items():
        if key not in known:
            below = f" below {above.rstrip('.')}" if above else ""
            more = "" if above else f", besides {' and '.join(READ_BY_YAML)}"
            raise click.ClickException(there_is_no(f"key{below}", key, list(known), "--params: ", more))
        if isinstance(value, dict) and isinstance(known[key], dict) and not above.endswith(".variants."):
            check_keys(value, known[key], f"{above}{key}.")


def check_pipelines(names: list[str]) -> None:
    """Refuse pipelines that are not registered."""
    from kedro.framework.project import pipelines

    pipelines.set_requested(names or None)  # as Kedro will, which keeps it from building them twice
    for name in names:
        if name not in pipelines:
            known = [one for one in pipelines if one != "__default__"]
            raise click.ClickException(there_is_no("pipeline", name, known))


def check_filters(pipeline_names: list[str], filters: dict[str, list[str]]) -> None:
    """Refuse tags, namespaces and nodes that the pipelines do not have."""
    from kedro.framework.project import pipelines

    nodes = [node for name in pipeline_names or ["__default__"] for node in pipelines[name].nodes]
    known = {
        "tag": sorted({tag for node in nodes for tag in node.tags}),
        "namespace": sorted({place for node in nodes for place in _upward(node.namespace or "")}, key=_depth),
        "node": sorted({node.name for node in nodes}, key=_depth),
    }
    place = f"in the pipeline {', '.join(pipeline_names)}" if pipeline_names else "in the pipeline that runs by default"
    for kind, wanted in filters.items():
        for name in wanted:
            if name not in known[kind]:
                raise click.ClickException(there_is_no(f"{kind} {place}", name, known[kind]))


def there_is_no(what: str, name: str, known: list[str], before: str = "", more: str = "") -> str:
    """Say that a name does not exist, and which do: similar ones first, at most a dozen."""
    similar = get_close_matches(name, known, n=3)
    shown = [*similar, *(one for one in known if one not in similar)]
    names = ", ".join(shown[:12]) + (f" and {len(shown) - 12} more" if len(shown) > 12 else "")
    kind, _, place = what.partition(" ")
    return f"{before}There is no {kind} {name!r}{' ' if place else ''}{place}; there are: {names}{more}."


def explain(error: Exception) -> str | None:
    """Say an error in a sentence, if it is the user's or the machine's and not a bug."""
    from kedro.config import BadConfigException, MissingConfigException
    from kedro.io import DatasetError
    from kedro.validation import ParameterValidationError
    from yaml import YAMLError

    if isinstance(error, ParameterValidationError):
        return "\n".join(_faults(str(error)))
    if is_out_of_memory(error):
        return _with_way_on(error, f"there is not enough memory; {MORE_MEMORY}")
    if isinstance(error, DatasetError):
        return _with_way_on(error, _dataset_fault(error))
    if isinstance(error, YAMLError):
        return _with_way_on(error, f"{_place(error)}{error}")
    if isinstance(error, (OSError, MissingConfigException, BadConfigException)):
        return _with_way_on(error, str(error))
    if isinstance(error, ValueError) and str(error).startswith("Pipeline contains no nodes"):
        return "No node is all that --tags, --namespaces and the other filters ask for; leave one of them out."
    if isinstance(error, ValueError) and (is_ours(error) or str(error).startswith("Pipeline does not contain")):
        return _with_way_on(error, str(error))
    return None


def is_out_of_memory(error: Exception) -> bool:
    """Tell whether memory ran out, on the machine, on the accelerator or in a worker process."""
    from concurrent.futures.process import BrokenProcessPool

    if isinstance(error, (MemoryError, BrokenProcessPool)) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)  # torch, on the CPU


def _place(error: Exception) -> str:
    """Name the file of the configuration that was being read; where an anchor is missing, YAML knows its text alone."""
    if str(error).startswith("Invalid YAML"):
        return ""
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)]
    paths = [frame["config_filepath"] for frame in frames if "config_filepath" in frame]
    return f"Invalid YAML file {paths[-1]}: " if paths else ""


def is_ours(error: Exception) -> bool:
    """Tell whether an error was raised by this project's own code; a worker process sends its trace as text."""
    frames = traceback.extract_tb(error.__traceback__)
    files = re.findall(r'^  File "(.+?)", line', str(error.__cause__), flags=re.MULTILINE)
    last = files[-1] if files else frames[-1].filename
    return Path(last).resolve().is_relative_to(PACKAGE)


def _faults(message: str) -> Iterator[str]:
    """Shorten Kedro's list of parameters that were refused to `name: key: rule, got value.`, each fault once."""
    names: dict[str, list[str]] = {}
    for line in message.removeprefix("Parameter validation failed:\n- ").split("\n- "):
        name, _, fault = line.removeprefix("Parameter ").partition(": ")
        fault = re.sub(r"^Failed to instantiate \w+ for parameter '[^']+': ", "", fault)
        fault = re.sub(r"^(\w+): ([\w.]+): ", r"\1.\2: ", fault)  # `model: latent_dim: ...`
        names.setdefault(fault.rstrip("."), []).append(name.strip("'"))
    for fault, (first, *others) in names.items():
        yield f"{first}{f' and {len(others)} more' if others else ''}: {fault}."


def _dataset_fault(error: BaseException) -> str:
    """Say what is wrong with a dataset, and its file: Kedro's own words describe its class."""
    from kedro.io import DatasetError
    from kedro.validation import DataValidationError

    while isinstance(error.__cause__, DatasetError) and str(error).endswith(str(error.__cause__)):
        error = error.__cause__  # Kedro puts more words before ours
    if isinstance(error, DataValidationError):
        return f"{error.dataset_name}: {error.message}"
    failed = re.match(
        r"Failed while (loading|saving) .*?filepath=(?:PurePosixPath\(|PosixPath\()?'?([^',)]+)",
        str(error),
        flags=re.DOTALL,
    )
    cause = str(error).splitlines()[-1].rstrip(".")
    if failed is None:
        return str(error) if "Failed while" not in str(error) else cause
    action, file = failed[1], failed[2]
    if action == "saving":
        return f"cannot write {file}: {cause}"
    if "No such file" in cause:
        return (
            f"{file} is missing, and nothing that was chosen to run writes it; "
            "run without --namespaces, --tags and --nodes, with --only-missing-outputs"
        )
    return f"cannot read {file}: {cause}; delete it, to have it written anew"


def _with_way_on(error: Exception, sentence: str) -> str:
    """Add where it happened and, if nodes have run, how to go on."""
    end = "" if sentence.endswith((".", "!", "?")) else "."
    begun = any("runner" in Path(frame.filename).parts for frame in traceback.extract_tb(error.__traceback__))
    after = f" {RESUME}" if begun and "--only-missing-outputs" not in sentence else ""
    return f"{_where(error)}{sentence}{end}{after}"


def _where(error: Exception) -> str:
    notes = [note for note in getattr(error, "__notes__", []) if note.startswith("in ")]
    return f"{notes[0].removeprefix('in ')}: " if notes else ""


def _upward(namespace: str) -> Iterator[str]:
    """Yield a namespace and all that contain it."""
    while namespace:
        yield namespace
        namespace = namespace.rpartition(".")[0]


def _depth(namespace: str) -> tuple[int, str]:
    return namespace.count("."), namespace
