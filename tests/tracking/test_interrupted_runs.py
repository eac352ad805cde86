import os
import shutil
import signal
import subprocess
import time

import pytest
from quick_run import EPOCHS
from tracked_place import METRICS

from autoencoders.records.process import is_alive, this_process

LONG = {"linear_20": 200_000, "linear_40": EPOCHS, "linear_5": EPOCHS, "dense_5": EPOCHS}
AT_WORK = {("linear_20.seed_0", "RUNNING")}
ALONE = ("--namespaces", "digits.reconstruction.linear_20")


def interrupt(place, number: int, options: tuple[str, ...], wanted: set[tuple[str, str]]) -> tuple[int, str]:
    """Start a run, send it a signal when runs have come to the wanted statuses, and return its code and output."""
    process = place.start(*options, epochs=LONG)
    while not place.has_come_to(process, wanted):
        time.sleep(0.1)
    process.send_signal(number)
    output = process.communicate(timeout=30)[0]
    return process.returncode, output


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "options", "finished"),
    [
        pytest.param(signal.SIGINT, 130, ALONE, set(), id="sequential, Ctrl-C"),
        pytest.param(signal.SIGTERM, 143, (*ALONE, "--runner", "ThreadRunner"), set(), id="threads, SIGTERM"),
        pytest.param(signal.SIGINT, 130, ("--runner", "ParallelRunner"), {"dense_5.seed_0"}, id="processes, Ctrl-C"),
    ],
)
def test_an_interrupted_run_is_killed_and_finished_ones_stay_finished(another, number, code, options, finished):
    found, output = interrupt(another, number, options, AT_WORK | {(name, "FINISHED") for name in finished})
    assert found == code, output
    assert "Interrupted. Results so far are kept" in output
    assert "Traceback" not in output
    statuses = another.statuses()
    assert statuses["linear_20.seed_0"] == "KILLED"
    assert "RUNNING" not in statuses.values()
    assert {statuses[name] for name in finished} <= {"FINISHED"}


@pytest.mark.slow
def test_a_run_killed_outright_is_closed_at_the_next_start_and_resumes_to_the_same_metrics(another, place):
    shutil.rmtree(another.root / "data")
    code, output = interrupt(another, signal.SIGKILL, (), AT_WORK)
    assert code == -signal.SIGKILL, output
    killed = {name: another.newest()[name].info for name in ("dense_5.seed_0", "linear_20.seed_0")}
    assert {run.status for run in killed.values()} == {"RUNNING"}
    models = another.root / "data/06_models/digits/reconstruction"
    (trained,) = models.rglob("weights.safetensors")
    assert trained.is_relative_to(models / "dense_5")
    before = trained.stat().st_mtime_ns, trained.stat().st_ino

    another.run(namespaces=["digits.reconstruction.linear_5"], only_missing_outputs=True)
    assert another.statuses()["linear_20.seed_0"] == "KILLED"

    another.run(only_missing_outputs=True)
    assert (another.root / METRICS).read_bytes() == (place.root / METRICS).read_bytes()
    assert (trained.stat().st_mtime_ns, trained.stat().st_ino) == before
    assert another.statuses() == place.statuses()
    assert another.newest()["dense_5.seed_0"].info.run_id == killed["dense_5.seed_0"].run_id
    assert another.client.get_run(killed["linear_20.seed_0"].run_id).info.status == "KILLED"


def test_a_process_is_alive_until_it_has_ended():
    assert is_alive(this_process())
    host, number, start = this_process().split(" ")
    assert not is_alive(f"{host} {number} {int(start) - 1}"), "an earlier process of the same number"
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    assert not is_alive(f"{host} {ended.pid} {start}")
    assert is_alive(f"elsewhere {os.getpid()} 0"), "nobody knows"
