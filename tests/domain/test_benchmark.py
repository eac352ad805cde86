"""Detectors ranked, beside what papers print."""

import pandas as pd
import pytest

from autoencoders.detection import ranking as benchmark
from autoencoders.detection import standings
from autoencoders.detection.report import answer, readable
from autoencoders.key import Key


def areas(seed: int, zero: float, one: float) -> pd.DataFrame:
    rows = [("", "zero", zero), ("", "one", one), ("", "mean", (zero + one) / 2)]
    rows += [("mse", "zero", 0.5), ("mse", "one", 0.5), ("mse", "mean", 0.5)]
    table = pd.DataFrame(rows, columns=["score", "normal_class", "auroc"])
    return table.assign(seed=seed, low=table["auroc"] - 0.01, high=table["auroc"] + 0.01)


TABLES = {
    Key("d", "s", "pca", "seed_0"): areas(0, 0.8, 0.9),
    Key("d", "s", "net", "seed_0"): areas(0, 0.9, 1.0),
    Key("d", "s", "net", "seed_1"): areas(1, 0.8, 1.0),
    Key("d", "s", "svm", "seed_0"): areas(0, 0.7, 0.8).query("score == ''"),
}
ALONE = pd.DataFrame(columns=standings.COLUMNS)  # standings without a reference


@pytest.fixture
def detectors() -> pd.DataFrame:
    return benchmark.detectors(TABLES)


def test_scores_beside_the_anomaly_score_are_detectors_of_their_own(detectors) -> None:
    assert list(detectors["detector"].unique()) == ["pca", "pca/mse", "net", "net/mse", "svm"]


def test_a_score_that_a_table_read_back_leaves_empty_is_the_anomaly_score() -> None:
    table = areas(0, 0.8, 0.9).replace({"score": {"": float("nan")}})
    assert "pca" in set(benchmark.detectors({Key("d", "s", "pca", "seed_0"): table})["detector"])


def test_the_best_mean_over_classes_and_seeds_comes_first(detectors) -> None:
    ranking = benchmark.ranking(detectors, ALONE)
    assert list(ranking.index[:3]) == ["net", "pca", "svm"]
    net = ranking.loc["net"]
    assert net["mean"] == pytest.approx(0.925) and net["sd"] == pytest.approx(0.05 / 2**0.5)
    assert net["zero"] == pytest.approx(0.85) and net["seeds"] == 2


def test_each_detector_is_ranked_with_where_it_stands_against_the_reference(detectors) -> None:
    row = dict(zip(standings.COLUMNS, ["svm", "pca", -0.1, -0.12, -0.08, "worse"], strict=True))
    ranking = benchmark.ranking(detectors, pd.DataFrame([row]))
    assert ranking["verdict"].dropna().to_dict() == {"svm": "worse"}
    assert ranking.loc["svm", ["difference", "difference_low", "difference_high"]].tolist() == [-0.1, -0.12, -0.08]


ORIGIN = {"outside_data": "no", "seen": "its table 1", "protocol": "same"}
PAPER = {"source": "A paper", **ORIGIN, "mean": "0.95", "zero": "0.99", "one": ""}


def test_published_rows_stand_beneath(detectors) -> None:
    ours = benchmark.ranking(detectors, ALONE)
    theirs = benchmark.printed(pd.DataFrame([PAPER]), ours)
    assert theirs.loc["A paper", "zero"] == 0.99 and pd.isna(theirs.loc["A paper", "one"])
    joint = benchmark.beside(ours, theirs)
    assert joint.iloc[-1]["detector"] == "A paper" and joint.iloc[-1][list(ORIGIN)].to_dict() == ORIGIN
    assert set(joint.iloc[:-1]["protocol"]) == {"ours"} and set(joint.iloc[:-1]["outside_data"]) == {"no"}


def test_a_ranking_may_stand_alone(detectors) -> None:
    ours = benchmark.ranking(detectors, ALONE)
    assert len(benchmark.beside(ours)) == len(ours)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"zero": "99"}, "auroc.zero: input should be less than or equal to 1, got '99'"),
        ({"mean": ""}, "mean: input should be a valid number, unable to parse string as a number, got ''"),
        ({"outside_data": "perhaps"}, "outside_data: input should be 'yes' or 'no', got 'perhaps'"),
        ({"two": "0.9"}, "two: there is no such key, got '0.9'"),
    ],
)
def test_a_malformed_published_row_is_named(detectors, change, sentence) -> None:
    with pytest.raises(ValueError) as raised:
        benchmark.printed(pd.DataFrame([PAPER | change]), benchmark.ranking(detectors, ALONE))
    assert str(raised.value) == f"published, source A paper: {sentence}"


def test_scores_are_set_beside_each_other_by_detector(detectors) -> None:
    table = benchmark.by_score(benchmark.ranking(detectors, ALONE), "edges")
    assert table.columns.tolist() == ["edges", "mse"] and table.index.tolist() == ["net", "pca", "svm"]
    assert table.loc["net"].tolist() == [pytest.approx(0.925), 0.5] and pd.isna(table.loc["svm", "mse"])


def test_the_best_published_row_is_named_with_outside_data_and_without(detectors) -> None:
    ours = benchmark.ranking(detectors, ALONE)
    papers = [PAPER, PAPER | {"source": "Another", "mean": "0.9935", "outside_data": "yes"}, PAPER | {"mean": "0.5"}]
    found = answer("Digits", benchmark.beside(ours, benchmark.printed(pd.DataFrame(papers), ours)))
    assert "the best published row here, A paper, prints 95%; with outside data, Another, prints 99.35%." in found
    assert "published" not in answer("Digits", benchmark.beside(ours))


def test_a_reader_sees_where_a_detector_stands_and_who_votes_in_it_and_of_papers_what_they_say(detectors) -> None:
    rows = [("net", "pca", 0.075, 0.05, 0.1, "better", "a/mse + 2 x b"), ("net/mse", "pca/mse", 0, 0, 0, "worse", None)]
    ours = benchmark.ranking(detectors, pd.DataFrame(rows, columns=[*standings.COLUMNS, "members"]))
    shown = readable(benchmark.beside(ours, benchmark.printed(pd.DataFrame([PAPER]), ours))).set_index("detector")
    assert shown.index.tolist() == ["net", "pca", "svm", "A paper"]
    net = shown.loc["net", ["mean AUROC, %", "low", "minus pca", "against pca", "members"]]
    assert net.tolist() == ["92.50", "91.50", "+7.50", "better", "a/mse + 2 x b"]
    paper = shown.loc["A paper", ["mean AUROC, %", "outside data", "seen", "protocol"]]
    assert paper.tolist() == ["95", "no", "its table 1", "same"]


def test_a_reader_is_shown_no_empty_column(detectors) -> None:
    ours = benchmark.ranking(detectors, ALONE.assign(members=None))
    columns = ["detector", "mean AUROC, %", "sd", "low", "high", "seeds"]
    assert readable(benchmark.beside(ours)).columns.tolist() == columns
