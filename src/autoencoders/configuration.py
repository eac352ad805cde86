"""The base of every typed configuration block, and of those that name their kind."""

import re
import sys
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any, ClassVar, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    TypeAdapter,
    ValidationError,
    model_validator,
)

MOST = 100_000  # of whatever is counted: units, neighbours, images that a figure is drawn of
Count = Annotated[int, Field(gt=0, le=MOST)]
CountFromZero = Annotated[int, Field(ge=0, le=MOST)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]  # of random numbers; NumPy takes no larger one
Fraction = Annotated[float, Field(ge=0, le=1)]
NAME = "[a-z][a-z0-9_]*"
Name = Annotated[str, Field(pattern=f"^{NAME}$")]  # of a variant, a study, a class: a part of a key


def _number_or_name(value: Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"must be the number of a class or its name, in quotes if need be, got {value!r}")
    return value


Class = Annotated[int | str, BeforeValidator(_number_or_name)]  # of a dataset; numbers count from 0


_PART_OF_A_TYPE = re.compile(r"constrained-\w+|literal\[.*\]|\[key\]")  # among the keys that lead to a fault
_SHOWN = 100  # characters of a value that is refused


class Strict(BaseModel):
    """A configuration block: unknown keys, missing keys and values out of range are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Check a block read from YAML.

        Raises:
            ValueError: One sentence per fault, each naming the key, the rule and the value.
        """
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise ValueError("; ".join(_sentence(fault) for fault in error.errors())) from None


class Plugin(Strict):
    """A block that names its kind, whose class then checks it.

    A direct subclass is a family of kinds. Where a family is defined in a package, its kinds are the modules of the
    package that define a class `Config`; where it is defined in a module, the classes beside it that name themselves
    by a `Literal`. Either derives from the family.
    """

    named_by: ClassVar[str] = "kind"

    @model_validator(mode="wrap")
    @classmethod
    def _of_its_kind(cls, block: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if Plugin not in cls.__bases__ or isinstance(block, cls):
            return handler(block)
        kind = block.get(cls.named_by) if isinstance(block, dict) else None
        if kind not in kinds(cls):
            raise ValueError(f"{cls.named_by}: must be one of {', '.join(kinds(cls))}, got {kind!r}")
        return TypeAdapter(of_kind(cls, kind)).validate_python(block)


@cache
def kinds(family: type[Plugin]) -> list[str]:
    """Return the kinds of a family; none of its modules is imported, for that can take seconds."""
    home = sys.modules[family.__module__]
    if not hasattr(home, "__path__"):
        return sorted(_beside(family))
    modules = [(one.name, one.module_finder.find_spec(one.name).loader) for one in iter_modules(home.__path__)]
    return sorted(name for name, loader in modules if "\nclass Config(" in loader.get_source(name))


def of_kind(family: type[Plugin], kind: str) -> type[Plugin]:
    """Return the class of one of the `kinds` of a family."""
    home = sys.modules[family.__module__]
    return import_module(f"{home.__name__}.{kind}").Config if hasattr(home, "__path__") else _beside(family)[kind]


def _beside(family: type[Plugin]) -> dict[str, type[Plugin]]:
    """Return the classes of a family that its module defines, by the kind that each names."""
    classes = [one for one in vars(sys.modules[family.__module__]).values() if isinstance(one, type)]
    members = [one for one in classes if issubclass(one, family)]
    return {kind: one for one in members for kind in get_args(one.model_fields[family.named_by].annotation)}


def _sentence(fault: dict[str, Any]) -> str:
    """Say one of pydantic's faults as `key: rule, got value`."""
    key = ".".join(str(part) for part in fault["loc"] if not _PART_OF_A_TYPE.fullmatch(str(part)))
    rule = re.sub(" or instance of \\w+", "", fault["msg"].removeprefix("Value error, "))
    got = repr(fault["input"])
    got = got if len(got) <= _SHOWN else f"{got[:_SHOWN]} ..."
    between = ": "
    match fault["type"]:
        case "value_error":  # our own words, which may name a key within the block
            between = "." if re.match(r"[\w.]+: ", rule) else between
        case "extra_forbidden":
            rule = f"there is no such key, got {got}"
        case "missing":
            rule = "the key is missing"
        case _:
            rule = f"{rule[0].lower()}{rule[1:]}, got {got}"
    return f"{key}{between}{rule}" if key else rule
