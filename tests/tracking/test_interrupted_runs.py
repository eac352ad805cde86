import os
import signal
import subprocess
import time
from types import SimpleNamespace

import pytest

from autoencoders.tracking.process import is_alive, this_process

LONG = {"linear_20": 200_000, "linear_40": 2, "linear_5": 2, "dense_5": 2}  # epochs
ALONE = ("--namespaces", "digits.reconstruction.linear_20")
AT_WORK = {("linear_20.seed_0", "RUNNING")}
INTERRUPTIONS = {
    "sequential, Ctrl-C": (signal.SIGINT, ALONE, AT_WORK),
    "threads, SIGTERM": (signal.SIGTERM, (*ALONE, "--runner", "ThreadRunner"), AT_WORK),
    "processes, Ctrl-C": (signal.SIGINT, ("--runner", "ParallelRunner"), AT_WORK | {("dense_5.seed_0", "FINISHED")}),
    "sequential, kill -9": (signal.SIGKILL, ALONE, AT_WORK),
}


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory, place):
    """Return what became of runs that were interrupted in the middle; they run at the same time."""
    started, ended = {}, {}
    for name, (_, options, _) in INTERRUPTIONS.items():
        there = type(place)(tmp_path_factory.mktemp("interrupted") / "project", like=place)
        started[name] = there, there.start(*options, epochs=LONG)
    while started:
        for name, (there, process) in list(started.items()):
            number, _, wanted = INTERRUPTIONS[name]
            if there.has_come_to(process, wanted):
                process.send_signal(number)
                output = process.communicate(timeout=30)[0]
                ended[name] = SimpleNamespace(
                    place=there, code=process.returncode, output=output, statuses=there.statuses()
                )
                del started[name]
        time.sleep(0.2)
    return ended


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in INTERRUPTIONS if "-9" not in name])
def test_an_interrupted_run_is_killed_and_finished_ones_stay_finished(interrupted, name):
    end = interrupted[name]
    assert end.code == (130 if "Ctrl-C" in name else 143), end.output
    assert "Interrupted. Results so far are kept" in end.output
    assert "Traceback" not in end.output
    assert end.statuses["linear_20.seed_0"] == "KILLED"
    assert "RUNNING" not in end.statuses.values()
    if "processes" in name:
        assert end.statuses["dense_5.seed_0"] == "FINISHED"


@pytest.mark.slow
def test_a_run_killed_outright_is_closed_at_the_next_start(interrupted):
    end = interrupted["sequential, kill -9"]
    assert end.statuses["linear_20.seed_0"] == "RUNNING"
    end.place.run(namespaces=["digits.reconstruction.linear_5"])
    assert end.place.statuses()["linear_20.seed_0"] == "KILLED"


def test_a_process_is_alive_until_it_has_ended():
    assert is_alive(this_process())
    host, number, start = this_process().split(" ")
    assert not is_alive(f"{host} {number} {int(start) - 1}"), "an earlier process of the same number"
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    assert not is_alive(f"{host} {ended.pid} {start}")
    assert is_alive(f"elsewhere {os.getpid()} 0"), "nobody knows"
