"""The code behind a node: its function, and all modules of the package that it uses.

What counts is what Python executes: comments, docstrings and layout may change freely.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dis import opmap
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

PACKAGE = Path(__file__).resolve().parents[1]
NAME = PACKAGE.name
TEMPLATE = ".j2"  # the ending of files that code names and that say how a page looks
INCLUDED = re.compile(r'{% include "([^"]+)" %}')  # what such a file takes in, named from a folder above it
NOTHING = opmap["NOP"]
LENGTH = 16  # characters of a digest; 64 bits tell the versions of a module apart


def digest(*parts: bytes | str) -> str:
    """Return a short checksum of some parts in order."""
    found = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        found.update(len(content).to_bytes(8, "big") + content)
    return found.hexdigest()[:LENGTH]


@cache
def code_behind(function: Callable[..., Any]) -> dict[str, str]:
    """Return the digest of a node's function, under its name, and of every module of the package that it reaches.

    A module is reached if the function, what the function uses in its own file, or a module reached names it in an
    import, wherever that stands; or if it defines the type of an argument.
    """
    used: dict[str, str] = {}
    roots: set[str] = set()
    waiting = [function]
    while waiting:
        one = waiting.pop()
        if one.__qualname__ in used:
            continue
        used[one.__qualname__] = digest(*executed(one.__code__, skip=one.__doc__))
        roots |= imported(one.__code__) | {kind.__module__ for kind in one.__annotations__.values() if is_ours(kind)}
        for name, value in globals_of(one):
            if isinstance(value, ModuleType):
                roots.add(value.__name__)
            elif isinstance(value, FunctionType) and value.__module__ == function.__module__:
                waiting.append(value)
            elif is_ours(value):
                roots.add(value.__module__)
            elif isinstance(value, int | float | str | tuple | dict):
                used[name] = digest(repr(value))
    return {function.__qualname__: digest(*sorted(used.values()))} | code_of(frozenset(roots))


@cache
def code_of(modules: frozenset[str]) -> dict[str, str]:
    """Return the digest of some modules of the package and of all that they reach, by name."""
    found: dict[str, str] = {}
    waiting = [name for name in modules if file_of(name)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name], reached = read(name)
            waiting += reached
    return dict(sorted(found.items()))


@cache
def read(module: str) -> tuple[str, frozenset[str]]:
    """Return the digest of one module, with the templates that it names, and the modules that it imports."""
    file = file_of(module)
    code = compile(file.read_bytes(), file.name, "exec", dont_inherit=True, optimize=2)  # without docstrings
    parts = list(executed(code))
    templates = {text for text in constants(code) if isinstance(text, str) and text.endswith(TEMPLATE)}
    parts += [text for name in sorted(templates) for text in template_text(name)]
    return digest(*parts), frozenset(imported(code) - {module})


def template_text(name: str) -> Iterator[str]:
    """Yield the text of a template, and that of all that it includes."""
    for path in sorted(PACKAGE.rglob(name)):
        text = path.read_text(encoding="utf-8")
        yield text
        for included in INCLUDED.findall(text):
            yield from template_text(included)


@cache
def file_of(module: str) -> Path | None:
    """Return the file of a module of the package, if there is one by that name."""
    first, *parts = module.split(".")
    place = PACKAGE.joinpath(*parts)
    files = (place.with_suffix(".py"), place / "__init__.py") if first == NAME and parts else ()
    return next((file for file in files if file.is_file()), None)


def is_ours(value: Any) -> bool:
    """Tell whether a class or function is one of the package's."""
    return isinstance(value, type | FunctionType) and value.__module__.partition(".")[0] == NAME


def globals_of(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a function uses of its own file, by name."""
    for code in nested(function.__code__):
        for name in code.co_names:
            if name in function.__globals__:
                yield name, function.__globals__[name]


def imported(code: CodeType) -> set[str]:
    """Return the modules of the package that code imports, within functions too; some that it only may."""
    found: set[str] = set()
    for one in nested(code):
        named = [name for name in one.co_names if name.partition(".")[0] == NAME]
        candidates = [*named, *(f"{module}.{name}" for module in named for name in one.co_names)]
        found |= {name for name in candidates if file_of(name)}
    return found


def nested(code: CodeType) -> Iterator[CodeType]:
    """Yield code and all code within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from nested(constant)


def constants(code: CodeType) -> Iterator[Any]:
    """Yield the constants of code and of all code within it."""
    for one in nested(code):
        yield from one.co_consts


def without_nothing(instructions: bytes) -> bytes:
    """Return instructions, two bytes each, without those that do nothing: a docstring that is left out leaves one."""
    pairs = (instructions[place : place + 2] for place in range(0, len(instructions), 2))
    return b"".join(pair for pair in pairs if pair[0] != NOTHING)


def executed(code: CodeType, skip: str | None = None) -> Iterator[bytes | str]:
    """Yield all that decides what code does; neither lines nor the constant `skip`, a docstring."""
    yield without_nothing(code.co_code)
    yield code.co_exceptiontable
    yield repr((code.co_name, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars))
    yield repr((code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from executed(constant)
        elif isinstance(constant, frozenset):
            yield repr(sorted(map(repr, constant)))  # its order is another in each process
        elif skip is None or constant != skip:
            yield repr(constant)
