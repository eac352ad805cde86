"""The drill: faults at every save and call to the tracking store, and at random, each resumed and compared.

`make drill` prints a table of what was tried and what survived, and leaves every trial in `build/drill.csv`.
"""

import argparse
import csv
import math
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter as Tally
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]
os.environ |= {"OMP_NUM_THREADS": "1", "DO_NOT_TRACK": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}

from faults import CALLS, REFUSALS, SAVES, TIME, Fault, placed
from trial import RUNNERS, Outcome, Trial, differences, survived

HEAVY = (
    "autoencoders.settings",
    "autoencoders.cli",
    "kedro.framework.cli.cli",
    "kedro.runner",
    "kedro_datasets.matplotlib",
    "kedro_datasets.plotly",
    "kedro_datasets_experimental.safetensors",
    "matplotlib.pyplot",
    "mlflow.store.tracking.sqlalchemy_store",
    "mlflow.store.db.utils",
    "plotly.offline",
    "scipy.stats",
    "sklearn.datasets",
    "sklearn.decomposition",
    "sklearn.neighbors",
    "torch._dynamo",
)
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
    """Return so many kills: two fifths at saves, two at calls to the tracking store, the rest at random moments.

    Where there are worker processes, every other one befalls a single process.
    """
    kinds = ["worker", "kill"] if runner == "processes" else ["kill"]
    shares = {SAVES: math.ceil(0.4 * trials), CALLS: math.floor(0.4 * trials)}
    found = [fault for what, count in shares.items() for fault in placed(len(events[what]), what, count, rng, kinds)]
    return found + [Fault("kill", TIME, round(rng.uniform(0, took), 2)) for _ in range(trials - len(found))]


def refusals_for(events: dict[str, list[str]], rng: random.Random, most: int) -> list[Fault]:
    """Return a full disk and a read-only folder at a save of each kind of file, or at some of these."""
    endings: dict[str, list[int]] = {}
    for number, name in enumerate(events[SAVES], start=1):
        endings.setdefault(name.partition(".")[2], []).append(number)
    found = [Fault(kind, SAVES, rng.choice(numbers)) for kind in REFUSALS for numbers in endings.values()]
    return rng.sample(found, min(most, len(found)))


def attempt(folder: Path, pipeline: str, runner: str, fault: Fault, reference: Outcome) -> list[str]:
    """Make one trial in a folder, and return what did not survive; the folder stays only then."""
    faults = survived(Trial(folder, pipeline, runner), fault, reference)
    if not faults:
        shutil.rmtree(folder)
    return faults


def drill(folder: Path, options: argparse.Namespace) -> Iterator[tuple[str, Fault, list[str]]]:
    """Yield runner, fault and what did not survive, trial by trial, two at a time."""
    rng = random.Random(options.seed)
    reference, waiting = None, []
    for runner in options.runners:
        outcome, events, took = reference_of(folder / runner, options.pipeline, runner)
        reference = reference or outcome
        yield runner, Fault("nothing", SAVES, 0), differences(outcome, reference)
        chosen = faults_for(runner, events, took, rng, options.trials) + refusals_for(events, rng, options.refusals)
        waiting += [(runner, fault) for fault in chosen]
    with ProcessPoolExecutor(2, get_context("fork")) as pool:
        trials = [
            pool.submit(attempt, folder / f"trial_{number}", options.pipeline, runner, fault, reference)
            for number, (runner, fault) in enumerate(waiting)
        ]
        for (runner, fault), trial in zip(waiting, trials, strict=True):
            yield runner, fault, trial.result()


def main() -> None:
    """Read the command, drill and print the table."""
    options = read_command()
    import_all()
    folder = Path(tempfile.mkdtemp(prefix="drill-"))
    tried, lost = Tally(), Tally()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    with options.output.open("w", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["runner", "fault", "what", "when", "after", "survived", "otherwise"])
        for runner, fault, faults in drill(folder, options):
            row = (runner, fault.kind, fault.what)
            tried[row] += 1
            lost[row] += bool(faults)
            table.writerow([*row, fault.when, fault.after, not faults, "; ".join(faults)])
            opened.flush()
            if faults:
                print(f"{runner}, {fault}: {'; '.join(faults)[:SHOWN]}", flush=True)
    print(f"\n{'runner':12}{'fault':12}{'at':12}{'tried':>6}{'survived':>10}")
    for row, count in tried.items():
        print(f"{row[0]:12}{row[1]:12}{row[2]:12}{count:6}{count - lost[row]:10}")
    print(f"{'':36}{sum(tried.values()):6}{sum(tried.values()) - sum(lost.values()):10}")
    if sum(lost.values()):
        sys.exit(f"What was lost lies in {folder}.")
    shutil.rmtree(folder)


def read_command() -> argparse.Namespace:
    """Read the options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pipeline", default="digits")
    parser.add_argument("--runners", nargs="+", choices=RUNNERS, default=list(RUNNERS))
    parser.add_argument("--trials", type=int, default=40, help="kills for each runner")
    parser.add_argument("--refusals", type=int, default=20, help="full disks and read-only folders for each runner")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=Path("build/drill.csv"))
    return parser.parse_args()


def import_all() -> None:
    """Import what every run needs once: trials are forks of this process."""
    for name in HEAVY:
        import_module(name)


if __name__ == "__main__":
    main()
