"""A pipeline of three nodes whose datasets lie in a folder, run as Kedro runs it, with the records kept."""

from pathlib import Path
from typing import Any

from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner

from autoencoders.data.catalog.atomic import JSONDataset
from autoencoders.records.freshness import Reason, outdated
from autoencoders.records.hooks import RecordHooks, hide

ran: list[str] = []


def double(raw: list[float], factor: float) -> list[float]:
    """Multiply."""
    ran.append("double")
    return [factor * one for one in raw]


def add_up(doubled: list[float]) -> float:
    """Add up."""
    ran.append("add_up")
    return sum(doubled)


def caption(total: float, words: str) -> str:
    """Put into words."""
    ran.append("caption")
    return f"{words} {total}"


PIPELINE = Pipeline(
    [
        node(double, ["world.raw", "params:factor"], "world.doubled", name="double"),
        node(add_up, "world.doubled", "world.total", name="add_up"),
        node(caption, ["world.total", "params:words"], "world.caption", name="caption"),
    ]
)


class SmallProject:
    """The pipeline in a folder; each run is a new process's: nothing but the files is known of earlier ones."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings: dict[str, Any] = {"factor": 2.0, "words": "In all:"}
        self.file("raw").parent.mkdir(parents=True)
        self.file("raw").write_text("[1.0, 2.0]")

    def file(self, artifact: str) -> Path:
        return self.root / "data/07_model_output/world" / f"{artifact}.json"

    def record(self, artifact: str) -> Path:
        return self.root / "data/.records/world" / f"07_model_output.{artifact}.json.json"

    @property
    def catalog(self) -> DataCatalog:
        datasets = {
            f"world.{name}": JSONDataset(filepath=str(self.file(name)))
            for name in ("raw", "doubled", "total", "caption")
        }
        settings = {f"params:{name}": MemoryDataset(value) for name, value in self.settings.items()}
        return DataCatalog(datasets | settings | {"parameters": MemoryDataset(self.settings)})

    def run(self, pipeline: Pipeline = PIPELINE, only_missing: bool = False) -> list[str]:
        """Run, and return the names of the functions that ran."""
        catalog, manager = self.catalog, _create_hook_manager()
        manager.register(RecordHooks())
        if only_missing:
            for one in pipeline.nodes:
                if one.name in outdated(pipeline, catalog):
                    hide(one, catalog)
        ran.clear()
        SequentialRunner().run(pipeline, catalog, manager, only_missing_outputs=only_missing)
        return ran.copy()

    def reasons(self, pipeline: Pipeline = PIPELINE) -> dict[str, Reason]:
        return outdated(pipeline, self.catalog)
