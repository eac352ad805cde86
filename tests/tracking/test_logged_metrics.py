"""The names under which MLflow sorts the metrics of a run."""

from autoencoders.tracking.metrics import by_epoch, final

DETECTOR = {
    "test/auroc_mean": 0.97,
    "test/auroc_0": 0.99,
    "test/auroc_1": 0.95,
    "test/pca_auroc_mean": 0.9,
    "test/pca_auroc_0": 0.8,
    "test/mse": 0.02,
    "probes/blank": 1.0,
    "gate/loss_fell": 1.0,
}


def test_what_ranks_a_run_sorts_first_and_classes_stand_apart():
    named = final(DETECTOR)
    assert sorted(named) == [
        "main/AUROC in percent",
        "per class/auroc_0",
        "per class/auroc_1",
        "probes/blank",
        "test/auroc_mean",
        "test/mse",
        "test/pca_auroc_mean",
    ]
    assert named["main/AUROC in percent"] == 97


def test_restoration_ranks_before_reconstruction():
    restored = {"test/mse": 0.02, "test/noise_removed": 0.8}
    assert final(restored)["main/noise removed in percent"] == 80
    assert final({"test/mse": 0.02})["main/test MSE"] == 0.02


def test_the_networks_of_classes_log_their_losses_apart_and_no_learning_rates():
    row = {"epoch": 1, "train_loss": 0.3, "validation_mse": 0.2, "learning_rate": 0.01}
    assert [(name, value) for name, _, value in by_epoch([row], "digit_3")] == [
        ("per class/train/loss_digit_3", 0.3),
        ("per class/validation/mse_digit_3", 0.2),
    ]
    assert [name for name, _, _ in by_epoch([row], "")] == ["train/loss", "validation/mse", "train/learning_rate"]
