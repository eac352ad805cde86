"""The briefing: all that the processes of a run must know to run its nodes, in a file beside the data."""

import gc
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kedro.framework.project import LOGGING
from kedro.io import CatalogProtocol, DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from autoencoders.data.catalog.replacement import told
from autoencoders.data.temporary import temporary_beside
from autoencoders.records.code import PACKAGE, digest
from autoencoders.records.occupancy import FOLDER
from autoencoders.records.recipe import SETTING, versions
from autoencoders.tracking.hooks import PLAN

CODE = (".py", ".j2", ".js")  # endings of the package's files
AS_HERE = ("MLFLOW_TRACKING_URI", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # of the environment


@dataclass(frozen=True)
class Briefing:
    """What a process must know of a run.

    Attributes:
        nodes: The nodes of the pipeline, by name.
        catalog: All datasets that these and the hooks may ask for.
        logging: The configuration of the log.
        run_id: Kedro's id of the run.
        is_async: Whether datasets are loaded and saved in threads.
    """

    nodes: dict[str, Node]
    catalog: DataCatalog
    logging: dict[str, Any]
    run_id: str
    is_async: bool

    @classmethod
    def of(cls, pipeline: Pipeline, catalog: CatalogProtocol, run_id: str, is_async: bool) -> "Briefing":
        """Gather it; a catalog as Kedro makes it cannot be pickled."""
        known = {name for name in catalog.keys() if name in ("parameters", PLAN) or name.startswith(SETTING)}
        datasets = {name: catalog.get(name) for name in sorted(known | pipeline.datasets())}
        return cls({node.name: node for node in pipeline.nodes}, DataCatalog(datasets), dict(LOGGING), run_id, is_async)

    @classmethod
    def read(cls, file: str) -> "Briefing":
        """Read what another process has written."""
        gc.disable()
        try:
            return pickle.loads(Path(file).read_bytes())
        finally:
            gc.freeze()  # it stays to the end
            gc.enable()

    @contextmanager
    def written(self, project: Path) -> Iterator[dict[str, Any]]:
        """Lend the briefing as a file, and what workers, who know nothing of the project, need in order to read it."""
        file = temporary_beside(project / "data" / FOLDER / "briefing")  # of a killed run, it will be swept
        with told(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_bytes(pickle.dumps(self))
        try:
            yield {
                "run": self.run_id,
                "project": str(project),
                "source": str(PACKAGE.parent),
                "briefing": str(file),
                "code": fingerprint(),
                "environment": {name: os.environ.get(name) for name in AS_HERE},
            }
        finally:
            file.unlink(missing_ok=True)


def fingerprint() -> str:
    """Return a checksum of the package's files as they are now, and of the versions that change numbers."""
    files = sorted(file for file in PACKAGE.rglob("*") if file.suffix in CODE)
    contents = [part for file in files for part in (str(file.relative_to(PACKAGE)), file.read_bytes())]
    return digest(*contents, sys.version, *map(str, versions().items()))
