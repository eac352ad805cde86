import pytest
from kedro.pipeline import Pipeline, node

from autoencoders.shell.sanity_checks import SanityCheckHooks


@pytest.fixture
def told(caplog):
    """Return a function that measures at a place, and returns what is logged of it."""

    def measure(namespace: str, metrics: dict[str, float]) -> list[tuple[str, str]]:
        (placed,) = Pipeline([node(lambda: metrics, None, "metrics", name="measure")], namespace=namespace).nodes
        SanityCheckHooks().after_node_run(placed, placed.run({}))
        return [(record.levelname, record.getMessage()) for record in caplog.records]

    return measure


def test_a_failed_check_is_told_with_its_variant(told):
    assert told("digits.denoising.clean", {"gate/loss_fell": 0.0, "gate/scores_vary": 1.0, "loss": 0.0}) == [
        ("ERROR", "digits.denoising.clean: sanity check failed: loss_fell. Do not trust these numbers.")
    ]


def test_a_network_worse_than_pca_is_told_as_a_warning_and_once_for_all_normal_classes(told):
    failed = {"gate/matches_pca": 0.0}
    assert not told("digits.anomaly_detection.dense.seed_0.digit_3", failed)
    ((level, sentence),) = told("digits.anomaly_detection.dense.seed_0", failed)
    assert level == "WARNING"
    assert sentence == (
        "digits.anomaly_detection.dense.seed_0: sanity check failed: matches_pca. "
        "PCA leaves less error at the same code size: too few steps or images, or a finding."
    )
