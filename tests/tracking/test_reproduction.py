"""A tracked run is made again from what it recorded, and compared with it."""

import shutil
import warnings
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from project_copy import PROJECT
from quick_run import EPOCHS

from autoencoders.cli import cli
from autoencoders.detection.baselines import Baseline
from autoencoders.detection.scoring import Scoring
from autoencoders.pipelines import grid
from autoencoders.shell import reproduction
from autoencoders.shell.reproduction import compare, differences, recorded, table, verdict
from autoencoders.tracking.parameters import plain
from autoencoders.training.variant import Variant

ONE = {"test/mse": 0.25, "weights": "ab12"}


def test_parameters_are_read_as_what_it_was_made_of() -> None:
    kinds = {"variants": Variant, "baselines": Baseline}
    parts = []
    for suite in grid.read(grid.read_parameters()).values():
        for study in suite.studies.values():
            parts += [(kind, block) for name, kind in kinds.items() for block in getattr(study, name).values()]
            parts += [(Scoring, study.scoring)] if study.scoring else []
    assert len(parts) > 100
    for kind, block in parts:
        settings = kind.model_validate(block)
        assert kind.model_validate(yaml.safe_load(yaml.safe_dump(plain(settings)))) == settings


def test_equal_numbers_and_weights_are_reproduced_to_the_bit() -> None:
    rows = compare(ONE, dict(ONE))
    assert all(row.is_same for row in rows)
    assert verdict(rows) == "Reproduced to the bit."


def test_a_number_that_is_none_is_the_same_as_itself() -> None:
    assert verdict(compare({"a": float("nan")}, {"a": float("nan")})) == "Reproduced to the bit."
    assert verdict(compare({"a": float("nan")}, {"a": 1.0})).startswith("Not reproduced: a ")


def test_a_small_difference_is_told_by_its_share() -> None:
    rows = compare(ONE, {"test/mse": 0.2499, "weights": "cd34"})
    assert verdict(rows) == "Reproduced within 0.0004 of each number, not to the bit."
    assert table(rows).splitlines()[1:] == [
        "test/mse  0.25      0.2499  -0.0001",
        "weights   ab12      cd34    another",
    ]


@pytest.mark.parametrize("now", [{"test/mse": 0.26, "weights": "ab12"}, {"weights": "ab12"}])
def test_a_large_difference_and_a_missing_number_are_not_reproduced(now: dict) -> None:
    assert verdict(compare(ONE, now)).startswith("Not reproduced: test/mse differs by ")


def test_what_differs_today_is_named_and_uncommitted_changes_always() -> None:
    then = {"commit": "abc, changed", "versions": "Python 3.11", "hardware": "2 cores", "data_checksum": "12"}
    assert list(differences(then, then)) == ["commit: abc, changed then, abc, changed now"]
    now = {"commit": "abc", "versions": "Python 3.12", "hardware": "2 cores"}
    assert list(differences(then | {"commit": "abc"}, now)) == [
        "versions: Python 3.11 then, Python 3.12 now",
        "data_checksum: 12 then, not recorded now",
    ]


@pytest.mark.slow
def test_a_run_is_made_again_elsewhere_by_its_own_settings_to_the_bit(place, tmp_path) -> None:
    then = recorded(place.client, place.newest()["dense_5.seed_0"].info.run_id)
    assert then.parameters["digits"]["reconstruction"]["variants"]["dense_5"]["training"]["epochs"] == EPOCHS
    before = {file: file.stat().st_mtime_ns for file in place.root.rglob("*")}
    reproduction.set_up(place.root, tmp_path, then)
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")  # of Kedro and MLflow
        patch.setattr(grid, "PROJECT", tmp_path)  # as it is in a process of its own
        bootstrap_project(PROJECT)
        with KedroSession.create(tmp_path) as session:
            session.run(pipeline_names=[str(then.key.whole_study)], to_outputs=[then.key.dataset("metrics")])
        now = reproduction.only_run(tmp_path, then.key)
    rows = compare(then.numbers, now.numbers)
    assert {"test/mse", "weights"} <= {row.name for row in rows}
    assert verdict(rows) == "Reproduced to the bit."
    assert {name for name in reproduction.ORIGIN if then.tags[name] != now.tags[name]} <= {"commit"}
    assert {file: file.stat().st_mtime_ns for file in place.root.rglob("*")} == before


@pytest.mark.slow
def test_what_cannot_be_made_again_is_told_in_one_sentence(another, monkeypatch) -> None:
    runs, client = another.newest(), another.client
    monkeypatch.chdir(another.root)
    result = CliRunner().invoke(cli, ["reproduce", "nope"])
    assert (result.exit_code, result.output.partition(";")[0]) == (1, "Error: There is no run 'nope'")
    with pytest.raises(ValueError, match="The run 'comparison' is not that of one variant and seed"):
        recorded(client, runs["comparison"].info.run_id)
    emptied = runs["linear_5.seed_0"].info
    shutil.rmtree(Path(emptied.artifact_uri.removeprefix("file://")))
    with pytest.raises(ValueError, match=r"The run lacks parameters\.yaml: "):
        recorded(client, emptied.run_id)
