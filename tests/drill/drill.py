"""The drill: faults at every save and call to the tracking store, and at random, each resumed and compared.

`make drill` prints a table of what was tried and what survived, and leaves every trial in `build/drill.csv`.
"""

import argparse
import csv
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter as Tally
from collections.abc import Iterator
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]
os.environ |= {"OMP_NUM_THREADS": "1", "DO_NOT_TRACK": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}

from faults import CALLS, REFUSALS, SAVES, TIME, Fault, placed
from trial import RUNNERS, Outcome, Trial, differences, survived

SHOWN = 300  # characters of what did not survive


def reference_of(folder: Path, pipeline: str, runner: str) -> tuple[Outcome, dict[str, list[str]], float]:
    """Return what a run leaves that nothing befalls, its events, and how many seconds it took."""
    trial = Trial(folder, pipeline, runner)
    began = time.monotonic()
    code = trial.run("first")
    took = time.monotonic() - began
    if code:
        sys.exit(f"the drill's own run failed:\n{trial.said('first')[-3000:]}")
    events = {what: (folder / "first" / what).read_text().splitlines() for what in (SAVES, CALLS)}
    return trial.outcome(), events, took


def faults_for(runner: str, events: dict[str, list[str]], took: float, rng: random.Random, trials: int) -> list[Fault]:
    """Return so many faults: two fifths at saves, two at calls to the tracking store, one at random moments; the same
    in workers where there are any; and a full disk and a read-only folder at each kind of save."""
    kinds = ["kill", "worker"] if runner == "processes" else ["kill"]
    found = [
        fault
        for what, share in ((SAVES, 0.4), (CALLS, 0.4))
        for fault in placed(len(events[what]), what, round(share * trials), rng, kinds)
    ]
    found += [Fault("kill", TIME, round(rng.uniform(0, took), 2)) for _ in range(trials - len(found))]
    endings: dict[str, list[int]] = {}
    for number, name in enumerate(events[SAVES], start=1):
        endings.setdefault(name.partition(".")[2], []).append(number)
    return found + [Fault(kind, SAVES, rng.choice(numbers)) for kind in REFUSALS for numbers in endings.values()]


def drill(folder: Path, pipeline: str, trials: int, seed: int) -> Iterator[tuple[str, Fault, list[str]]]:
    """Yield runner, fault and what did not survive, trial by trial.

    Args:
        folder: Where to work.
        pipeline: The pipeline to run.
        trials: How many kills there are for each runner.
        seed: Draws the faults.
    """
    rng = random.Random(seed)
    outcome, _, _ = reference_of(folder / "reference", pipeline, "sequential")
    waiting = []
    for runner in RUNNERS:
        same, events, took = reference_of(folder / runner, pipeline, runner)
        yield runner, Fault("nothing", SAVES, 0), differences(same, outcome)
        waiting += [(runner, fault) for fault in faults_for(runner, events, took, rng, trials)]
    for number, (runner, fault) in enumerate(waiting):
        place = folder / f"trial_{number}"
        trial = Trial(place, pipeline, runner)
        faults = survived(trial, fault, outcome)
        if not faults:
            shutil.rmtree(place)
        yield runner, fault, faults


def main() -> None:
    """Read the command, drill and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pipeline", default="digits")
    parser.add_argument("--trials", type=int, default=40, help="kills for each runner")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=Path("build/drill.csv"))
    options = parser.parse_args()
    import_all()
    folder = Path(tempfile.mkdtemp(prefix="drill-"))
    tried, lost = Tally(), Tally()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    with options.output.open("w", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["runner", "fault", "what", "when", "after", "survived", "otherwise"])
        for runner, fault, faults in drill(folder, options.pipeline, options.trials, options.seed):
            row = (runner, fault.kind, fault.what)
            tried[row] += 1
            lost[row] += bool(faults)
            table.writerow([*row, fault.when, fault.after, not faults, "; ".join(faults)])
            opened.flush()
            if faults:
                print(f"{runner}, {fault}: {'; '.join(faults)[:SHOWN]}", flush=True)
    print(f"\n{'runner':12}{'fault':12}{'at':12}{'tried':>6}{'survived':>10}")
    for row, count in sorted(tried.items()):
        print(f"{row[0]:12}{row[1]:12}{row[2]:12}{count:6}{count - lost[row]:10}")
    print(f"{'':36}{sum(tried.values()):6}{sum(tried.values()) - sum(lost.values()):10}")
    if sum(lost.values()):
        sys.exit(f"What was lost lies in {folder}.")
    shutil.rmtree(folder)


def import_all() -> None:
    """Import what every run needs once: trials are forks of this process."""
    from mlflow.store.tracking import sqlalchemy_store  # noqa: F401


if __name__ == "__main__":
    main()
