"""The house: imports go downward, listing is light, everything is in the catalog."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_every_pipeline_dataset_is_declared_in_the_catalog(catalog, pipelines) -> None:
    for name, pipeline in pipelines.items():
        missing = {dataset for dataset in pipeline.datasets() if dataset not in catalog}
        assert not missing, f"{name} keeps {sorted(missing)[:3]} in memory only"


def test_no_two_datasets_share_a_file(catalog, pipelines) -> None:
    files: dict[str, str] = {}
    for name in set().union(*(pipeline.datasets() for pipeline in pipelines.values())):
        path = getattr(catalog[name], "_filepath", None)
        if path is not None:
            assert files.setdefault(str(path), name) == name


def test_every_artifact_has_a_layer(catalog, pipelines) -> None:
    for name in set().union(*(pipeline.datasets() for pipeline in pipelines.values())):
        if not name.startswith("params:"):
            assert catalog[name].metadata["kedro-viz"]["layer"], name
