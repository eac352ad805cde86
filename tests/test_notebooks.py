"""Every notebook runs from start to end on what the default pipeline leaves, and keeps the outputs of its cells."""

import re
import shutil
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from notebook_outputs import NOTEBOOKS, OUTPUTS_OF, code_of, digest, execute, kinds, started
from project_copy import PROJECT
from shared_once import made_once

SHEETS = ["assignment_3", "cnn_notebook", "georgia_tech", "lmu", "tu_berlin"]
PREDICT = "**Predict before you run.**"
LARGEST = 700_000  # bytes, of a notebook with its pictures

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="session")
def opened(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the notebooks in a project in which the digits have been run.

    No other suite has been run, and they are left out: for every notebook, thousands of nodes would be built.
    """

    def make(project: Path) -> None:
        shutil.copytree(finished, project)
        for suite in (project / "conf/base/parameters").iterdir():
            if suite.stem != "digits":
                suite.unlink()
        shutil.copytree(PROJECT / "notebooks", project / "notebooks")

    return made_once(tmp_path_factory, "opened", make) / "notebooks"


@pytest.fixture(scope="module")
def kernel() -> Iterator[NotebookClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        with started() as client:
            yield client


def test_there_is_a_tour_and_a_notebook_for_each_sheet() -> None:
    assert [path.stem for path in NOTEBOOKS] == sorted([*SHEETS, "tour"])


@pytest.mark.slow
@every_notebook
def test_a_notebook_runs_from_start_to_end_and_shows_what_it_keeps(
    path: Path, kernel: NotebookClient, opened: Path
) -> None:
    folder = opened.parent if path.stem == "tour" else opened  # Jupyter may be told to start in either
    kept = kinds(code_of(nbformat.read(path, as_version=4)))
    ran = execute(nbformat.read(opened / path.name, as_version=4), kernel, folder)
    assert kinds(ran) == kept
    assert sum("image/png" in cell for cell in kept) >= 6
    assert not [output for cell in ran for output in cell.outputs if "Warning" in output.get("text", "")]


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "error"), [("1 / 0", "ZeroDivisionError"), ("earlier", "NameError")])
def test_an_error_in_a_cell_is_noticed(kernel: NotebookClient, tmp_path: Path, cell: str, error: str) -> None:
    defined = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("earlier = 1")])
    execute(defined, kernel, tmp_path)
    with pytest.raises(CellExecutionError, match=error):
        execute(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]), kernel, tmp_path)


@every_notebook
def test_a_notebook_is_small_and_keeps_the_outputs_of_the_code_it_holds(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", OUTPUTS_OF}
    assert notebook.metadata[OUTPUTS_OF] == digest(notebook), "make outputs makes them anew"
    cells = code_of(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not any(cell.metadata for cell in notebook.cells)
    assert {output.output_type for cell in cells for output in cell.outputs} <= {
        "display_data",
        "execute_result",
        "stream",
    }
    text = path.read_text(encoding="utf-8")
    assert len(text) < LARGEST
    assert str(PROJECT) not in text


@every_notebook
def test_a_reader_is_asked_to_predict_before_each_section_s_code(path: Path) -> None:
    """Of sections that show a picture or a control; a section begins with a heading."""
    cells = nbformat.read(path, as_version=4).cells
    begins = [number for number, cell in enumerate(cells) if re.search("^## ", cell.source, re.M)]
    for begin, end in zip(begins, [*begins[1:], len(cells)], strict=True):
        section = cells[begin:end]
        shown = [kind for cell in kinds(code_of(nbformat.v4.new_notebook(cells=section))) for kind in cell]
        if "image/png" in shown:
            before = list(takewhile(lambda cell: cell.cell_type == "markdown", section))
            assert before[-1].source.startswith(PREDICT), cells[begin].source
