"""The house: imports go downward, listing is light, everything is in the catalog."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from kedro.io import DatasetNotFoundError

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "autoencoders"
SHELL = {"settings", "pipeline_registry", "hooks", "tracking", "notes", "views", "cli", "graph", "notebook"}
HEAVY = {"torch", "torchvision", "mlflow", "sklearn", "matplotlib", "pandas"}


def room(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    if name in SHELL:
        return 3
    return {"pipelines": 2, "io": 0}.get(name, 1)


def imports(module: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_downward(module: Path) -> None:
    for name in imports(module):
        if name.startswith("autoencoders.") and room(module) != "__init__":
            target = name.split(".")[1]
            if target != room(module):
                assert target != "io", f"{module} imports {name}: catalog datasets are named in YAML only"
                assert floor(target) <= floor(room(module)), f"{module} imports {name}, which lies above it"


@pytest.mark.parametrize(
    "module",
    [path for path in MODULES if path.name == "nodes.py" or floor(room(path)) == 1],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_nodes_and_domain_know_neither_kedro_nor_mlflow(module: Path) -> None:
    assert not {name.split(".")[0] for name in imports(module)} & {"kedro", "mlflow"}


def test_listing_pipelines_imports_nothing_heavy() -> None:
    script = (
        "import sys; from pathlib import Path; from kedro.framework.startup import bootstrap_project;"
        f"bootstrap_project(Path({str(PACKAGE.parents[1])!r}));"
        "from kedro.framework.project import pipelines; assert len(pipelines) > 4;"
        f"found = sorted({HEAVY!r} & set(sys.modules)); sys.exit(', '.join(found) or None)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-500:]


@pytest.mark.slow
def test_every_dataset_is_declared_in_the_catalog_with_a_layer_and_a_file_of_its_own(catalog, pipelines) -> None:
    """All in one pass: there are ten thousand, and the catalog takes a millisecond to look one up."""
    files: dict[str, str] = {}
    for name in set().union(*(pipeline.datasets() for pipeline in pipelines.values())):
        dataset = catalog[name]  # raises an error that names the dataset if it is not declared
        if not name.startswith("params:"):
            assert dataset.metadata["kedro-viz"]["layer"], name
        path = getattr(dataset, "_filepath", None)
        if path is not None:
            assert files.setdefault(str(path), name) == name


@pytest.mark.slow
def test_a_dataset_that_is_not_declared_is_not_in_the_catalog(catalog) -> None:
    with pytest.raises(DatasetNotFoundError, match=r"digits\.nothing"):
        catalog["digits.nothing"]
