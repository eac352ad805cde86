"""Every notebook runs from start to end on what the default pipeline leaves, and is kept without outputs."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from project_copy import PROJECT
from shared_once import made_once

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
SHEETS = ["assignment_3", "cnn_notebook", "georgia_tech", "lmu", "tu_berlin"]


@pytest.fixture(scope="session")
def opened(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the notebooks in a project in which the digits have been run.

    Suites that no notebook reads are left out: every kernel would build their thousands of nodes.
    """

    def make(project: Path) -> None:
        shutil.copytree(finished, project)
        for suite in ("benchmark", "development", "protocols", "mnist", "fashion_mnist", "kmnist"):
            (project / f"conf/base/parameters/{suite}.yml").unlink()
        shutil.copytree(PROJECT / "notebooks", project / "notebooks")

    return made_once(tmp_path_factory, "opened", make) / "notebooks"


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def execute(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    return NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()


def test_there_is_a_tour_and_a_notebook_for_each_sheet() -> None:
    assert [path.stem for path in NOTEBOOKS] == sorted([*SHEETS, "tour"])


@pytest.mark.slow
@pytest.mark.usefixtures("start")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_start_to_end(path: Path, opened: Path) -> None:
    folder = opened.parent if path.stem == "tour" else opened  # Jupyter may be told to start in either
    ran = execute(nbformat.read(opened / path.name, as_version=4), folder)
    outputs = [output for cell in ran.cells if cell.cell_type == "code" for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 6
    assert not [output for output in outputs if "Warning" in output.get("text", "")]


@pytest.mark.slow
@pytest.mark.usefixtures("start")
def test_an_error_in_a_cell_is_noticed(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execute(notebook, tmp_path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec"}
    for cell in notebook.cells:
        assert not cell.metadata
        if cell.cell_type == "code":
            assert cell.execution_count is None
            assert not cell.outputs
