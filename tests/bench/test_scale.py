"""The bench of size, without its runs."""

import sys

import numpy as np
import pandas as pd
import pytest
import yaml
from scale import HERE, SUITE, exponent, report
from synthetic import make, write_idx
from watch import AFTER, BEFORE, Look, _marks, _stages, watch

from autoencoders.data.catalog.idx_folder import IDXFolderDataset
from autoencoders.pipelines import grid


def test_made_up_images_are_the_same_each_time_and_differ_by_class(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "other"):
        write_idx(tmp_path / name, 500, 0.2, seed=0)
    one, other = (
        IDXFolderDataset(path=name, name=name, class_names=list("0123456789"), source="").load()
        for name in ("one", "other")
    )
    assert one.images.shape == (500, 1, 28, 28) and (one.official_split == "test").sum() == 100
    assert np.array_equal(one.images, other.images) and np.array_equal(one.labels, other.labels)
    assert len(np.unique(one.images.reshape(500, -1), axis=0)) == 500
    means = np.stack([one.images[one.labels == label].mean(axis=0).ravel() for label in range(10)])
    assert np.corrcoef(means)[~np.eye(10, dtype=bool)].max() < 0.97


def test_chunks_are_made_in_turn(rng, monkeypatch) -> None:
    monkeypatch.setattr("synthetic.CHUNK", 20)
    assert [len(images) for images, _ in make(50, rng)] == [20, 20, 10]


def test_what_the_bench_runs_is_a_suite_of_the_grid() -> None:
    suites = grid.read(yaml.safe_load((HERE / "million.yml").read_text(encoding="utf-8")))
    assert set(suites[SUITE].studies) == {"reconstruction", "anomaly_detection"}


def test_a_node_begins_with_what_it_loads_first() -> None:
    lines = ["Loading data from a", "Loading data from b", "[1/2] m.first, 9 s left", "Saving data to c"]
    lines += ["Loading data from c", "[2/2] m.second", "Saving data to d", "Pipeline execution completed"]
    marks = _marks([(f"12:00 INFO {line}\n", float(second)) for second, line in enumerate(lines)])
    assert marks == [(BEFORE, 0.0), ("m.first", 0.0), ("m.second", 4.0), (AFTER, 7.0)]


def test_a_stage_takes_the_most_memory_seen_in_it_and_the_processor_time_since_the_one_before() -> None:
    looks = [Look(1.0, 1.0, 10, 5), Look(2.0, 2.0, 30, 6), Look(3.0, 2.5, 20, 7), Look(5.0, 4.0, 15, 15)]
    marks = [(BEFORE, 0.0), ("first", 1.5), ("short", 3.2), ("last", 3.3)]
    found = list(_stages(marks, looks, 5.5))
    assert [one.memory for one in found] == [10, 30, 20, 15] and [one.own for one in found] == [5, 7, 7, 15]
    assert [one.cpu for one in found] == [1.0, 1.5, 0.0, 1.5] and found[1].seconds == pytest.approx(1.7)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the memory of processes")
def test_memory_is_that_of_all_processes(tmp_path) -> None:
    hold = "import subprocess, sys, time; held = bytearray(b'x') * 60_000_000; "
    parent = f"{hold}subprocess.run([sys.executable, '-c', {hold + 'time.sleep(0.5)'!r}])"
    (stage,), _ = watch([sys.executable, "-c", parent], tmp_path)
    assert stage.node == BEFORE and 120e6 < stage.own < 160e6 and stage.memory > stage.own
    assert 60e6 < stage.resident < stage.memory


def test_growth_is_told_as_a_power_of_the_images() -> None:
    assert exponent(pd.Series({10: 2.0, 40: 8.0, 160: 32.0})) == pytest.approx(1)
    row = {"cpu": 1.0, "memory": 2e6, "own": 1e6, "resident": 3e6}
    rows = [row | {"images": n, "node": node, "seconds": n**1.5} for n in (4, 16) for node in ("a.fit", "b.fit")]
    text = report(pd.DataFrame(rows))
    assert "fit" in text and "time ~ images ** 1.50" in text
