"""Every notebook runs from start to end on what the default pipeline leaves, and is kept without outputs."""

import shutil
from collections.abc import Iterator
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


@pytest.fixture(scope="module")
def kernel() -> Iterator[NotebookClient]:
    """Yield a client whose kernel runs all notebooks of a worker, and imports what they need once."""
    client = NotebookClient(nbformat.v4.new_notebook(), timeout=120, kernel_name="python3")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        with client.setup_kernel():
            yield client


def execute(notebook: nbformat.NotebookNode, kernel: NotebookClient, folder: Path) -> list[nbformat.NotebookNode]:
    """Run a notebook in a folder, without what others have defined and loaded, and return its outputs."""
    anew = f"%reset -f\nimport os; os.chdir({str(folder)!r})\nget_ipython().extension_manager.loaded.clear()"
    cells = [nbformat.v4.new_code_cell(anew), *(cell for cell in notebook.cells if cell.cell_type == "code")]
    kernel.nb = nbformat.v4.new_notebook(cells=cells)
    kernel.reset_execution_trackers()
    ran = [kernel.execute_cell(cell, number) for number, cell in enumerate(cells)]
    return [output for cell in ran for output in cell.outputs]


def test_there_is_a_tour_and_a_notebook_for_each_sheet() -> None:
    assert [path.stem for path in NOTEBOOKS] == sorted([*SHEETS, "tour"])


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_start_to_end(path: Path, kernel: NotebookClient, opened: Path) -> None:
    folder = opened.parent if path.stem == "tour" else opened  # Jupyter may be told to start in either
    outputs = execute(nbformat.read(opened / path.name, as_version=4), kernel, folder)
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 6
    assert not [output for output in outputs if "Warning" in output.get("text", "")]


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "error"), [("1 / 0", "ZeroDivisionError"), ("earlier", "NameError")])
def test_an_error_in_a_cell_is_noticed(kernel: NotebookClient, tmp_path: Path, cell: str, error: str) -> None:
    defined = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("earlier = 1")])
    execute(defined, kernel, tmp_path)
    with pytest.raises(CellExecutionError, match=error):
        execute(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]), kernel, tmp_path)


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
