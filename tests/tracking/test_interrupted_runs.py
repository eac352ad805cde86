import os
import signal
import subprocess
import time

import pytest
from quick_run import EPOCHS

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
        pytest.param(signal.SIGTERM, 143, ("--runner", "ParallelRunner"), {"dense_5.seed_0"}, id="processes, SIGTERM"),
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


def test_a_process_is_alive_until_it_has_ended():
    assert is_alive(this_process())
    host, number, start = this_process().split(" ")
    assert not is_alive(f"{host} {number} {int(start) - 1}"), "an earlier process of the same number"
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    assert not is_alive(f"{host} {ended.pid} {start}")
    assert is_alive(f"elsewhere {os.getpid()} 0"), "nobody knows"
