"""Nodes are numbered as they begin, whichever process runs them, and a warning comes once per study."""

import logging
import os
import time
import warnings
from collections import Counter
from contextvars import ContextVar
from pathlib import Path

import pytest
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner, ThreadRunner

from autoencoders.shell.journal import VARIABLE, Journal
from autoencoders.shell.lines import Lines, at_work
from autoencoders.shell.progress import ProgressHooks, in_words, time_left
from autoencoders.training import progress

logger = logging.getLogger("autoencoders.tried")
VARIANTS = ("wide", "deep", "both")


def warn(images: int) -> int:
    logger.warning("%d images are few", images)
    return images


PIPELINE = sum(
    (
        Pipeline([node(warn, "images", "out", name="train")], inputs={"images"}, namespace=f"world.study.{name}")
        for name in VARIANTS
    ),
    Pipeline([]),
)


@pytest.fixture
def logged(caplog):
    """Return a function that returns what the project has logged, and leave the log as it was."""
    logging.getLogger().addHandler(caplog.handler)
    with caplog.at_level(logging.INFO), warnings.catch_warnings():
        yield lambda: [one.getMessage() for one in caplog.records if one.name.startswith("autoencoders.")]
        logging.captureWarnings(False)
    os.environ.pop(VARIABLE, None)
    at_work.set(None)
    for handler in logging.getLogger().handlers:
        handler.filters = [one for one in handler.filters if not isinstance(one, Lines)]


@pytest.fixture
def run(tmp_path, logged):
    """Return a function that runs the pipeline, and returns what is logged."""

    def lines(runner) -> list[str]:
        catalog, manager = DataCatalog({"images": MemoryDataset(3)}), _create_hook_manager()
        manager.register(ProgressHooks())
        kind = type(runner).__name__
        run_params = {"project_path": str(tmp_path), "only_missing_outputs": False, "runner": kind}
        manager.hook.before_pipeline_run(run_params=run_params, pipeline=PIPELINE, catalog=catalog)
        runner.run(PIPELINE, catalog, manager, "run")
        manager.hook.after_pipeline_run(run_params=run_params, pipeline=PIPELINE, catalog=catalog, run_result={})
        return logged()

    return lines


def test_nodes_are_numbered_and_a_warning_comes_once_with_a_count(run, tmp_path):
    said = run(SequentialRunner())
    assert [line for line in said if "train" in line] == [
        f"[{number}/3] world.study.{name}.train" for number, name in enumerate(sorted(VARIANTS), start=1)
    ]
    assert said[-1] == "world.study: 3 warnings of 3 variants (both, deep, wide) like this one: 3 images are few"
    assert list((tmp_path / "data/.running").iterdir()) == []
    assert VARIABLE not in os.environ


def test_lines_of_several_nodes_at_a_time_name_theirs(run):
    said = run(ThreadRunner(max_workers=2))
    assert sorted(line.partition(" ")[0] for line in said if line.startswith("[")) == ["[1/3]", "[2/3]", "[3/3]"]
    (warned,) = {line for line in said if line.endswith(": 3 images are few") and "like this" not in line}
    assert warned.removesuffix(": 3 images are few") in {f"world.study.{name}" for name in VARIANTS}


def test_a_journal_holds_what_all_processes_add(tmp_path):
    journal = Journal.begin(tmp_path)
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            for entry in range(50):
                Journal.of_this_run().add("one", number, entry)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    journal.add("other")
    assert sorted(journal.entries("one")) == [[number, entry] for number in range(4) for entry in range(50)]
    with journal.file.open("ab") as opened:
        opened.write(b'["one", 5')
    assert len(journal.entries("one")) == 200, "an entry that is not whole is left for later"
    with journal.file.open("ab") as opened:
        opened.write(b", 6]\n")
    assert journal.entries("one")[-1] == [5, 6]
    journal.end()
    assert Journal.of_this_run() is None


@pytest.mark.parametrize(
    ("waiting", "at_work", "seconds", "elapsed", "told"),
    [
        ({"train": 10}, [], {}, 5, ""),
        ({"train": 10}, [], {"train": [20, 40]}, 60, ", 5 min left"),
        ({"train": 10, "draw": 1}, [], {"train": [20, 40]}, 60, ", at least 5 min left"),
        ({"train": 10}, [], {"train": [30, 30, 30, 30]}, 60, ", 2 min left"),
        ({"draw": 3}, [], {"draw": [1]}, 60, ""),
        ({"train": 300}, [], {"train": [30]}, 30, ", 2 h 30 min left"),
        ({"train": 2}, [], {"train": [30]}, 30, ", 60 s left"),
        ({}, [], {"train": [30]}, 30, ""),
        ({}, [("train", 0)], {"train": [30]}, 30, ", 30 s left"),
        ({"train": 2}, [("train", 20), ("train", 90)], {"train": [30]}, 140, ", 70 s left"),
        ({"train": 2}, [("train", 60), ("train", 60)], {"train": [60, 60]}, 120, ", 60 s left"),
        ({}, [("train", 0), ("draw", 0)], {"train": [30]}, 30, ", at least 30 s left"),
    ],
)
def test_the_time_left_is_that_of_nodes_of_the_same_kind_several_at_a_time(waiting, at_work, seconds, elapsed, told):
    assert time_left(Counter(waiting), at_work, seconds, elapsed) == told


def test_a_node_that_begins_is_part_of_the_time_left(tmp_path, logged):
    journal = Journal.begin(tmp_path)
    journal.add("plan", {"warn": 2}, time.time() - 40)
    journal.add("begun", "world.study.wide.train", "warn", time.time() - 40)
    journal.add("ended", "world.study.wide.train", "warn", 40.0)
    (placed,) = PIPELINE.only_nodes("world.study.deep.train").nodes
    ProgressHooks().before_node_run(placed)
    assert logged() == ["[2/2] world.study.deep.train, 40 s left"]


def test_times_are_said_as_people_do():
    assert [in_words(seconds) for seconds in (5, 89, 90, 3600, 5400, 9000)] == [
        "5 s",
        "89 s",
        "2 min",
        "60 min",
        "1 h 30 min",
        "2 h 30 min",
    ]


def test_a_journal_of_a_killed_run_is_swept(tmp_path):
    from autoencoders.data.temporary import TEMPORARY

    journal = Journal.begin(tmp_path)
    assert TEMPORARY.fullmatch(Path(journal.file).name)
    journal.end()


def test_a_worker_that_knows_nothing_of_the_log_names_nodes_in_it(tmp_path, logged):
    """So is one that was spawned, rather than forked."""
    Journal.begin(tmp_path).add("plan", {"warn": 1}, 0.0)
    (placed,) = PIPELINE.only_nodes("world.study.deep.train").nodes
    ProgressHooks().before_node_run(placed)
    assert any(isinstance(one, Lines) for one in logging.getLogger().handlers[0].filters)


def test_a_run_that_fails_says_what_was_kept_back(tmp_path, logged):
    hooks = ProgressHooks()
    run_params = {"project_path": str(tmp_path), "only_missing_outputs": False, "runner": "SequentialRunner"}
    hooks.before_pipeline_run(run_params, PIPELINE, DataCatalog())
    for placed in PIPELINE.nodes:
        hooks.before_node_run(placed)
        warn(3)
        hooks.on_node_error()
    hooks.on_pipeline_error()
    assert logged()[-1].startswith("world.study: 3 warnings of 3 variants (both, deep, wide) like this one: ")


def test_bars_name_the_node_where_several_are_at_work(monkeypatch, capsys):
    monkeypatch.setattr(progress, "is_shown", lambda: True)
    monkeypatch.setattr(progress, "place", ContextVar("place", default="world.study.deep.seed_0"))
    assert list(progress.bar(range(2), 2, "dense", "epoch")) == [0, 1]
    assert "world.study.deep.seed_0 dense: " in capsys.readouterr().err
