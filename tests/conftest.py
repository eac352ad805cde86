"""What tests share: the project as it is, and a place to run it in."""

import gc
import os
import sys
import warnings
from itertools import islice
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads that contend for cores slow tests down many times

import numpy as np
import pytest
from kedro.framework.project import pipelines as project_pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog
from kedro.pipeline.node import Node
from project_copy import PROJECT, copy_project
from quick_run import kedro_run, make_quick
from shared_once import made_once

from autoencoders.pipeline_registry import inspections
from autoencoders.pipelines import grid
from autoencoders.pipelines.assembly import assemble
from autoencoders.shell.garbage import uncollected

DATASETS = PROJECT.parent / "shared" / "datasets"


@pytest.fixture(scope="session")
def real_images() -> Path:
    """Return the folder of the real image files."""
    if not DATASETS.is_dir():
        pytest.skip(f"the real images are not here: {DATASETS} is missing")
    return DATASETS


@pytest.fixture(scope="session")
def context():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bootstrap_project(PROJECT)
        with KedroSession.create(PROJECT) as session:
            yield session.load_context()


@pytest.fixture(scope="session")
def catalog(context) -> DataCatalog:
    """Return the catalog of the files, without parameters: to check these, Kedro puts all pipelines together."""
    return DataCatalog.from_config(context.config_loader["catalog"])


@pytest.fixture(scope="session")
def pipelines(context):
    return dict(project_pipelines)


@pytest.fixture(scope="session")
def nodes() -> list[Node]:
    """Return the nodes of all pipelines, with two seeds and two normal classes of each study: more differ in names."""
    parameters = grid.read_parameters()
    for block in parameters.values():
        for study in block.values() if isinstance(block, dict) else ():
            for key in {"seeds", "normal_classes"} & set(study if isinstance(study, dict) else ()):
                study[key] = dict(islice(study[key].items(), 2))
    pipelines = inspections(parameters) | assemble(grid.read(parameters), grid.read_benchmarks(parameters))
    with uncollected():
        found = list(set().union(*(pipeline.nodes for pipeline in pipelines.values())))
    gc.freeze()  # they stay
    return found


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project in which the digits and the lesson have run; for reading only, since workers share it."""

    def make(project: Path) -> None:
        said = kedro_run(make_quick(copy_project(project)), "--pipelines", "digits,digits.lesson").stderr
        assert said.rstrip().endswith("Runs in MLflow: 28 finished."), said[-2000:]

    return made_once(tmp_path_factory, "finished", make)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def pytest_configure() -> None:
    """Keep a parser out that the checks of notebooks do without: it takes seconds to import."""
    sys.modules.setdefault("rfc3987_syntax", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let two workers, who begin at the front and in the middle, not make the same, and end with what is short.

    The first begins with the tests of a finished run, the other with long ones and those that need all pipelines.
    """
    finished = [item for item in items if "finished" in item.fixturenames]
    others = [item for item in items if "finished" not in item.fixturenames]
    long = [item for item in others if item.get_closest_marker("slow")]
    wide = [item for item in others if item not in long and "context" in item.fixturenames]
    short = [item for item in others if item not in long and item not in wide]
    first = max(0, len(items) // 2 - len(finished))
    items[:] = [*finished, *short[:first], *long, *wide, *short[first:]]


def pytest_sessionfinish() -> None:
    """Let what was set aside be collected, or libraries complain of leaks as the process ends."""
    gc.unfreeze()
