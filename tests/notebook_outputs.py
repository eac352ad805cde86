"""The outputs that notebooks keep: `make outputs` makes them anew, after `make run`."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from project_copy import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
OUTPUTS_OF = "outputs_of"  # in a notebook's metadata, the digest of the code whose outputs it keeps


@contextmanager
def started() -> Iterator[NotebookClient]:
    """Yield a client whose kernel runs one notebook after another, and imports what they need once."""
    client = NotebookClient(nbformat.v4.new_notebook(), timeout=120, kernel_name="python3")
    with client.setup_kernel():
        yield client


def execute(notebook: NotebookNode, kernel: NotebookClient, folder: Path) -> list[NotebookNode]:
    """Run a notebook's code in a folder, without what others have defined and loaded, and return its code cells."""
    anew = f"%reset -f\nimport os; os.chdir({str(folder)!r})\nget_ipython().extension_manager.loaded.clear()"
    cells = [nbformat.v4.new_code_cell(anew), *code_of(notebook)]
    kernel.nb = nbformat.v4.new_notebook(cells=cells)
    kernel.reset_execution_trackers()
    return [kernel.execute_cell(cell, number) for number, cell in enumerate(cells)][1:]


def code_of(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def digest(notebook: NotebookNode) -> str:
    """Return the digest of a notebook's code."""
    return hashlib.sha256("\0".join(cell.source for cell in code_of(notebook)).encode()).hexdigest()[:16]


def kinds(cells: list[NotebookNode]) -> list[list[str]]:
    """Return the kinds of outputs of each cell; what is said beside them does not count."""
    return [[kind for output in cell.outputs for kind in sorted(output.get("data", ()))] for cell in cells]


def keep(path: Path, kernel: NotebookClient) -> None:
    """Run a notebook, and keep its outputs in it, without what differs from run to run."""
    notebook = nbformat.read(path, as_version=4)
    execute(notebook, kernel, PROJECT)
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id, cell.metadata = f"cell-{number:02d}", {}
    for number, cell in enumerate(code_of(notebook), start=1):
        cell.execution_count = number
        cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
            if "data" in output:
                output.metadata = {}
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"], OUTPUTS_OF: digest(notebook)}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    with started() as client:
        for one in NOTEBOOKS:
            keep(one, client)
