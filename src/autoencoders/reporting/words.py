"""A block of YAML in words: `64-128-5-128-64, GELU, 60 epochs, no noise`."""

from typing import Any

FUNCTIONS = {"gelu": "GELU", "relu": "ReLU", "elu": "ELU", "selu": "SELU", "leaky_relu": "leaky ReLU", "tanh": "tanh"}
SEQUENCE = "-"  # between the layers of a network


def variant(block: dict[str, Any], pixels: int) -> str:
    """Say what a variant is and how it is trained.

    Args:
        block: Its YAML.
        pixels: Numbers in an image, the width of the first layer and of the last.
    """
    training = block.get("training") or {}
    parts = [*_model(dict(block["model"]), pixels), *_length(training)]
    if training:  # a closed form sees no noise, and has no penalty
        corruption, penalty = ({"kind": "none"} | (block.get(name) or {}) for name in ("corruption", "penalty"))
        parts.append(_corruption(dict(corruption)))
        parts += [f"{_kind(penalty)} penalty, weight {penalty['weight']:g}"] if "weight" in penalty else []
    return ", ".join(parts)


def detector(block: dict[str, Any]) -> str:
    """Say what a baseline or an ensemble is."""
    if "members" in block:
        members = [one["detector"] + (f" by {one['score']}" if one.get("score") else "") for one in block["members"]]
        return f"mean of {' and '.join(members)}"
    rest = dict(block)
    length = _length(rest.pop("training", {}))
    return ", ".join([_plain(rest.pop("kind")), *_settings(rest), *length])


def _model(model: dict[str, Any], pixels: int) -> list[str]:
    kind, activation = model.pop("architecture"), model.pop("activation", None)
    at_code = model.pop("latent_activation", None)
    model.pop("output_activation", None)
    hidden, code = model.pop("hidden_dims", [] if kind == "linear" else None), model.get("latent_dim")
    if kind == "pca":
        return [f"PCA, {code} components"]
    name = [] if kind == "dense" else [_plain(kind)]
    if hidden is not None and code is not None:
        name.append(SEQUENCE.join(map(str, [pixels, *hidden, model.pop("latent_dim"), *hidden[::-1], pixels])))
    used = [FUNCTIONS.get(one, _plain(one)) for one in (activation, at_code) if one]
    used[1:] = [f"{one} at the code" for one in used[1:]]
    return [" ".join(name), *_settings(model), *used]


def _length(training: dict[str, Any]) -> list[str]:
    return [f"{training[unit]:,} {unit}" for unit in ("epochs", "steps") if training.get(unit)]


def _corruption(corruption: dict[str, Any]) -> str:
    match corruption.pop("kind"):
        case "none":
            return "no noise"
        case "gaussian":
            return f"Gaussian noise of sd {corruption['std']:g}"
        case kind:
            return f"{_plain(kind)} ({', '.join(_settings(corruption))})" if corruption else _plain(kind)


def _kind(block: dict[str, Any]) -> str:
    return block["kind"].upper() if len(block["kind"]) == 2 else _plain(block["kind"])


def _settings(block: dict[str, Any]) -> list[str]:
    return [f"{_plain(name)} {_value(value)}" for name, value in block.items() if value is not None]


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return SEQUENCE.join(map(_value, value))
    return _plain(value) if isinstance(value, str) else str(value)


def _plain(name: str) -> str:
    return name.replace("_", " ")
