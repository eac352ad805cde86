"""A copy of the project to run in."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DPI = 50  # of figures that no one looks at: drawing takes most of a quick run


def copy_project(to: Path, dpi: int = DPI) -> Path:
    """Copy the project, without data."""
    for folder in ("conf", "src"):
        shutil.copytree(PROJECT / folder, to / folder, ignore=shutil.ignore_patterns("__pycache__", "local"))
    (to / "conf" / "local").mkdir()
    catalog = to / "conf" / "base" / "catalog.yml"
    text = catalog.read_text(encoding="utf-8")
    assert "dpi: 160" in text
    catalog.write_text(text.replace("dpi: 160", f"dpi: {dpi}"), encoding="utf-8")
    for file in ("pyproject.toml", ".telemetry"):
        shutil.copy(PROJECT / file, to / file)
    return to


def copy_digits(to: Path, dpi: int = DPI, beside: str = "") -> Path:
    """Copy what the digits need, and one suite beside: a process would read and check the parameters of all others."""
    copy_project(to, dpi)
    for suite in (to / "conf/base/parameters").iterdir():
        if suite.stem not in ("digits", beside):
            suite.unlink()
    return to


def copy_results(project: Path, to: Path) -> None:
    """Copy the data and the tracked runs of one copy of the project to another."""
    for folder in ("data", "mlartifacts"):
        shutil.copytree(project / folder, to / folder)
    shutil.copy(project / "mlflow.db", to / "mlflow.db")
    with closing(sqlite3.connect(to / "mlflow.db")) as database, database:  # it holds whole paths
        for table, column in {"experiments": "artifact_location", "runs": "artifact_uri"}.items():
            database.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", [project.as_uri(), to.as_uri()])
