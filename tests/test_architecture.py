"""The house: imports go downward, listing is light, everything is in the catalog."""

import ast
import subprocess
import sys
from functools import reduce
from operator import getitem
from pathlib import Path

import pytest
from kedro.io import DatasetNotFoundError
from module_imports import imports

from autoencoders.key import Key

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "autoencoders"
HEAVY = {"torch", "torchvision", "mlflow", "sklearn", "matplotlib", "pandas"}

ROOMS = (  # from the street to the cellar: a room imports from those below it alone
    ("settings", "cli", "pipeline_registry"),  # doors, whose names Kedro fixes
    ("cluster",),
    ("shell",),
    ("tracking",),
    ("records",),
    ("pipelines",),
    ("inspection",),
    ("measurements",),
    ("detection",),
    ("evaluation",),
    ("reporting",),
    ("training",),
    ("models",),
    ("data",),
    ("configuration", "key"),
)
FLOOR = {room: -depth for depth, floor in enumerate(ROOMS) for room in floor}
WITH_KEDRO = {*ROOMS[0], "cluster", "shell", "tracking", "records", "pipelines"}
EDGE = PACKAGE / "inspection" / "served.py"  # what MLflow serves

REPLACEMENT = "autoencoders.data.catalog.replacement"  # of files, which is no dataset

MODULES = sorted(PACKAGE.rglob("*.py"))


def room(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_room_has_its_floor() -> None:
    assert {room(module) for module in MODULES} - {"__init__"} == set(FLOOR)


@pytest.mark.parametrize("name", FLOOR)
def test_imports_go_downward(name: str) -> None:
    upward = [
        f"{module.relative_to(PACKAGE)} imports {imported}"
        for module in MODULES
        for imported in imports(module)
        if room(module) == name and imported.startswith("autoencoders.")
        if (target := imported.split(".")[1]) != name and FLOOR[target] >= FLOOR[name]
    ]
    assert not upward


def test_nobody_imports_the_datasets_that_the_catalog_names() -> None:
    inside = PACKAGE / "data" / "catalog"
    found = {
        module
        for module in MODULES
        if inside not in module.parents
        if any(name.startswith("autoencoders.data.catalog") for name in imports(module) if REPLACEMENT not in name)
    }
    assert not found


def test_nodes_and_all_rooms_below_the_pipelines_know_neither_kedro_nor_mlflow() -> None:
    kept_apart = [
        module
        for module in MODULES
        if module.name == "nodes.py"
        or (module != EDGE and room(module) not in WITH_KEDRO and "catalog" not in module.parts)
    ]
    for module in kept_apart:
        assert not {name.split(".")[0] for name in imports(module)} & {"kedro", "mlflow"}, module


def arguments(function: ast.FunctionDef) -> list[str]:
    given = function.args
    return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs) if one.arg not in ("self", "cls")]


def test_nodes_take_at_most_eight_arguments_and_other_functions_six() -> None:
    crowded = [
        f"{module.relative_to(PACKAGE)}: {function.name}"
        for module in MODULES
        for function in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        if len(arguments(function)) > (8 if module.name == "nodes.py" else 6)
    ]
    assert not crowded


def test_putting_pipelines_together_imports_nothing_heavy() -> None:
    script = (
        "import sys; from pathlib import Path; from kedro.framework.startup import bootstrap_project;"
        f"bootstrap_project(Path({str(PACKAGE.parents[1])!r}));"
        "from kedro.framework.project import pipelines; assert len(pipelines['digits'].nodes) > 100;"
        f"found = sorted({HEAVY!r} & set(sys.modules)); sys.exit(', '.join(found) or None)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-500:]


FIGURES = {  # whatever no other pattern of the catalog fits is a figure, so a misspelt name would be one, too; and
    # those of a measurement, `<name>_figure`, and of a benchmark's worlds, `<name>_table` and `<name>_scores`
    "anomalous_classes",
    "auroc",
    "cost_and_quality",
    "empirical_rates",
    "error_rates",
    "heatmaps",
    "loss_curves",
    "out_of_distribution",
    "precision_recall",
    "reconstructions",
    "roc_curves",
    "samples",
    "score_histograms",
    "scores",
    "snapshots",
    "test_errors",
    "worlds",
}


def some_of_each_kind(names: set[str]) -> list[str]:
    """Return of each suite's artifacts of one kind the first, the middle and the last name: the rest are as these."""
    kinds: dict[tuple[str, str, int], list[str]] = {}
    for name in sorted(names):
        suite, artifact = name.partition(".")[0], name.rpartition(".")[2]
        kinds.setdefault((suite, artifact, name.count(".")), []).append(name)
    return [name for alike in kinds.values() for name in {alike[0], alike[len(alike) // 2], alike[-1]}]


@pytest.mark.slow
def test_every_artifact_is_in_the_catalog_with_a_layer_and_figures_are_known(context, catalog, nodes) -> None:
    """There are tens of thousands, and the catalog takes a millisecond to look one up."""
    parameters = context.config_loader["parameters"]
    written: dict[str, str] = {}
    outputs = {name for node in nodes for name in node.outputs}
    for name in some_of_each_kind(outputs.union(*(node.inputs for node in nodes))):
        if name.startswith("params:"):
            reduce(getitem, name.removeprefix("params:").split("."), parameters)  # raises an error that names the key
            continue
        dataset = catalog[name]  # raises an error that names the dataset if it is not declared
        assert dataset.metadata["kedro-viz"]["layer"], name
        if type(dataset).__name__ == "FigureDataset":
            artifact = Key.of_dataset(name)[1]
            assert artifact in FIGURES or artifact.endswith(("_figure", "_table", "_scores")), name
        path = getattr(dataset, "_filepath", None)
        if path is not None and name in outputs:
            assert written.setdefault(str(path), name) == name, "two outputs share a file"


@pytest.mark.slow
def test_a_dataset_that_is_not_declared_is_not_in_the_catalog(catalog) -> None:
    with pytest.raises(DatasetNotFoundError, match="nothing"):
        catalog["nothing"]
