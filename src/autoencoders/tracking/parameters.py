"""The parameters of a run: all that is needed to repeat it, as plain values for a YAML file."""

from typing import Any

from pydantic import BaseModel

from autoencoders.key import Key

FILE = "parameters.yaml"  # among a run's artifacts
DETECTORS = ("variants", "ensembles", "baselines")  # kinds, each a block of a study
OF_SUITE = ("dataset", "derived", "splits")  # what a study takes from its suite


def parameters_of(run: Key, suite: dict[str, Any], compute: Any) -> dict[str, Any]:
    """Return what a run takes: `compute`, and under its suite's name what the suite's block says of it.

    Of its study's detectors these are the run's own and those that it refers to; in an ensemble, its members.

    Args:
        run: Key of the run.
        suite: Block of its suite.
        compute: What studies run on.
    """
    shared = {name: suite[name] for name in OF_SUITE if name in suite}
    return plain({"compute": compute, run.suite: shared | {run.study: narrowed(suite[run.study], run.detector)}})


def narrowed(study: dict[str, Any], detector: str) -> dict[str, Any]:
    """Return the block of a study with one detector and those that it refers to; what compares them is left out."""
    ensembles, scoring = study.get("ensembles") or {}, plain(study.get("scoring")) or {}  # typed, or not yet
    named = {detector, scoring.get("reference")}
    named |= {member["detector"] for name in named & ensembles.keys() for member in plain(ensembles[name])["members"]}
    if named.isdisjoint(study["variants"]):
        named.add(next(iter(study["variants"])))  # a study has one
    kept = {kind: {name: one for name, one in (study.get(kind) or {}).items() if name in named} for kind in DETECTORS}
    return {name: kept.get(name, value) for name, value in study.items() if name != "answer"}


def plain(block: Any) -> Any:
    """Return a block as it could stand in YAML; what is left out stays out."""
    match block:
        case BaseModel():
            return plain(dict(block))
        case dict():
            return {name: plain(value) for name, value in block.items() if value is not None}
        case list() | tuple():
            return [plain(value) for value in block]
    return block
