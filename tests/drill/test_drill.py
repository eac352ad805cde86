"""A few faults of the drill, drawn by a fixed seed; `make drill` tries them all."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_a_run_with_worker_processes_survives_what_befalls_it(tmp_path):
    command = [sys.executable, str(Path(__file__).with_name("drill.py")), "--pipeline", "digits.reconstruction"]
    command += ["--runners", "processes", "--trials", "1", "--refusals", "0", "--output", str(tmp_path / "drill.csv")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    with (tmp_path / "drill.csv").open() as opened:
        tried = list(csv.DictReader(opened))
    assert ("worker", "save") in {(one["fault"], one["what"]) for one in tried}
    assert all(one["survived"] == "True" for one in tried)
