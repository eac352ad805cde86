"""The base of every typed configuration block."""

import re
from importlib import import_module
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Fraction = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]  # of a variant, a study, a class: a part of a key


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


class Named(Strict):
    """A block whose `kind` names a file of the package that its class is defined in, and so that file's `Config`.

    The package says which files those are by its function `kinds`.
    """

    kind: str

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Check a block against the configuration of the kind that it names.

        Raises:
            ValueError: There is no such kind, or the block does not fit it.
        """
        package = import_module(cls.__module__)
        if not hasattr(package, "kinds") or isinstance(obj, cls):
            return super().model_validate(obj, **options)
        kind = obj.get("kind") if isinstance(obj, dict) else None
        if kind not in package.kinds():
            raise ValueError(f"kind: must be one of {', '.join(package.kinds())}, got {kind!r}")
        return import_module(f"{package.__name__}.{kind}").Config.model_validate(obj, **options)


def _sentence(fault: dict[str, Any]) -> str:
    """Say one of pydantic's faults as `key: rule, got value`."""
    key = ".".join(str(part) for part in fault["loc"]) or "the block"
    rule = fault["msg"].removeprefix("Value error, ")
    match fault["type"]:
        case "value_error" if re.match(r"[\w.]+: ", rule):  # the faults of a block within
            return "; ".join(f"{key}.{inner}" for inner in rule.split("; "))
        case "extra_forbidden":
            return f"{key}: there is no such key, got {fault['input']!r}"
        case "missing":
            return f"{key}: the key is missing"
        case "value_error":
            return f"{key}: {rule}"
    return f"{key}: {rule[0].lower()}{rule[1:]}, got {fault['input']!r}"
