"""Whatever a parameters file or `--params` says, it is accepted or refused in a sentence: never a stack trace."""

import random
import shutil
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from kedro.framework.project import settings
from kedro.validation.parameter_validator import ParameterValidator
from project_copy import PROJECT

from autoencoders.pipeline_registry import register_pipelines
from autoencoders.pipelines import grid
from autoencoders.shell.checks import check_parameters
from autoencoders.shell.files import check_files
from autoencoders.shell.mistakes import explain

SMALL = (PROJECT / "tests/drill/digits_drill.yml").read_text().replace(", digit_1: [1]", "")
FILES, CHANGES = 100, 60  # mutated files, and mutated `--params`
SLOW = 20  # seconds, for one of them, with what it is the first to import
VALUES = (
    *(None, True, -1, 0, 1, 2.5, 10**9, 10**400, float("nan"), float("inf"), -float("inf")),
    *("", " ", "x", "linear", "ü", "a.b", "1", "1e400", "${", "${nowhere}", "${no:1}", "${globals:no}", "comparison"),
    *([], [1], [[]], ["x", None], {}, {"kind": "x"}, {"kind": None}, {1: 2}, {"": {}}, {"a": {"b": {"c": []}}}),
)
NAMES = (
    "comparison",
    "errors",
    "examples",
    "is_anomaly",
    "split",
    "label",
    "index",
    "Ü",
    "",
    "a.b",
    "1",
    1,
    None,
    "x" * 300,
)


@pytest.fixture(scope="module")
def project(tmp_path_factory, context):
    """Return a folder with the configuration of a small grid, in place of the project's."""
    root = tmp_path_factory.mktemp("fuzz")
    shutil.copytree(PROJECT / "conf", root / "conf", ignore=shutil.ignore_patterns("local", "parameters", "bench"))
    (root / "conf/local").mkdir()
    (root / "conf/base/parameters").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grid, "PROJECT", root)
        yield root


def refusal(project: Path, changes: dict[str, Any]) -> str | None:
    """Return why `kedro run` would refuse a configuration before anything runs, if it would.

    Raises:
        Exception: What a user would see as a stack trace.
    """
    source = str(project / "conf")
    try:
        check_files([project / "conf/base/parameters"])
        if changes:
            said = settings.CONFIG_LOADER_CLASS(source, **settings.CONFIG_LOADER_ARGS)["parameters"]
            check_parameters(changes, said)
        loader = settings.CONFIG_LOADER_CLASS(source, runtime_params=changes, **settings.CONFIG_LOADER_ARGS)
        parameters = loader["parameters"]
        pipelines = register_pipelines()
        if "digits" not in pipelines:
            return "There is no pipeline 'digits'."
        ParameterValidator({"digits": pipelines["digits"]}).validate_raw_params(parameters)
    except click.ClickException as error:
        return error.format_message()
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        return sentence
    return None


def places(block: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value in nested mappings and lists."""
    keys = block.keys() if isinstance(block, dict) else range(len(block)) if isinstance(block, list) else ()
    return [one for key in keys for one in ((*above, key), *places(block[key], (*above, key)))]


def at(block: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        block = block[key]
    return block


def mutated(block: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return a block with one or two changes to what it says."""
    block = deepcopy(block)
    for _ in range(rng.choice((1, 1, 2))):
        *above, last = rng.choice(places(block))
        parent = at(block, tuple(above))
        match rng.randrange(4):
            case 0:
                del parent[last]
            case 1 if isinstance(parent, dict):
                parent[rng.choice(NAMES)] = parent.pop(last)
            case 2:
                parent[last] = deepcopy(at(block, rng.choice(places(block))))
            case _:
                parent[last] = rng.choice(VALUES)
    return block


def damaged(text: str, rng: random.Random) -> bytes:
    """Return the text of a file with one fault in how it is written."""
    place = rng.randrange(len(text))
    return rng.choice(
        (
            lambda: text[:place].encode(),
            lambda: text[:place].encode() + rng.randbytes(5) + text[place:].encode(),
            lambda: (text[:place] + rng.choice("[]{}:,&*!|>'\"%@`#\t\0") + text[place:]).encode(),
            lambda: text.encode("utf-16"),
            lambda: text.encode("latin-1") + b"\xff\xfe",
            lambda: (text + "\nx: " + "[" * 5000 + "]" * 5000).encode(),
            lambda: (text + "\nx: " + "{a: " * 3000 + "1" + "}" * 3000).encode(),
            lambda: (
                "a: &a [1, 1]\n"
                + "".join(f"b{n}: &b{n} [*{'a' if not n else f'b{n - 1}'}, *a]\n" for n in range(9))
                + text
            ).encode(),
            lambda: b"- 1\n- 2\n",
            lambda: b"5\n",
            lambda: b"",
            lambda: text.encode() + text.encode(),
            lambda: text.replace("digits:", "digits.more:").encode(),
        )
    )()


def tried(project: Path, write: Callable[[random.Random], dict[str, Any]], count: int) -> list[str | None]:
    """Return what is said to so many configurations, each written from its own seed."""
    said = []
    for seed in range(count):
        changes = write(random.Random(seed))
        began = time.process_time()
        try:
            said.append(refusal(project, changes))
        except Exception as error:
            error.add_note(f"seed {seed}, --params {changes}")
            raise
        assert time.process_time() - began < SLOW, f"seed {seed}"
    return said


def test_whatever_a_file_says_is_accepted_or_refused_in_a_sentence(project):
    file, text = project / "conf/base/parameters/digits.yml", SMALL
    block = yaml.safe_load(text)

    def write(rng: random.Random) -> dict[str, Any]:
        changed = damaged(text, rng) if rng.random() < 0.3 else yaml.safe_dump(mutated(block, rng)).encode()
        file.write_bytes(changed)
        return {}

    said = tried(project, write, FILES)
    assert sum(one is not None for one in said) > FILES / 2


def test_whatever_params_say_is_accepted_or_refused_in_a_sentence(project):
    (project / "conf/base/parameters/digits.yml").write_text(SMALL)
    block = {"digits": yaml.safe_load(SMALL)["digits"]}

    def write(rng: random.Random) -> dict[str, Any]:
        *above, last = rng.choice(places(block))
        changes: Any = rng.choice(VALUES)
        for key in reversed([*above, rng.choice(NAMES) if rng.random() < 0.2 else last]):
            changes = {str(key): changes}
        return changes

    said = tried(project, write, CHANGES)
    assert sum(one is not None for one in said) > CHANGES / 3
