import numpy as np
import pandas as pd
import pytest

from autoencoders.evaluation import sanity_checks
from autoencoders.evaluation.metrics import auroc, average_precision, mean_errors, over_classes
from autoencoders.key import Key
from autoencoders.reporting.tables import long, wide


def test_auroc_of_four_points_by_hand() -> None:
    # normal 0.1 0.4, anomalies 0.35 0.8: three of the four pairs are in order
    assert auroc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])) == 0.75


def test_ties_count_half() -> None:
    assert auroc(np.array([1.0, 1.0]), np.array([False, True])) == 0.5


def test_auroc_needs_both_kinds() -> None:
    with pytest.raises(ValueError, match="only one of them"):
        auroc(np.array([0.1, 0.2]), np.array([True, True]))


def test_average_precision_of_four_points_by_hand() -> None:
    # recall rises at the highest score, with precision 1, and at the third, with precision 2/3
    score, is_anomaly = np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])
    assert average_precision(score, is_anomaly) == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.parametrize("measure", [auroc, average_precision])
@pytest.mark.parametrize("score", [np.nan, np.inf])
def test_scores_that_are_not_finite_are_named(measure, score: float) -> None:
    with pytest.raises(ValueError, match=f"anomaly_score must be finite, got {score}"):
        measure(np.array([1.0, score]), np.array([False, True]))


def errors() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "split": ["train", "train", "test", "test", "test"],
            "is_anomaly": [False, False, False, False, True],
            "reconstruction_error": [0.1, 0.3, 0.2, 0.4, 9.0],
            "pca_error": [0.0, 0.0, 0.5, 0.7, 9.0],
        }
    )


def test_errors_are_averaged_split_by_split() -> None:
    found = mean_errors(errors().query("not is_anomaly"), pixels=10)
    assert found["train/mse"] == pytest.approx(0.2)
    assert found["test/mse"] == pytest.approx(0.3)
    assert found["test/sse"] == pytest.approx(3)
    assert found["test/pca_mse"] == pytest.approx(0.6)
    assert "test/denoising_mse" not in found


def test_classes_are_merged_and_a_sanity_check_holds_where_all_hold() -> None:
    merged = over_classes(
        {
            "digit_0": {"test/auroc_0": 0.9, "test/mse": 0.1, "gate/loss_fell": 1.0, "seed": 3.0},
            "digit_1": {"test/auroc_1": 0.7, "test/mse": 0.3, "gate/loss_fell": 0.0, "seed": 3.0},
        }
    )
    assert merged["test/auroc_0"] == 0.9 and merged["test/auroc_1"] == 0.7
    assert merged["test/auroc_mean"] == pytest.approx(0.8)
    assert merged["test/mse"] == pytest.approx(0.2)
    assert merged["gate/loss_fell"] == 0 and merged["seed"] == 3


def test_tables_give_mean_and_sd_over_seeds_in_the_order_of_the_variants() -> None:
    table = long(
        {
            Key("d", "s", "wide", "seed_0"): {"test/mse": 0.2, "seed": 0},
            Key("d", "s", "wide", "seed_1"): {"test/mse": 0.4, "seed": 1},
            Key("d", "s", "narrow", "seed_0"): {"test/mse": 0.5, "seed": 0},
        }
    )
    assert table.columns.tolist() == ["dataset", "study", "variant", "seed", "metric", "value"]
    summary = wide(table)
    assert summary["variant"].tolist() == ["wide", "narrow"]
    assert summary["seeds"].tolist() == [2, 1]
    assert summary["test/mse_mean"].tolist() == pytest.approx([0.3, 0.5])
    assert summary["test/mse_sd"][0] == pytest.approx(np.std([0.2, 0.4], ddof=1))
    assert np.isnan(summary["test/mse_sd"][1])


def test_a_rising_loss_fails_its_check() -> None:
    assert sanity_checks.loss_fell(np.linspace(1, 0.1, 50))
    assert not sanity_checks.loss_fell(np.linspace(0.1, 1, 50))


def test_the_mean_image_fails_its_checks() -> None:
    errors = np.array([0.08, 0.08])
    assert sanity_checks.beats_mean_image(errors / 4, errors)
    assert not sanity_checks.beats_mean_image(errors, errors)
    spread = np.array([[0.3, 0.2], [0.0, 0.3]])
    assert sanity_checks.reconstructions_differ(spread, 0.5 * spread)
    assert not sanity_checks.reconstructions_differ(spread, np.zeros((2, 2)))


def test_a_network_worse_than_pca_fails_its_check_unless_it_leaves_almost_nothing() -> None:
    net, pca, mean_image = (np.full(3, error) for error in (0.057, 0.037, 0.09))
    assert not sanity_checks.matches_pca(net, pca, mean_image)
    assert sanity_checks.matches_pca(pca, net, mean_image)
    assert sanity_checks.matches_pca(1.05 * pca, pca, mean_image), (
        "a linear network comes as close as training takes it"
    )
    assert sanity_checks.matches_pca(mean_image / 200, np.zeros(3), mean_image)


def test_a_pixel_that_stays_black_where_images_vary_is_dead_and_background_is_not() -> None:
    images, shown = np.array([[0.3, 0.2], [0.0, 0.3]]), np.array([[0.25, 0.0], [0.0, 0.3]])
    assert sanity_checks.dead_pixels(images, shown).tolist() == [[False, True], [False, False]]


@pytest.mark.parametrize("scores", [[0.5, 0.5], [0.1, np.nan], [0.1, np.inf]])
def test_constant_or_infinite_scores_fail_their_check(scores: list[float]) -> None:
    assert not sanity_checks.scores_vary(np.array(scores))
