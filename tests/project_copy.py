"""A copy of the project to run in, without data."""

import shutil
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def copy_project(to: Path) -> Path:
    for folder in ("conf", "src"):
        shutil.copytree(PROJECT / folder, to / folder, ignore=shutil.ignore_patterns("__pycache__", "local"))
    (to / "conf" / "local").mkdir()
    for file in ("pyproject.toml", ".telemetry"):
        shutil.copy(PROJECT / file, to / file)
    return to
