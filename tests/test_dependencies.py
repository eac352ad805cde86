"""What the package imports is what it declares, and IPython is for notebooks alone."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from module_imports import imports

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "src" / "autoencoders"
NOTEBOOK = PACKAGE / "shell" / "notebook"  # imported by notebooks alone
CLUSTER = PACKAGE / "cluster"  # of the group of the same name
PYOD = PACKAGE / "inspection" / "members" / "pyod.py"  # for comparison, of the group `bench`
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def distributions(requirements: list[str | dict[str, str]]) -> set[str]:
    """Return the names of the distributions that requirements such as `PyYAML>=6` ask for, in lower case."""
    return {re.match(r"[\w.-]+", one)[0].lower() for one in requirements if isinstance(one, str)}  # not other groups


def libraries(modules: list[Path]) -> dict[str, set[str]]:
    """Return the distributions that hold each library that modules import; mlflow is in three of them."""
    names = {name.split(".")[0] for module in modules for name in imports(module)}
    known = packages_distributions()
    return {name: distributions(known[name]) for name in names - sys.stdlib_module_names - {"autoencoders"}}


REQUIRED = distributions(DECLARED["project"]["dependencies"])
FOR_DEVELOPMENT = distributions(DECLARED["dependency-groups"]["dev"])
FOR_CLUSTER = distributions(DECLARED["dependency-groups"]["cluster"])
APART = (NOTEBOOK, CLUSTER)
MODULES = [module for module in PACKAGE.rglob("*.py") if module != PYOD and module.parent not in APART]


def test_everything_imported_is_declared() -> None:
    undeclared = {name for name, holders in libraries(MODULES).items() if not holders & REQUIRED}
    assert not undeclared


def test_everything_declared_is_imported() -> None:
    assert set().union(*libraries(MODULES).values()) >= REQUIRED


def test_the_package_needs_no_ipython() -> None:
    assert not [module for module in MODULES if any("shell.notebook" in name for name in imports(module))]
    assert "ipython" in FOR_DEVELOPMENT - REQUIRED
    assert all(holders & (REQUIRED | FOR_DEVELOPMENT) for holders in libraries(list(NOTEBOOK.glob("*.py"))).values())


def test_dask_is_for_the_cluster_alone():
    found = libraries(list(CLUSTER.glob("*.py")))
    assert all(holders & (REQUIRED | FOR_CLUSTER) for holders in found.values())
    assert set().union(*found.values()) >= FOR_CLUSTER
