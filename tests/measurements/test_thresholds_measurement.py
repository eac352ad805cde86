import dataclasses

import numpy as np
import pytest
from digit_subject import DENSE, same, subject
from digit_yardsticks import with_yardsticks
from matplotlib.colors import to_hex

from autoencoders.data.images import ImageTensor
from autoencoders.detection import rates, thresholds
from autoencoders.measurements.thresholds import Config, draw, measure
from autoencoders.training.engine import reconstruction_errors

CONFIG = Config(kind="thresholds", k=1.0, alpha=(0.02, 0.1), batch_size=16)
RULES = [
    "mean + 1 sd of batch means",
    "mean + 1 sd",
    "quantile 0.98",
    "conformal 0.02",
    "randomised 0.02",
    "quantile 0.9",
    "conformal 0.1",
    "randomised 0.1",
]


@pytest.fixture(scope="module")
def fitted():
    return with_yardsticks(subject(DENSE, fitted=True))


@pytest.fixture(scope="module")
def one_class():
    return with_yardsticks(subject(DENSE, fitted=True, classes=range(1)))


def test_every_rule_is_tried_with_its_own_threshold(fitted):
    table = measure(fitted, CONFIG).table
    assert table["rule"].tolist() == RULES
    calibration = reconstruction_errors(fitted.model, fitted.split("calibration"))
    by_rule = table.set_index("rule")["threshold"]
    assert by_rule["mean + 1 sd"] == pytest.approx(calibration.mean() + calibration.std(ddof=1), rel=1e-5)
    assert by_rule["conformal 0.1"] == pytest.approx(thresholds.conformal(calibration, 0.1))
    assert by_rule["quantile 0.98"] == pytest.approx(np.quantile(calibration, 0.98), rel=1e-5)
    assert table["nominal_rate"].tolist() == pytest.approx([0.158655] * 2 + [0.02] * 3 + [0.1] * 3, abs=1e-5)


def test_rates_are_shares_of_test_errors_above_the_threshold_within_their_intervals(fitted):
    finding = measure(fitted, CONFIG)
    for row in finding.table[finding.table["coin"].isna()].itertuples():
        assert row.empirical_rate == (finding.arrays["test_errors"] > row.threshold).mean()
        assert row.detection_rate == (finding.arrays["anomaly_errors"] > row.threshold).mean()
        assert row.low <= row.empirical_rate <= row.high
    assert (finding.table[["n_calibration", "n_test"]] == [300, 497]).all(axis=None)


def test_the_batch_mean_rule_flags_far_more_normal_images_than_the_one_by_images(fitted):
    empirical = measure(fitted, CONFIG).table.set_index("rule")["empirical_rate"]
    assert empirical["mean + 1 sd of batch means"] > empirical["mean + 1 sd"] + 0.1


def test_where_all_classes_are_normal_rotated_images_are_the_anomalies(fitted):
    finding = measure(fitted, CONFIG)
    assert set(finding.table["anomalies"]) == {"rotated by 90°"}
    test = fitted.split("test")
    turned = ImageTensor(test.values.rot90(1, dims=(2, 3)), test.intensity)
    np.testing.assert_allclose(finding.arrays["anomaly_errors"], reconstruction_errors(fitted.model, turned), rtol=1e-5)


def test_in_one_class_studies_the_other_classes_are_the_anomalies(one_class):
    table = measure(one_class, CONFIG.model_copy(update={"batch_size": 8})).table
    labels = one_class.labels[one_class.splits["test"]]
    assert set(table["anomalies"]) == {"other classes"}
    assert (table["n_test"] == (labels == 0).sum()).all() and (table["n_anomalies"] == (labels != 0).sum()).all()
    assert table.set_index("rule")["detection_rate"]["conformal 0.1"] > 0.9


def test_images_and_labels_in_another_order_give_the_same_rates(fitted):
    order = np.random.default_rng(0).permutation(len(fitted.labels))
    place = np.argsort(order)
    images, labels = fitted.dataset.images[order], fitted.labels[order]
    shuffled = dataclasses.replace(
        fitted,
        dataset=dataclasses.replace(fitted.dataset, images=images, labels=labels),
        splits={name: place[indices] for name, indices in fitted.splits.items()},
    )
    chosen = [2, 3, 5, 6]  # others draw batches, or coins
    one, other = measure(fitted, CONFIG).table.iloc[chosen], measure(shuffled, CONFIG).table.iloc[chosen]
    columns = ["threshold", "empirical_rate", "detection_rate"]
    np.testing.assert_allclose(one[columns], other[columns], rtol=1e-5)


def test_the_same_seed_gives_the_same_finding(fitted):
    assert same(measure(fitted, CONFIG), measure(fitted, CONFIG))


def test_a_batch_as_large_as_the_calibration_split_is_refused(fitted):
    with pytest.raises(ValueError, match=r"batch_size must lie in \[1, 299\] .* got 300"):
        measure(fitted, CONFIG.model_copy(update={"batch_size": 300}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"k": 0.0}, "k: input should be greater than 0, got 0"),
        ({"alpha": (1.0,)}, "less than 1, got 1"),
        ({"alpha": ()}, "alpha"),
        ({"batch_size": 1}, "batch_size: input should be greater than or equal to 2, got 1"),
    ],
)
def test_settings_out_of_range_are_refused(changes: dict, message: str):
    with pytest.raises(ValueError, match=message):
        Config.model_validate(CONFIG.model_dump() | changes)


def test_the_title_sets_the_faulty_rule_beside_the_valid_one(fitted):
    finding = measure(fitted, CONFIG)
    empirical = finding.table.set_index("rule")["empirical_rate"]
    figure = draw({"net": [finding]}, CONFIG)
    title = figure.get_suptitle().replace("\n", " ")
    flagged = f"{empirical['mean + 1 sd of batch means']:.0%} of normal test images at a nominal rate of 16%"
    assert f"batch-mean rule flags {flagged}, " in title
    assert f"conformal rule {empirical['conformal 0.02']:.1%} at one of 2.0%" in title
    drawn = {line.get_xdata()[0] for line in figure.axes[0].lines}
    assert set(finding.table.loc[finding.table["coin"].isna(), "threshold"]) <= drawn
    assert to_hex(figure.axes[1].get_yticklabels()[0].get_color()) == "#d55e00"


def test_a_threshold_that_flags_nothing_is_drawn_nowhere(one_class):
    config = Config(kind="thresholds", k=1.0, alpha=(0.001,), batch_size=8)
    finding = measure(one_class, config)
    rule = finding.table.set_index("rule").loc["conformal 0.001"]
    assert rule["threshold"] == np.inf and rule["empirical_rate"] == 0
    lines = draw({f"net {index}": [finding] for index in range(5)}, config).axes[0].lines
    assert np.isfinite([line.get_xdata()[0] for line in lines]).all()


def test_the_rules_without_fault_are_rated_as_everywhere(fitted):
    finding = measure(fitted, CONFIG)
    errors = (finding.arrays[name] for name in ("calibration_errors", "test_errors", "anomaly_errors"))
    expected = rates.standard_rates(*errors, CONFIG, 0.95, np.random.default_rng(fitted.seed))
    found = finding.table[finding.table["rule"].isin(expected["rule"])].reset_index(drop=True)
    assert found[expected.columns].equals(expected)
