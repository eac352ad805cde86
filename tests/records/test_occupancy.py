"""Two runs never write the same file at a time, and what killed ones left is swept."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from autoencoders.data.temporary import sweep, temporary_beside
from autoencoders.records import occupancy
from autoencoders.records.occupancy import Occupancy, file_of, living, occupy
from autoencoders.records.process import this_process


@pytest.fixture
def neighbour():
    """Return a living process, as the name of its own."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        host, _, _ = this_process().split(" ")
        start = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[19]
        yield process, f"{host} {process.pid} {start}"
        process.kill()


def leave(data: Path, process: str, reads: list[str], writes: list[str]) -> Occupancy:
    one = Occupancy(process, "kedro run --pipelines world", "12:00", reads, writes)
    file = file_of(data, one)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(one)))
    return one


@pytest.mark.parametrize(
    ("reads", "writes", "waits"),
    [({"x"}, {"b"}, False), ({"x"}, {"a"}, True), ({"a"}, {"b"}, True), (set(), {"r"}, True), ({"r"}, {"b"}, False)],
)
def test_a_run_waits_for_one_that_writes_what_it_reads_or_writes(neighbour, tmp_path, caplog, reads, writes, waits):
    process, name = neighbour
    leave(tmp_path, name, reads=["r"], writes=["a"])
    worker = threading.Thread(target=occupy, args=(tmp_path, reads, writes), daemon=True)
    with caplog.at_level(logging.WARNING):
        worker.start()
        worker.join(0.2 if waits else 10)
        assert worker.is_alive() == waits
        process.kill()
        process.wait()
        worker.join(10)
    assert not worker.is_alive()
    told = [one.getMessage() for one in caplog.records]
    assert len(told) == waits
    assert all("kedro run --pipelines world (process" in one and "since 12:00" in one for one in told)


def test_what_a_process_that_has_ended_left_is_removed(tmp_path):
    host, number, start = this_process().split(" ")
    leave(tmp_path, f"{host} {number} {int(start) - 1}", [], ["a"])
    (tmp_path / ".running/damaged.json").write_text("{")
    assert list(living(tmp_path)) == []
    assert list((tmp_path / ".running").glob("*.json")) == []


def test_temporary_files_of_ended_processes_are_swept_and_others_stay(tmp_path):
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    own = temporary_beside(tmp_path / "deep" / "table.csv")
    own.parent.mkdir()
    own.touch()
    abandoned = [Path(str(own).replace(f"-{os.getpid()}-", f"-{ended.pid}-")), tmp_path / "deep" / ".hidden"]
    for file in abandoned:
        file.touch()
    folder = Path(str(temporary_beside(tmp_path / "detector")).replace(f"-{os.getpid()}-", f"-{ended.pid}-"))
    (folder / "inside").mkdir(parents=True)
    assert sweep(tmp_path) == 2
    assert own.exists() and not folder.exists()
    assert [file.exists() for file in abandoned] == [False, True]


def test_a_living_run_is_seen_and_leaves_when_it_ends(tmp_path):
    file = occupy(tmp_path, {"r"}, {"w"})
    assert json.loads(file.read_text())["writes"] == ["w"]
    before = time.monotonic()
    occupy(tmp_path, set(), {"w"})  # its own: another session of the same process
    assert time.monotonic() - before < occupancy.PAUSE
