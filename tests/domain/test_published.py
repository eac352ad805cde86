import csv
from pathlib import Path

import pandas as pd
import pytest

from autoencoders.detection.ranking import printed
from autoencoders.pipelines import grid
from autoencoders.reporting.published import Number, tick_off, verdict

PUBLISHED = Path(__file__).resolve().parents[2] / "conf" / "base" / "published"
TABLES = sorted(PUBLISHED.rglob("*.csv"))
ROW = {
    "item": "B1",
    "what": "loss",
    "value": "0.5",
    "better": "lower",
    "study": "s",
    "place": "a[train/mse]",
    "reason": "",
}
METRICS = pd.DataFrame({"variant": ["a", "a", "b"], "seed": [0, 1, 0], "metric": "train/mse", "value": [0.4, 0.6, 9.0]})
SWEEP = pd.DataFrame({"variant": ["a", "b"], "seed": ["seed_0", "seed_0"], "random_mse": [0.45, 9.0]})


def table(**changes: str) -> pd.DataFrame:
    return pd.DataFrame([ROW | changes])


@pytest.mark.parametrize(
    ("ours", "sd", "better", "reason", "expected"),
    [
        (0.57, 0.01, "lower", "", "met"),  # within 3 sd
        (0.54, 0.0, "lower", "", "met"),  # printed as 0.5
        (0.3, 0.01, "lower", "", "beaten"),
        (0.7, 0.01, "higher", "", "beaten"),
        (0.7, 0.01, "lower", "because", "explained"),
        (0.7, 0.01, "lower", "", "missed"),
    ],
)
def test_a_printed_number_is_met_beaten_explained_or_missed(ours, sd, better, reason, expected) -> None:
    number = Number.model_validate(ROW | {"better": better, "reason": reason})
    assert verdict(number, ours, sd) == expected


def test_ours_is_the_mean_over_seeds_of_the_rows_that_count() -> None:
    row = tick_off(table(), "s", {"metrics": METRICS}).iloc[0]
    assert row["ours"] == pytest.approx(0.5) and row["seeds"] == 2 and row["verdict"] == "met"


@pytest.mark.parametrize("value", ["0.012", "0.0120"])
def test_zeros_at_the_end_of_a_printed_number_say_nothing(value: str) -> None:
    row = tick_off(table(value=value), "s", {"metrics": METRICS.assign(value=0.0124)}).iloc[0]
    assert row["published"] == 0.012 and row["verdict"] == "met"


def test_a_seed_that_collapsed_is_counted_apart() -> None:
    rows = [("a", 0, "train/mse", 0.4), ("a", 1, "train/mse", 9.0)]
    rows += [("a", seed, "gate/reconstructions_differ", 1.0 - seed) for seed in (0, 1)]
    metrics = pd.DataFrame(rows, columns=["variant", "seed", "metric", "value"])
    row = tick_off(table(), "s", {"metrics": metrics}).iloc[0]
    assert (row["ours"], row["seeds"], row["collapsed"]) == (0.4, 1, 1)


def test_a_number_may_stand_in_the_table_of_a_measurement() -> None:
    tables = {"sweep": SWEEP, "metrics": METRICS}
    assert tick_off(table(place="sweep[random_mse, variant=a]"), "s", tables).iloc[0]["ours"] == 0.45


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"place": "c[train/mse]"}, "place: s has no row at c[train/mse]"),
        ({"place": "a[train/mes]"}, "place: s has no row at a[train/mes]"),
        (
            {"place": "sweep[random_mes, variant=a]"},
            "place: s has no column 'random_mes' for sweep[random_mes, variant=a]",
        ),
        ({"place": "train/mse"}, "place must read like unpool[test/mse], got 'train/mse'"),
        ({"value": ""}, "value: input should be a valid number, unable to parse string as a number, got ''"),
        ({"better": "smaller"}, "better: input should be 'lower' or 'higher', got 'smaller'"),
        ({"seed": "0"}, "seed: there is no such key, got '0'"),
    ],
)
def test_a_row_that_is_malformed_or_points_nowhere_is_named(change: dict, sentence: str) -> None:
    with pytest.raises(ValueError) as raised:
        tick_off(table(**change), "s", {"metrics": METRICS, "sweep": SWEEP})
    assert str(raised.value) == f"published, item B1: {sentence}"


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="published, item B1: place: the key is missing"):
        tick_off(table().drop(columns="place"), "s", {"metrics": METRICS})


def test_numbers_of_other_studies_are_left_alone() -> None:
    published = pd.concat([table(), table(item="B2", study="t")])
    assert tick_off(published, "s", {"metrics": METRICS})["item"].tolist() == ["B1"]


@pytest.mark.slow
def test_the_tables_of_the_course_sheets_point_at_what_is_in_the_grid(catalog) -> None:
    suites = {name: suite for name, suite in grid.read(grid.read_parameters()).items() if suite.published}
    assert set(suites) == {path.stem for path in PUBLISHED.glob("*.csv")}
    for name, suite in suites.items():
        for row in catalog.load(f"{name}.published").to_dict("records"):
            study, whose = suite.studies[row["study"]], Number.model_validate(row).place.partition("[")[0]
            assert whose in study.variants or whose in study.measurements


@pytest.mark.slow
def test_a_number_is_read_as_it_is_printed(catalog) -> None:
    assert catalog.load("assignment_3.published")["value"].tolist()[1] == "0.0120"


@pytest.mark.slow
def test_a_study_s_table_names_where_its_rows_come_from_and_the_normal_classes(catalog) -> None:
    suites = grid.read(grid.read_parameters())
    studies = {(name, study): block for name, suite in suites.items() for study, block in suite.studies.items()}
    published = {place: block for place, block in studies.items() if block.published}
    assert set(published) == {(path.parent.name, path.stem) for path in PUBLISHED.glob("*/*.csv")}
    for place, block in published.items():
        table, classes = catalog.load(f"{'.'.join(place)}.published"), list(block.normal_classes)
        assert list(table.columns[:5]) == ["source", "outside_data", "seen", "protocol", "mean"]
        assert set(table.columns[5:]) <= set(classes)
        assert len(printed(table, pd.DataFrame(columns=[*classes, "mean"]))) == len(table)


def test_the_benchmark_s_studies_have_tables() -> None:
    parameters = grid.read_parameters()
    suites, benchmark = grid.read(parameters), grid.read_benchmarks(parameters)["benchmark"]
    assert all(suites[suite].studies[study].published for suite, study in (one.split(".") for one in benchmark.studies))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_row_of_a_published_table_has_all_columns(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    assert rows and all(len(row) == len(heading) for row in rows)
