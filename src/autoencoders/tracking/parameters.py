"""The parameters of a run: all that it takes to make it again, as plain values for a file of YAML."""

from typing import Any

from kedro.io import CatalogProtocol
from pydantic import BaseModel

from autoencoders.key import Key

FILE = "parameters.yaml"  # among a run's artifacts
OF_SUITE = ("dataset", "derived", "splits")  # what a study takes from its suite


def parameters_of(study: Key, catalog: CatalogProtocol) -> dict[str, Any]:
    """Return what studies run on, under `compute`, and the block of a suite with one study alone, under its name."""
    suite = catalog.load(f"params:{study.suite}")
    shared = {name: suite[name] for name in OF_SUITE if name in suite}
    return plain({"compute": catalog.load("params:compute"), study.suite: shared | {study.study: suite[study.study]}})


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
