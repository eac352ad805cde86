"""The metrics of a run under the names that MLflow sorts them by: first what ranks it, the numbers by class apart."""

from math import prod
from typing import Any

from autoencoders.reporting.headline import AUROC, RECONSTRUCTED, RESTORED

HISTORY = {"train_loss": "train/loss", "validation_mse": "validation/mse", "learning_rate": "train/learning_rate"}
SHOWN = ("test", "scores", "probes", "train", "validation")  # groups of metrics
HEADLINES = {  # by the metric that ranks, the first there is: its name in MLflow, and what it is multiplied by
    AUROC: ("main/AUROC in percent", 100),
    RESTORED: ("main/noise removed in percent", 100),
    RECONSTRUCTED: ("main/test MSE", 1),
}
PER_CLASS = "per class/"
SECONDS, PARAMETERS = "train_seconds", "parameters"  # of the clock; numbers in the weights


def final(metrics: dict[str, Any]) -> dict[str, float]:
    """Return the final numbers that are logged, by their names in MLflow; charts of all would hide what matters."""
    ranked_by = next((name for name in HEADLINES if name in metrics), None)
    named = {_name(metric): float(value) for metric, value in metrics.items() if _is_shown(metric)}
    if ranked_by is None:
        return named
    name, factor = HEADLINES[ranked_by]
    return {name: factor * float(metrics[ranked_by])} | named


def by_epoch(history: list[dict[str, float]], normal_class: str) -> list[tuple[str, dict[str, float], float]]:
    """Return name, row and value of what is logged of a history, row by row; of a class its losses alone."""
    columns = {column: name for column, name in HISTORY.items() if not (normal_class and column == "learning_rate")}
    return [
        (of_class(name, normal_class), row, float(row[column]))
        for row in history
        for column, name in columns.items()
        if column in row
    ]


def of_class(name: str, normal_class: str) -> str:
    """Return the name of a metric of the network of one normal class, if there is one."""
    return f"{PER_CLASS}{name}_{normal_class}" if normal_class else name


def numbers_in(weights: dict[str, Any]) -> int:
    """Count the numbers in weights."""
    return sum(prod(array.shape) for array in weights.values())


def _is_shown(metric: str) -> bool:
    group, _, name = metric.partition("/")
    by_class = name.startswith("pca_auroc_") and name != "pca_auroc_mean"
    return group in SHOWN and metric not in HISTORY.values() and not by_class


def _name(metric: str) -> str:
    by_class = metric.startswith("test/auroc_") and metric != AUROC
    return f"{PER_CLASS}{metric.removeprefix('test/')}" if by_class else metric
