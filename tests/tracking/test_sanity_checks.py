from kedro.pipeline import Pipeline, node

from autoencoders.tracking.hooks import SanityCheckHooks


def test_a_failed_check_is_told_with_its_variant(caplog):
    broken = node(
        lambda: {"gate/loss_fell": 0.0, "gate/scores_vary": 1.0, "loss": 0.0}, None, "metrics", name="measure"
    )
    (placed,) = Pipeline([broken], namespace="digits.denoising.clean").nodes
    SanityCheckHooks().after_node_run(placed, placed.run({}))
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert record.getMessage() == (
        "digits.denoising.clean: sanity check failed: loss_fell. Do not trust these numbers."
    )
