"""Where results come from: the command, the code and the machine."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autoencoders.data.catalog.load_only import LoadOnlyDataset


class ProvenanceDataset(LoadOnlyDataset[dict[str, str]]):
    """What is needed to get a result again, read off the process that loads it.

    Args:
        path: A folder of the code's repository.
        metadata: Ignored here, read by plugins such as Kedro-Viz.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = Path(path)
        self.metadata = metadata

    def load(self) -> dict[str, str]:
        """Return command, git commit (with `, changed` for uncommitted work), versions, hardware and the time."""
        packages = ("kedro", "torch", "numpy", "scikit-learn", "mlflow")
        return {
            "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
            "commit": self._commit(),
            "versions": ", ".join([f"Python {platform.python_version()}"] + [f"{p} {version(p)}" for p in packages]),
            "hardware": f"{os.cpu_count()} cores, {_processor()}, {platform.machine()}, {platform.system()}",
            "time": datetime.now(UTC).isoformat(sep=" ", timespec="minutes"),
        }

    def fingerprint(self) -> str:
        """Return nothing: who asks when and by which command does not change a result."""
        return ""

    def _commit(self) -> str:
        try:
            commit = self._git("rev-parse", "--short", "HEAD")
            return f"{commit}, changed" if self._git("status", "--short", "--untracked-files=no") else commit
        except (OSError, subprocess.CalledProcessError):
            return "none (not a git checkout)"

    def _git(self, *arguments: str) -> str:
        return subprocess.run(  # fixed arguments, no shell
            ["git", *arguments], cwd=self._path, capture_output=True, text=True, check=True
        ).stdout.strip()


def _processor() -> str:
    """Return the processor's name; Linux keeps it in a file."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "processor unknown"
