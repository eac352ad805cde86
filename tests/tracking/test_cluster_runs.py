"""Runs on workers of Dask: real processes over TCP, one of which is killed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from distributed import Client
from project_copy import PROJECT
from quick_run import EPOCHS
from tracked_place import STUDY

from autoencoders.tracking.metrics import SECONDS

VARIANTS = ("linear_5", "dense_5")
KILLED_AT = "[1/"  # the first node, which trains for seconds


@contextmanager
def cluster(workers: int):
    """Lend the address of a scheduler with workers."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "autoencoders.cluster", "--workers", str(workers), "--port", str(port)]
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "src")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert "until Ctrl-C" in process.stdout.readline()
        yield process, f"tcp://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)


def start(place, address: str, *options: str) -> subprocess.Popen:
    """Start a run of two variants, and return it once its first node has begun."""
    names = ",".join(f"{STUDY}.{name}" for name in VARIANTS)
    runner = ("--runner", "autoencoders.cluster.DaskRunner", "--runner-params", f"scheduler={address}")
    process = place.start("--namespaces", names, *runner, *options, epochs=dict.fromkeys(VARIANTS, EPOCHS))
    for line in process.stdout:
        if KILLED_AT in line:
            return process
    pytest.fail("the run has ended")


def kill_a_worker_at_work(address: str) -> None:
    with Client(address, set_as_default=False) as client:
        at_work = next(worker for worker, tasks in client.processing().items() if tasks)
        number = client.run(os.getpid, workers=[at_work])[at_work]
    os.kill(number, signal.SIGKILL)


def steps(place, run) -> dict[str, list[tuple[int, float]]]:
    client = place.client
    return {
        name: sorted((one.step, one.value) for one in client.get_metric_history(run.info.run_id, name))
        for name in run.data.metrics
        if name != SECONDS
    }


@pytest.mark.slow
def test_a_killed_worker_costs_nothing_and_all_is_as_in_one_process(place, another):
    for name in VARIANTS:
        for folder in (another.root / "data").glob(f"0*/digits/reconstruction/{name}"):
            shutil.rmtree(folder)
    before = {run.info.run_id for run in another.runs()}
    with cluster(workers=2) as (_, address):
        process = start(another, address)
        kill_a_worker_at_work(address)
        output = process.communicate(timeout=120)[0]
    assert process.returncode == 0, output
    assert "was lost; another begins it again" in output
    assert another.exact_files() == place.exact_files()
    new = [run for run in another.runs() if run.info.run_id not in before]
    assert sorted((run.info.run_name, run.info.status) for run in new) == [
        (f"{name}.seed_0", "FINISHED") for name in sorted(VARIANTS)
    ]
    in_one_process = place.newest()
    for run in new:
        assert steps(another, run) == steps(place, in_one_process[run.info.run_name])
