"""Where the time of a run goes: `python timed_run.py FILE OPTIONS` is `kedro run OPTIONS`, and leaves seconds in FILE.

Stages are the tags of nodes, with loading and saving; tracking and records are counted apart, and what lies before and
between the nodes is the rest.
"""

import functools
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, "src")

from kedro.framework.cli import main
from kedro.runner.task import Task

from autoencoders.records.hooks import RecordHooks
from autoencoders.tracking.hooks import TrackingHooks

EVENTS = ("before_pipeline_run", "before_node_run", "after_dataset_saved", "after_pipeline_run")
STAGES = ("ingestion", "splitting", "training", "evaluation", "measuring", "detection", "reporting")  # tags of nodes
HOOKS = {TrackingHooks: "tracking", RecordHooks: "records"}

seconds: Counter[str] = Counter()
inner: list[float] = [0.0]  # seconds counted within each call under way


def counted(function: Callable[..., Any], name_of: Callable[..., str]) -> Callable[..., Any]:
    """Return a function that counts its seconds, but for those of counted functions that it calls."""

    @functools.wraps(function)
    def timed(*arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        inner.append(0.0)
        try:
            return function(*arguments, **named)
        finally:
            took = time.perf_counter() - began
            seconds[name_of(*arguments)] += took - inner.pop()
            inner[-1] += took

    return timed


def stage(task: Task) -> str:
    """Return the stage of a task's node."""
    return next((stage for stage in STAGES if stage in task.node.tags), "other nodes")


if __name__ == "__main__":
    Task.execute = counted(Task.execute, stage)
    for hooks, name in HOOKS.items():
        for event in EVENTS:
            if event in vars(hooks):
                setattr(hooks, event, counted(vars(hooks)[event], lambda *_, name=name: name))
    file, began = Path(sys.argv[1]), time.perf_counter()
    sys.argv[:2] = ["kedro", "run"]
    try:
        main()
    finally:
        seconds["the rest"] = time.perf_counter() - began - sum(seconds.values())
        file.write_text(json.dumps(dict(seconds)), encoding="utf-8")
