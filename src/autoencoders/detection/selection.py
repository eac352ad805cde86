"""The choice of an ensemble: members one by one, each the one that helps most (Caruana et al. 2004)."""

import numpy as np
import pandas as pd

from autoencoders.detection.scores import combine
from autoencoders.evaluation.metrics import auroc

Pair = tuple[str, str]  # detector and score
Classes = dict[str, tuple[np.ndarray, dict[Pair, np.ndarray]]]  # by class: is_anomaly (N,), and scores (N,) by pair


def pairs(tables: dict[str, pd.DataFrame], anomaly_score: str, others: list[str]) -> Classes:
    """Set one dataset's scores side by side.

    Args:
        tables: Scores of the test images of each normal class, by `<detector>/<class>`.
        anomaly_score: Name of the score in the column `anomaly_score`.
        others: Names of the other scores.
    """
    columns = {"anomaly_score": anomaly_score} | {name: name for name in others if name != anomaly_score}
    found: Classes = {}
    for name, table in tables.items():
        detector, normal_class = name.split("/")
        _, scores = found.setdefault(normal_class, (table["is_anomaly"].to_numpy(), {}))
        scores |= {(detector, score): table[column].to_numpy() for column, score in columns.items() if column in table}
    return found


def forward(datasets: dict[str, Classes], steps: int) -> pd.DataFrame:
    """Add to an ensemble, step by step, the pair of detector and score that raises the mean AUROC of all datasets most.

    This is forward selection with replacement: a pair chosen twice weighs twice (Caruana, Niculescu-Mizil, Crew and
    Ksikes 2004).

    Args:
        datasets: Scores by dataset.
        steps: Number of members to choose.

    Returns:
        One row per step: step, detector, score, the ensemble's mean AUROC over the classes of each dataset, and `mean`.
    """
    logarithms = {name: _logarithms(classes) for name, classes in datasets.items()}
    candidates = sorted(set.intersection(*(set(scores) for one in logarithms.values() for _, scores in one.values())))
    members: list[Pair] = []
    rows = []
    for step in range(1, steps + 1):
        tried = {pair: _areas(logarithms, [*members, pair]) for pair in candidates}
        best = max(tried, key=lambda pair: np.mean(list(tried[pair].values())))
        members.append(best)
        mean = float(np.mean(list(tried[best].values())))
        rows.append({"step": step, "detector": best[0], "score": best[1]} | tried[best] | {"mean": mean})
    return pd.DataFrame(rows)


def _logarithms(classes: Classes) -> Classes:
    """Take each score's logarithm once: an ensemble is the mean of those of its members."""
    return {
        name: (labels, {pair: combine([score]) for pair, score in scores.items()})
        for name, (labels, scores) in classes.items()
    }


def _areas(datasets: dict[str, Classes], members: list[Pair]) -> dict[str, float]:
    """Return the mean AUROC over the classes of each dataset."""
    areas = {
        name: [auroc(sum(scores[pair] for pair in members), labels) for labels, scores in classes.values()]
        for name, classes in datasets.items()
    }
    return {name: float(np.mean(values)) for name, values in areas.items()}
