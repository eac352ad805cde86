"""The bench without what must be installed for it: the project beside a notebook's loop, on few images."""

import pandas as pd
import pytest
from bench import EPOCH, OURS, draw, summarise
from measures import Repetition, trainings
from peers import TRAININGS, Task


def test_the_same_task_ends_in_the_same_loss(monkeypatch, rng):
    monkeypatch.setattr("measures.TRAININGS", {name: TRAININGS[name] for name in (OURS, "notebook loop")})
    images = (rng.random((600, 28, 1)) * rng.random((600, 1, 28)) * 255).astype("uint8")
    found = {(one.what, one.who): one.figure for one in trainings(Task(images, 3))}
    assert found["an epoch of 784-256-784", OURS] > 0
    ours, theirs = (found["loss of 784-256-784 after training", who] for who in (OURS, "notebook loop"))
    assert ours == pytest.approx(theirs, rel=0.05)


def test_times_are_summed_up_beside_ours_repetition_by_repetition():
    times = {OURS: (1.0, 2.0, 4.0), "Lightning": (3.0, 4.0, 20.0)}
    rows = [Repetition(EPOCH, who, each[turn], "s") for turn in range(3) for who, each in times.items()]
    summary = summarise(pd.DataFrame([*rows, Repetition("scoring", "ours", 5.0, "images/s")]))
    assert summary.set_index("who").loc["Lightning", ["median", "low", "high", "ratio"]].tolist() == [4, 3, 20, 3]
    assert summary["ratio"].isna().tolist() == [False, False, True]
    figure = draw(summary, "a machine")
    assert figure.get_suptitle() == "Lightning, the fastest peer, takes 3.0 times as long for an epoch"
