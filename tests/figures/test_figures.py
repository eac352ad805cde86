"""What the figures state must be what the numbers say."""

import io
import sys
import threading

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from autoencoders.detection.figures.curves import roc_curves
from autoencoders.detection.figures.scores import score_histograms
from autoencoders.reporting.figures.comparison import comparison_bars
from autoencoders.reporting.figures.loss import loss_curves
from autoencoders.reporting.figures.reconstructions import reconstruction_grid
from autoencoders.reporting.figures.style import PALETTE, RIDGE, series


def history(final: float, epochs: int = 4) -> pd.DataFrame:
    epoch = np.arange(1, epochs + 1)
    loss = final * epochs / epoch
    return pd.DataFrame({"epoch": epoch, "train_loss": loss, "validation_mse": loss})


def iteration(count: int) -> pd.DataFrame:
    return pd.DataFrame({"iteration": np.arange(1, count + 1), "train_loss": 1 / np.arange(1, count + 1)})


def scores(values: list[float], is_anomaly: list[bool]) -> pd.DataFrame:
    return pd.DataFrame({"anomaly_score": values, "is_anomaly": is_anomaly})


FOUR_POINTS = scores([0.1, 0.4, 0.35, 0.8], [False, False, True, True])  # 3 of 4 pairs in order: AUROC 0.75


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def title(figure: Figure) -> str:
    return figure.get_suptitle().replace("\n", " ")


def test_the_loss_title_names_the_variant_with_the_lowest_mean_final_validation_mse():
    histories = {"lucky_once": [history(0.01), history(0.09)], "steady": [history(0.02), history(0.04)]}
    figure = loss_curves(histories, {name: [iteration(4)] for name in histories})
    assert title(figure) == "Best final validation MSE 0.03: steady"


def test_a_variants_curve_is_the_mean_over_its_seeds():
    axes = loss_curves({"a": [history(0.01), history(0.03)]}, {"a": [iteration(4)]}).axes[1]
    np.testing.assert_allclose(axes.lines[0].get_ydata()[-1], 0.02)


def test_a_single_epoch_is_a_dot():
    axes = loss_curves({"a": [history(0.01, epochs=1)]}, {"a": [iteration(1)]}).axes[1]
    assert axes.lines[0].get_marker() == "o"


def test_seeds_may_have_stopped_after_different_numbers_of_epochs():
    axes = loss_curves({"a": [history(0.01, epochs=3), history(0.03, epochs=5)]}, {"a": [iteration(4)]}).axes[1]
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 3, 4, 5]


def test_few_iterations_are_drawn_as_they_are_and_many_are_averaged_and_said_to_be():
    few = loss_curves({"a": [history(1)]}, {"a": [iteration(5)]}).axes[0]
    many = loss_curves({"a": [history(1)]}, {"a": [iteration(5000)]}).axes[0]
    np.testing.assert_allclose(few.lines[0].get_ydata(), 1 / np.arange(1, 6))
    assert "mean of up to" not in few.get_xlabel()
    assert "mean of up to" in many.get_xlabel()
    assert len(many.lines[0].get_xdata()) < 200


def example(originals: np.ndarray, reconstructions: np.ndarray, inputs: np.ndarray | None = None) -> dict:
    errors = np.square(reconstructions - originals).mean(axis=(1, 2, 3))
    shown = originals if inputs is None else inputs
    return {"originals": originals, "inputs": shown, "reconstructions": reconstructions, "errors": errors}


@pytest.mark.parametrize("channels", [1, 3])
def test_a_perfect_reconstruction_prints_error_0(channels: int):
    images = np.random.default_rng(0).random((3, channels, 8, 8))
    assert texts(reconstruction_grid({"perfect": example(images, images)})) == ["0", "0", "0"]


def test_the_mosaic_shows_the_very_pixels_originals_first():
    images = np.random.default_rng(0).random((3, 1, 8, 8)).astype(np.float32)
    figure = reconstruction_grid({"black": example(images, 0 * images)})
    mosaic = figure.axes[0].images[0].get_array()
    np.testing.assert_array_equal(mosaic[:8, :8, 0], np.rint(255 * images[0, 0]))
    assert (mosaic[9:17, :8] == 0).all()


def test_corrupted_inputs_stand_above_their_reconstruction_with_their_own_error():
    images = np.zeros((2, 1, 4, 4))
    figure = reconstruction_grid({"noisy": example(images, images, inputs=images + 0.5)})
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["original", "input", "noisy"]
    assert texts(figure) == ["0.250", "0.250", "0", "0"]


def test_inputs_that_are_the_same_for_all_are_shown_once():
    images = np.zeros((2, 1, 4, 4))
    noisy, noisier = (example(images, images, inputs=images + shift) for shift in (0.5, 0.7))
    grids = [reconstruction_grid(two) for two in ({"a": noisy, "b": noisy}, {"a": noisy, "b": noisier})]
    labels = [[label.get_text() for label in grid.axes[0].get_yticklabels()] for grid in grids]
    assert labels == [["original", "input", "a", "b"], ["original", "input of a", "a", "input of b", "b"]]


def test_the_title_names_the_variant_with_the_lowest_mean_error_unless_it_is_given():
    images = np.zeros((2, 1, 4, 4))
    examples = {"far": example(images, images + 0.5), "near": example(images, images + 0.1)}
    assert title(reconstruction_grid(examples)) == "Lowest mean error of these 2 images 0.01: near"
    assert title(reconstruction_grid(examples, "Both")) == "Both"


def test_the_histogram_titles_state_the_auroc_of_four_points_by_hand():
    figure = score_histograms({"3": FOUR_POINTS})
    assert "AUROC 0.750" in title(figure)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["3"]
    assert texts(figure) == ["0.750", "AUROC"]


@pytest.mark.parametrize("spread", [1.0, 5.0])  # linear, then logarithmic bins
def test_both_groups_share_their_bins_and_every_image_is_counted(spread: float):
    rng = np.random.default_rng(0)
    table = scores(np.exp(spread * rng.random(500)), rng.random(500) < 0.9)
    figure = score_histograms({"a": table, "b": table})
    steps = [patch.get_data() for patch in figure.axes[0].patches if isinstance(patch, StepPatch)]
    assert len(steps) == 4  # two rows, two groups
    heights = [step.baseline - step.values for step in steps]  # upwards: rows are numbered down
    for step, height in zip(steps, heights, strict=True):
        np.testing.assert_array_equal(step.edges, steps[0].edges)
        np.testing.assert_allclose(height.sum(), heights[0].sum())
    assert np.max(heights) == pytest.approx(RIDGE)


def test_the_roc_title_is_the_mean_and_the_worst_class_and_the_legend_starts_with_the_worst():
    perfect = scores([1, 2, 3, 4], [False, False, True, True])
    figure = roc_curves({"7": perfect, "3": FOUR_POINTS})
    assert title(figure) == "Mean AUROC 0.875; worst 0.750: 3"
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["0.750  3", "1.000  7"]


def test_ten_classes_have_ten_colours_and_more_have_markers():
    looks = [series(index) for index in range(20)]
    assert len({look["color"] for look in looks[:10]}) == len(PALETTE) == 10
    assert len({(look["color"], look["marker"]) for look in looks}) == 20


def test_good_curves_are_enlarged_beside_the_whole_and_poor_ones_are_not():
    rng = np.random.default_rng(0)
    anomalies = np.arange(400) < 200
    good, poor = (scores(rng.normal(size=400) + shift * anomalies, anomalies) for shift in (4, 0.5))
    (near,) = (axes := roc_curves({"good": good}).axes[0]).child_axes
    low, high = axes.get_xlim()
    assert high - low < 0.2 and np.diff(near.get_xlim()) > 1
    for line, small in zip(axes.lines, near.lines, strict=True):
        np.testing.assert_array_equal(line.get_data(), small.get_data())
    assert not roc_curves({"poor": poor}).axes[0].child_axes


def test_scores_all_equal_are_chance():
    assert "AUROC 0.500" in title(roc_curves({"3": scores([1, 1, 1], [False, True, True])}))


def test_the_curve_encloses_the_auroc_that_the_title_states_ties_included():
    rng = np.random.default_rng(1)
    table = scores(rng.integers(0, 9, 200) + 1.0, rng.random(200) < 0.7)
    figure = roc_curves({"3": table})
    curve = figure.axes[0].lines[0]
    assert f"AUROC {np.trapezoid(curve.get_ydata(), curve.get_xdata()):.3f}" in title(figure)
    assert len(curve.get_xdata()) == 10  # equal scores share a threshold


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (scores([1, np.nan], [False, True]), "anomaly_score must be finite, got nan"),
        (scores([1, 2], [True, True]), "AUROC needs normal images and anomalies"),
    ],
)
def test_scores_that_have_no_roc_are_refused_by_name(table: pd.DataFrame, message: str):
    with pytest.raises(ValueError, match=message):
        roc_curves({"3": table})


def comparison(mse: dict[str, float], pca: float | None = 0.02, sd: float = np.nan) -> pd.DataFrame:
    columns = {"variant": list(mse), "test/mse_mean": list(mse.values()), "test/mse_sd": sd}
    return pd.DataFrame(columns if pca is None else columns | {"test/pca_mse_mean": pca})


def test_pca_beats_itself_by_nothing():
    table = comparison({"pca": 0.02 * (1 - 1e-7)}).assign(
        **{"against_pca/low_mean": 1e-7, "against_pca/high_mean": 2e-7}
    )
    said = "pca is best, test MSE 0.0200; against PCA at the same code size: 1 equal"
    assert title(comparison_bars(table)) == said


def test_a_lower_error_beats_pca_and_the_title_says_by_how_much():
    table = comparison({"a": 0.03, "b": 0.01})
    table["test/mse_sd"] = [0.001, np.nan]
    table[["against_pca/low_mean", "against_pca/high_mean"]] = [[-0.6, -0.4], [0.4, 0.6]]
    figure = comparison_bars(table)
    assert title(figure) == "b is best, test MSE 0.0100; against PCA at the same code size: 1 better, 1 worse"
    assert texts(figure) == ["0.0100", "0.0300 ± 0.001"]  # the best on top


@pytest.mark.parametrize("pca", [None, np.nan])
def test_without_pca_the_best_variant_is_named(pca: float | None):
    assert title(comparison_bars(comparison({"a": 0.03, "b": 0.01}, pca))) == "b is best, test MSE 0.0100"


def test_drawing_changes_no_input_no_global_setting_and_needs_no_pyplot():
    before, settings = "matplotlib.pyplot" in sys.modules, matplotlib.rcParams.copy()
    copy = FOUR_POINTS.copy()
    score_histograms({"3": FOUR_POINTS}).savefig(io.BytesIO())
    assert ("matplotlib.pyplot" in sys.modules) == before
    assert matplotlib.rcParams.copy() == settings
    pd.testing.assert_frame_equal(FOUR_POINTS, copy)


def test_figures_drawn_in_threads_equal_those_drawn_alone():
    def png() -> bytes:
        buffer = io.BytesIO()
        roc_curves({"3": FOUR_POINTS}).savefig(buffer, dpi=60)
        return buffer.getvalue()

    alone, together = png(), []
    threads = [threading.Thread(target=lambda: together.append(png())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [alone] * 4


@pytest.mark.parametrize("count", [1, 12])
def test_names_of_any_length_and_number_lie_inside_the_figure(count: int):
    names = [f"convolutional_latent_32_sigma_03_tied_weights_{index}" for index in range(count)]
    figure = loss_curves({name: [history(0.01)] for name in names}, {name: [iteration(9)] for name in names})
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0
    assert box.x1 <= figure.get_figwidth() and box.y1 <= figure.get_figheight()
