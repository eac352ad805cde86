"""What the figures of one-class detection state must be what the numbers say."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from autoencoders.detection import ranks
from autoencoders.detection.figures.cost import cost_and_quality
from autoencoders.detection.figures.curves import precision_recall_curves
from autoencoders.detection.figures.error_rates import POINTS, error_rates
from autoencoders.detection.figures.heat_tables import (
    anomalous_class_table,
    benchmark_table,
    out_of_distribution_table,
    score_heat_table,
)
from autoencoders.detection.figures.ranks import rank_table
from autoencoders.detection.figures.rates import empirical_rates
from autoencoders.detection.rates import flagged as share_flagged
from autoencoders.detection.rates import pool, standard_rates
from autoencoders.detection.scoring import Thresholds
from autoencoders.reporting.figures.style import BLUE, RIDGE, VERMILLION

RULES = Thresholds(k=2.0, alpha=(0.05, 0.1))
CLASSES = [f"digit_{index}" for index in range(10)]


def scores(values: list[float], is_anomaly: list[bool]) -> pd.DataFrame:
    return pd.DataFrame({"anomaly_score": values, "is_anomaly": is_anomaly})


FOUR_POINTS = scores([0.1, 0.4, 0.35, 0.8], [False, False, True, True])


def detected(classes: list[str], log: bool = True, calibration: int = 60) -> tuple[dict, dict]:
    """Return tables of scores and of rates by normal class."""
    rng = np.random.default_rng(0)
    tables, rates = {}, {}
    for place, name in enumerate(classes):
        parts = [rng.normal(mean, 1, size) for mean, size in ((0, calibration), (0, 80), (1 + 0.3 * place, 120))]
        held_out, normal, anomalies = (np.exp(part) if log else part for part in parts)
        tables[name] = scores(np.append(normal, anomalies), np.arange(200) >= 80)
        rates[name] = standard_rates(held_out, normal, anomalies, RULES, 0.95, rng)
    return tables, rates


def with_pooled(rates: dict) -> dict:
    return rates | {"all": pool(rates, 0.95)}


UNKNOWN = {"reference": None, "difference": np.nan, "verdict": None}  # without a reference


def ranking(**columns: list) -> pd.DataFrame:
    table = pd.DataFrame({"zero": [0.9, 0.99, 0.7], "one": [0.95, 0.93, np.nan]}, index=["net", "deep", "forest"])
    table["mean"] = table.mean(axis=1)
    spread = {"sd": np.nan, "low": table["mean"] - 0.01, "high": table["mean"] + 0.01} | UNKNOWN
    return table.assign(**(spread | columns))


PUBLISHED = pd.DataFrame(
    {"zero": [0.995, np.nan], "one": [0.9, np.nan], "mean": [0.9475, 0.97], "outside_data": "no"}, index=["A", "B"]
)


def title(figure: Figure) -> str:
    return figure.get_suptitle().replace("\n", " ")


def note(figure: Figure) -> str:
    return figure.get_supxlabel().replace("\n", " ")


def cell(figure: Figure, column: int, row: int):
    return next(text for text in figure.axes[0].texts if text.get_position() == (column, row))


def lies_inside(figure: Figure) -> bool:
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.get_figwidth() and box.y1 <= figure.get_figheight()


def test_precision_and_recall_of_four_points_by_hand():
    curve = precision_recall_curves({"3": FOUR_POINTS}).axes[0].lines[0]  # thresholds from 0.1 up to 0.8
    assert curve.get_xdata().tolist() == [1, 1, 0.5, 0.5, 0]
    assert curve.get_ydata().tolist() == pytest.approx([1 / 2, 2 / 3, 1 / 2, 1, 1])
    assert title(precision_recall_curves({"3": FOUR_POINTS})) == "Average precision 0.833, normal class 3"


def test_a_curve_begins_with_the_precision_of_the_highest_scores():
    curve = precision_recall_curves({"3": scores([1, 2, 3], [True, True, False])}).axes[0].lines[0]
    assert (curve.get_xdata()[-1], curve.get_ydata()[-1]) == (0, 0)


def test_scores_all_equal_have_the_prevalence_as_precision():
    figure = precision_recall_curves({"3": scores([1, 1, 1, 1], [False, True, True, True])})
    assert title(figure) == "Average precision 0.750, normal class 3"
    assert figure.axes[0].lines[0].get_ydata().tolist() == [0.75, 0.75]


def test_the_precision_title_is_the_mean_and_the_worst_class_and_the_legend_starts_with_the_worst():
    figure = precision_recall_curves({"7": scores([1, 2, 3], [False, True, True]), "3": FOUR_POINTS})
    assert title(figure) == "Mean average precision 0.917; worst 0.833: 3"
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["0.833  3", "1.000  7"]
    assert figure.axes[0].texts[0].get_text() == "chance 0.500 to 0.667"


def test_scores_that_have_no_precision_are_refused_by_name():
    with pytest.raises(ValueError, match="AUROC needs normal images and anomalies"):
        precision_recall_curves({"3": scores([1, 2], [True, True])})


@pytest.mark.parametrize("log", [True, False])
def test_the_curves_are_the_rates_of_thresholds_in_the_units_of_each_class(log: bool):
    tables, rates = detected(["zero", "one"], log)
    figure = error_rates(tables, rates)
    curves = [line for line in figure.axes[0].lines if len(line.get_xdata()) == POINTS]
    for row, table in enumerate(tables.values()):
        score, is_anomaly = table["anomaly_score"], table["is_anomaly"]
        median, high = np.quantile(score[~is_anomaly], [0.5, 0.95])
        flagged, missed = curves[2 * row : 2 * row + 2]
        for place in (50, 250, 450):
            along = flagged.get_xdata()[place]
            threshold = along * median if log else median + along * (high - median)
            rates = [(row - curve.get_ydata()[place]) / RIDGE for curve in (flagged, missed)]
            assert rates[0] == pytest.approx(share_flagged(score[~is_anomaly], threshold))
            assert rates[1] == pytest.approx(1 - share_flagged(score[is_anomaly], threshold))


def test_the_title_and_the_rows_state_the_rates_of_the_conformal_rule():
    tables, rates = detected(["zero", "one"])
    rows = [table.set_index("rule").loc["conformal 0.05"] for table in rates.values()]
    flags, misses = (
        np.mean([row["empirical_rate"] for row in rows]),
        1 - np.mean([row["detection_rate"] for row in rows]),
    )
    figure = error_rates(tables, rates)
    assert title(figure) == (
        f"The threshold conformal 0.05 flags {flags:.1%} of normal test images and misses {misses:.1%} of anomalies "
        "(mean over 2 normal classes)"
    )
    shown = figure.axes[0].texts[0].get_text()
    assert shown == f"{rows[0]['empirical_rate']:.1%} · {1 - rows[0]['detection_rate']:.1%}"


def test_the_thresholds_stand_where_they_are_and_infinite_ones_nowhere():
    tables, rates = detected(["zero"], calibration=15)  # too few for conformal 0.05
    assert np.isinf(rates["zero"].set_index("rule").loc["conformal 0.05", "threshold"])
    axes = error_rates(tables, rates).axes[0]
    median = tables["zero"].loc[~tables["zero"]["is_anomaly"], "anomaly_score"].median()
    finite = rates["zero"].set_index("rule").loc["conformal 0.1", "threshold"]
    assert [lines.get_segments()[0][0, 0] for lines in axes.collections] == pytest.approx([finite / median])


def test_empirical_rates_are_drawn_as_they_are_and_pooled():
    _, rates = detected(["zero", "one"])
    pooled = pool(rates, 0.95)
    left, right = empirical_rates(with_pooled(rates)).axes
    for axes, column in ((left, "empirical_rate"), (right, "detection_rate")):
        dots = [dots.get_offsets()[:, 0].tolist() for dots in axes.collections if isinstance(dots, PathCollection)]
        assert dots == [table[column].tolist() for table in rates.values()]
        (diamonds,) = [line for line in axes.lines if line.get_marker() == "D"]
        assert diamonds.get_xdata().tolist() == pooled[column].tolist()


def test_a_class_outside_the_band_of_chance_is_marked_and_the_others_are_counted():
    _, rates = detected(["zero", "one"])
    table = rates["one"].set_index("rule")
    table.loc["conformal 0.1", "empirical_rate"] = table.loc["conformal 0.1", "drawn_high"] + 0.02
    rates["one"] = table.reset_index()
    left = empirical_rates(with_pooled(rates)).axes[0]
    dots = [dots for dots in left.collections if isinstance(dots, PathCollection)]
    marked = [[to_hex(color) == VERMILLION.lower() for color in one.get_facecolors()] for one in dots]
    assert marked[1] == [rule == "conformal 0.1" for rule in table.index] and not any(marked[0])
    texts = dict(zip(table.index, (text.get_text() for text in left.texts), strict=False))
    assert texts["conformal 0.1"].endswith(" · 1/2") and texts["conformal 0.05"].endswith(" · 2/2")
    assert "/" not in texts["quantile 0.9"]


def test_the_title_sets_nominal_beside_empirical_rates():
    _, rates = detected(["zero", "one"])
    conformal = pool(rates, 0.95).set_index("rule").loc[["conformal 0.05", "conformal 0.1"], "empirical_rate"]
    figure = empirical_rates(with_pooled(rates))
    assert title(figure) == (
        "Conformal thresholds flag {:.1%} and {:.1%} of normal test images at nominal rates of 5% and 10%".format(
            *conformal
        )
    )
    assert "n = 160 normal test images, 240 anomalies and 120 held-out" in note(figure)


def test_the_lowest_detection_is_named():
    _, rates = detected(["hard", "easy"])
    texts = [text.get_text() for text in empirical_rates(with_pooled(rates)).axes[1].texts]
    assert texts.count("hard") == 7 and "easy" not in texts


def test_the_table_prints_percents_best_first_and_published_rows_beneath():
    figure = benchmark_table(ranking(), PUBLISHED, "digits")
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["deep", "net", "forest", "", "B", "A"]
    assert [cell(figure, column, 0).get_text() for column in range(3)] == ["99.0", "93.0", "96.0"]
    assert cell(figure, 1, 2).get_text() == "–" and cell(figure, 2, 4).get_text() == "97.0"
    assert title(figure) == "Best of ours on digits: deep, mean AUROC 96.0% (95.0 to 97.0); best published: B, 97.0%"


def test_published_rows_that_learnt_from_other_images_are_marked():
    figure = benchmark_table(ranking(), PUBLISHED.assign(outside_data=["no", "yes"]))
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()][-2:] == ["B †", "A"]
    assert note(figure).endswith("† learnt from other images, too.") and "†" not in note(benchmark_table(ranking()))


def test_the_best_of_a_column_is_bold_over_both_parts_and_the_second_underlined():
    figure = benchmark_table(ranking(), PUBLISHED)
    bold = {text.get_position() for text in figure.axes[0].texts if text.get_weight() == "bold"}
    assert bold == {(0, 5), (1, 1), (2, 4)}
    second = {
        (line.get_xdata()[0], round(line.get_ydata()[0])) for line in figure.axes[0].lines if line.get_marker() == "_"
    }
    assert second == {(0, 0), (1, 0), (2, 0)}


def test_what_ties_to_the_digit_shown_is_best_alike():
    ours = ranking(zero=[0.99004, 0.98996, 0.7])
    bold = {text.get_position() for text in benchmark_table(ours).axes[0].texts if text.get_weight() == "bold"}
    assert {(0, 0), (0, 1)} <= bold


def test_what_loses_to_pca_is_marked_and_explained():
    compared = {"difference": [0.01, np.nan, -0.02], "verdict": ["equal", None, "worse"]}
    figure = benchmark_table(ranking(reference=["deep", None, "deep"], **compared))
    labels = figure.axes[0].get_yticklabels()
    assert labels[2].get_text() == "▼ forest" and to_hex(labels[2].get_color()) == VERMILLION.lower()
    assert "Against deep: better, or ▼ worse" in note(figure)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert {"against deep", "+1.00 equal", "-2.00 worse"} <= set(texts)
    assert "gainst" not in note(benchmark_table(ranking()))


def test_spreads_are_written_where_there_are_any():
    texts = [text.get_text() for text in benchmark_table(ranking(sd=[0.002, np.nan, np.nan])).axes[0].texts]
    assert "± 0.20" in texts and "95.0 to 97.0" in texts
    alone = [text.get_text() for text in benchmark_table(ranking(low=np.nan, high=np.nan)).axes[0].texts]
    assert "95% interval" not in alone and "± sd" not in alone


def by_class(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["normal_class", "anomalous_class", "auroc"])


def test_the_hardest_anomalous_class_of_each_normal_one_is_bold_and_none_of_those_told_apart():
    areas = by_class(("one", "two", 0.9), ("one", "six", 0.8), ("two", "one", 1.0), ("two", "six", 0.9999))
    figure = anomalous_class_table(areas)
    assert title(figure) == "Hardest: six among one, AUROC 80.0%"
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["one", "two", "six"]
    assert [text.get_text() for text in figure.axes[0].texts] == ["–", "90.0", "80.0", "100.0", "–", "100.0"]
    assert [text.get_text() for text in figure.axes[0].texts if text.get_weight() == "bold"] == ["80.0"]


def test_all_but_one_normal_make_one_row():
    areas = by_class(("all_but_0", "class 0", 0.9), ("all_but_1", "class 1", 0.7))
    figure = anomalous_class_table(areas)
    assert title(figure) == "Hardest: class 1 among all others, AUROC 70.0%"
    assert [text.get_text() for text in figure.axes[0].texts] == ["90.0", "70.0"]


def test_dollars_in_the_name_of_a_class_are_no_formula():
    figure = anomalous_class_table(by_class(("all_but_0", "class $\\frac$", 0.9), ("all_but_1", "class 1", 1.0)))
    figure.canvas.draw()
    assert title(figure) == "Hardest: class $\\frac$ among all others, AUROC 90.0%"


def test_kinds_at_and_below_chance_are_counted_and_bold_and_the_hardest_is_named():
    table = pd.DataFrame({"blank": [0.1, 0.48], "inverted": [0.9, 1.0]}, index=["net", "pca"])
    figure = out_of_distribution_table(table)
    assert title(figure) == ("1 of 4 cells are worse than chance, 1 at chance; hardest images: blank, mean AUROC 0.29")
    assert {text.get_text() for text in figure.axes[0].texts if text.get_weight() == "bold"} == {"0.10", "0.48"}
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["pca", "net"]


def test_chance_is_white_better_blue_and_worse_orange_on_a_scale_from_0_to_1():
    mesh = out_of_distribution_table(pd.DataFrame({"a": [0.2, 0.9]})).axes[0].collections[0]
    assert mesh.get_clim() == (0, 1)
    assert [to_hex(mesh.cmap(mesh.norm(value))) for value in (0.0, 1.0)] == [VERMILLION.lower(), BLUE.lower()]
    np.testing.assert_allclose(mesh.cmap(0.5)[:3], 1, atol=0.01)


def test_a_kind_that_a_detector_was_not_shown_is_a_dash():
    table = pd.DataFrame({"a": [0.9, np.nan], "b": [0.8, 0.7]}, index=["net", "forest"])
    figure = out_of_distribution_table(table)
    assert sorted(text.get_text() for text in figure.axes[0].texts) == ["0.70", "0.80", "0.90", "–"]
    assert title(figure).startswith("0 of 3 cells")


@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize("draw", [precision_recall_curves, error_rates, empirical_rates])
def test_panels_of_one_and_of_ten_classes_lie_inside_the_figure(draw, count: int):
    tables, rates = detected(CLASSES[:count])
    inputs = {precision_recall_curves: [tables], error_rates: [tables, rates], empirical_rates: [with_pooled(rates)]}
    assert lies_inside(draw(*inputs[draw]))


@pytest.mark.parametrize("count", [1, 10])
def test_names_of_any_length_and_number_lie_inside_the_tables(count: int):
    names = [f"convolutional_latent_32/mahalanobis_{index}" for index in range(count)]
    heat = pd.DataFrame(0.9, index=names, columns=[f"salt_and_pepper_{index}" for index in range(count)])
    ours = heat.assign(mean=0.9, sd=0.01, low=0.88, high=0.92, reference="pca", difference=-0.01, verdict="worse")
    published = heat.assign(mean=0.95, outside_data="yes").rename(
        index=lambda name: f"one-class Deep SVDD, run again, {name} (Ruff et al.)"
    )
    assert lies_inside(benchmark_table(ours, published, "Fashion-MNIST"))
    assert lies_inside(out_of_distribution_table(heat))
    areas = by_class(*((one, other, 0.9) for one in names for other in [*names, "class_1"] if one != other))
    assert lies_inside(anomalous_class_table(areas))


def test_drawing_changes_no_input():
    tables, rates = detected(["zero", "one"])
    ours = ranking()
    before = [table.copy() for table in (*tables.values(), *rates.values(), ours)]
    (
        error_rates(tables, rates),
        empirical_rates(with_pooled(rates)),
        precision_recall_curves(tables),
        benchmark_table(ours),
    )
    for table, copy in zip((*tables.values(), *rates.values(), ours), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_the_best_score_of_a_detector_is_bold_and_the_gain_over_the_plain_error_is_said() -> None:
    table = pd.DataFrame({"edges": [0.99, 0.98], "mse": [0.95, np.nan]}, index=["net", "forest"])
    figure = score_heat_table(table, "edges")
    cells = {text.get_text(): text.get_weight() for text in figure.axes[0].texts}
    assert cells == {"99.0": "bold", "95.0": "normal", "98.0": "bold", "–": "normal"}
    assert figure.get_suptitle() == "edges instead of mse: +4.0 to +4.0 points of AUROC"


def test_a_study_of_the_plain_error_alone_says_its_range() -> None:
    figure = score_heat_table(pd.DataFrame({"mse": [0.9, 0.8]}, index=["a", "b"]), "mse")
    assert figure.get_suptitle() == "Mean AUROC by mse from 80.0% to 90.0%"


def worlds(count: int, detectors: int) -> pd.DataFrame:
    """Return ranks in worlds where the first detector is always best, and the rest are alike."""
    rng = np.random.default_rng(0)
    rows = [
        (f"fashion_mnist_low_contrast_{world}", f"rotation_prediction_{place}", 0, "mean", rng.uniform(0.5, 0.9))
        for world in range(count)
        for place in range(detectors)
    ]
    table = pd.DataFrame(rows, columns=["world", "detector", "seed", "normal_class", "auroc"])
    return ranks.rank(table.assign(auroc=table["auroc"].mask(table["detector"].str.endswith("_0"), 0.95)))


@pytest.mark.parametrize(("count", "detectors"), [(2, 2), (4, 3), (20, 20)])
def test_a_table_of_ranks_lies_inside_the_figure_and_prints_every_mean_rank(count: int, detectors: int) -> None:
    table = worlds(count, detectors)
    figure = rank_table(table)
    assert lies_inside(figure)
    texts = [text.get_text() for text in figure.axes[1].texts]
    assert texts == [*(f"{value:.1f}" for value in table["mean_rank"]), "mean rank"]


def test_bars_join_what_the_worlds_do_not_tell_apart() -> None:
    table = worlds(20, 4)
    figure = rank_table(table)
    bars = [sorted(line.get_ydata()) for line in figure.axes[1].lines if line.get_linewidth() == 3]
    assert [(round(low), round(high)) for low, high in bars] == [(1, 3)]
    assert (
        title(figure)
        == "Over 20 worlds rotation_prediction_0 ranks best: 1.0 of 4 on average; all others can be told from it"
    )
    assert "critical difference of 1.0" in note(figure)
    assert "too few to test" in note(rank_table(worlds(2, 4)))


def test_the_best_of_each_world_is_bold_and_darkest() -> None:
    figure = rank_table(worlds(3, 4))
    bold = {text.get_position() for text in figure.axes[0].texts if text.get_weight() == "bold"}
    assert bold == {(column, 0) for column in range(4)}


def test_worlds_that_share_no_detector_are_said_to() -> None:
    rows = [("a", "net", 0, "mean", 0.9), ("b", "pca", 0, "mean", 0.9)]
    table = ranks.rank(pd.DataFrame(rows, columns=["world", "detector", "seed", "normal_class", "auroc"]))
    assert title(rank_table(table)) == "No detector is in all 2 worlds"


def costs(minutes: list[float], auroc: list[float] | None = None) -> pd.DataFrame:
    """Return detectors, the best first; the first is optimal in training, the last in scoring."""
    count = len(minutes)
    table = pd.DataFrame({"detector": [f"rotation_prediction_density_{place}" for place in range(count)]})
    table["auroc"] = auroc or np.linspace(0.99, 0.9, count)
    optimal = {"training_optimal": table.index == 0, "scoring_optimal": table.index == count - 1}
    return table.assign(training_minutes=minutes, microseconds=np.geomspace(1, 2000, count), **optimal)


def test_the_best_detector_and_the_best_cheap_one_are_named() -> None:
    name = "rotation_prediction_density"
    said = f"Best: {name}_0, mean AUROC 99.00% in 25 min of processor time; in under 2 min: {name}_2, 90.00%"
    assert title(cost_and_quality(costs([25, 3, 1.9]))) == said
    assert title(cost_and_quality(costs([1.5, 3]))) == f"Best: {name}_0, mean AUROC 99.00% in 1.5 min of processor time"
    assert title(cost_and_quality(costs([25, 3]))) == f"Best: {name}_0, mean AUROC 99.00% in 25 min of processor time"


def test_dots_stand_at_cost_and_quality_and_the_optimal_ones_are_filled() -> None:
    table = costs([25, 3, 1])
    seconds = 60 * table["training_minutes"], 1e-6 * table["microseconds"]
    for axes, cost, optimal in zip(cost_and_quality(table).axes, seconds, [0, 2], strict=False):
        dots = [line for line in axes.lines if line.get_marker() == "o"]
        assert [dot.get_xdata()[0] for dot in dots] == pytest.approx(cost)
        assert [1 - dot.get_ydata()[0] for dot in dots] == pytest.approx(table["auroc"])
        assert [dot.get_markerfacecolor() == BLUE for dot in dots] == [place == optimal for place in range(3)]
        assert axes.yaxis_inverted()


@pytest.mark.parametrize("count", [1, 5, 20])
def test_costs_of_any_number_of_detectors_lie_inside_the_figure(count: int) -> None:
    figure = cost_and_quality(costs(list(np.geomspace(30, 0.01, count))))
    assert lies_inside(figure)
    texts = [text.get_text() for text in figure.axes[2].texts]
    assert texts[3::4] == [f"{place + 1}  rotation_prediction_density_{place}" for place in range(count)]


def test_a_perfect_detector_has_a_place() -> None:
    assert lies_inside(cost_and_quality(costs([2, 1], [1.0, 0.9])))
