"""A mistake of the user or the machine, explained in a sentence with the way out."""

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

from yaml import YAMLError

from autoencoders.tracking.signals import RESUME

MISSING = r"'(?:params:)?([^']+)'"  # in Kedro's list of what is missing
OF_KEDRO = ("Pipeline does not contain", "Duplicate keys found")  # what its own errors of users begin with
PACKAGE = Path(__file__).resolve().parents[1]
MORE_MEMORY = "lower training.batch_size or run fewer nodes at a time, by --runner SequentialRunner"


def explain(error: Exception) -> str | None:
    """Say an error in a sentence, if it is the user's or the machine's and not a bug."""
    from kedro.config import BadConfigException, MissingConfigException
    from kedro.io import DatasetError
    from kedro.validation import ParameterValidationError

    if isinstance(error, ParameterValidationError):
        return "\n".join(_faults(str(error)))
    if is_out_of_memory(error):
        return _with_way_on(error, f"there is not enough memory; {MORE_MEMORY}")
    if isinstance(error, DatasetError):
        return _with_way_on(error, _dataset_fault(error))
    if isinstance(error, YAMLError):
        return _with_way_on(error, f"{_place(error)}{' '.join(str(error).split())}")
    if any(kind.__module__.partition(".")[0] == "omegaconf" for kind in type(error).__mro__):
        return _with_way_on(error, _reference_fault(error))
    if isinstance(error, (OSError, MissingConfigException, BadConfigException)):
        return _with_way_on(error, str(error))
    if isinstance(error, ValueError) and str(error).startswith("Pipeline contains no nodes"):
        return "No node is all that --tags, --namespaces and the other filters ask for; leave one of them out."
    if isinstance(error, ValueError) and str(error).startswith("Pipeline input(s)"):
        missing = ", ".join(sorted(re.findall(MISSING, str(error))))
        return f"The parameters lack {missing}; put back what was deleted or renamed."
    if isinstance(error, ValueError) and (is_ours(error) or str(error).startswith(OF_KEDRO)):
        return _with_way_on(error, str(error))
    if isinstance(error, TypeError) and str(error).startswith("Cannot merge"):  # by OmegaConf
        return "An environment's parameters must be blocks where those of base are, and lists where those are lists."
    return _configuration_fault(error) if _is_of_configuration(error) else None


def is_out_of_memory(error: Exception) -> bool:
    """Tell whether memory ran out, on the machine, on the accelerator or in a worker process."""
    from concurrent.futures.process import BrokenProcessPool

    if isinstance(error, (MemoryError, BrokenProcessPool)) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)  # torch, on the CPU


def _is_of_configuration(error: Exception) -> bool:
    """Tell whether an error arose while configuration was read, and so is about what it says."""
    files = {Path(frame.filename).name for frame in traceback.extract_tb(error.__traceback__)}
    return "omegaconf_config.py" in files


def _configuration_fault(error: Exception) -> str:
    """Say what is wrong with what a file of the configuration says, and which file it is, if that is known."""
    if isinstance(error, RecursionError):
        return f"{_place(error)}blocks are nested too deep, or refer to one another in a circle."
    reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    return f"The configuration cannot be put together: {reason}."


def _place(error: Exception) -> str:
    """Name the file of the configuration that was being read; some errors name it themselves."""
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


def _reference_fault(error: Exception) -> str:
    """Say which value of the configuration refers, by `${...}`, to what is not there, or to itself."""
    place, rule = getattr(error, "full_key", None), str(error).splitlines()[0].rstrip(".")
    return f"{f'{place}: ' if place else ''}{rule[:1].lower()}{rule[1:]}; mend what stands between ${{ and }}"


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
    way_out = "" if "/conf/" in file else "; run with --only-missing-outputs to have it made anew"
    return f"cannot read {file}: {cause}{way_out}"


def _with_way_on(error: Exception, sentence: str) -> str:
    """Add where it happened and, if nodes have run, how to go on."""
    end = "" if sentence.endswith((".", "!", "?")) else "."
    begun = any("runner" in Path(frame.filename).parts for frame in traceback.extract_tb(error.__traceback__))
    after = f" {RESUME}" if begun and "--only-missing-outputs" not in sentence else ""
    return f"{_where(error)}{sentence}{end}{after}"


def _where(error: Exception) -> str:
    notes = [note for note in getattr(error, "__notes__", []) if note.startswith("in ")]
    return f"{notes[0].removeprefix('in ')}: " if notes else ""
