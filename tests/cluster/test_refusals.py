"""What keeps a run from the workers of Dask is said in a sentence."""

import socket
import subprocess
import sys
from multiprocessing import Pipe
from threading import Timer

import click
import distributed
import pytest

from autoencoders.cluster import runner, worker
from autoencoders.cluster.groups import Group
from autoencoders.cluster.process import Desk
from autoencoders.shell.mistakes import explain


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_a_scheduler_that_does_not_answer(monkeypatch):
    monkeypatch.setattr(runner, "TIMEOUT", 0.2)
    address = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(click.ClickException, match=f"No scheduler answers at {address}; start one with `make cluster`"):
        runner.DaskRunner(address)


def test_a_package_that_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(click.ClickException, match="of the dependency group cluster: uv pip install --group cluster"):
        runner.DaskRunner()


def test_a_worker_with_other_code():
    with pytest.raises(ValueError, match="a worker finds other code, or another version of Python, NumPy") as refused:
        Desk(Pipe()[0], {"code": "of another day"}).run(["train"])
    assert explain(refused.value).startswith("a worker finds other code")


def test_a_worker_that_does_not_see_the_folder(tmp_path):
    about = {"briefing": str(tmp_path / "none"), "project": str(tmp_path)}
    with distributed.Client(processes=False, n_workers=1, dashboard_address=":0", set_as_default=False) as client:
        kind, sentence, _ = client.submit(worker.work, about, "group", ["train"]).result(timeout=10)
    assert kind == worker.FAILED
    assert f"does not see {tmp_path}: all machines must share that folder, under the same path." in sentence


def test_a_scheduler_without_workers_and_then_gone(caplog):
    address = f"tcp://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", address, "--no-dashboard"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as scheduler:
        try:
            assert any("Scheduler at" in line for line in scheduler.stderr), "it listens"
            dispatch = runner.Dispatch(runner.connect(address), {"run": "today"}, runner.Reporter([], None))
            Timer(1, scheduler.kill).start()
            with pytest.raises(ConnectionError) as lost:
                dispatch.carry_out([Group("world.study.deep", (), frozenset())])
        finally:
            scheduler.kill()
    assert f"The scheduler at {address} has no workers; waiting for one: dask worker {address}" in caplog.text
    said = explain(lost.value)
    assert said.startswith(f"The scheduler at {address} is gone; start it again. Results so far are kept: ")
    assert said.endswith("with --only-missing-outputs to go on from them.")
