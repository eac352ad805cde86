"""What the scores of a detector come to: AUROC, thresholds, sanity checks."""

import numpy as np
import pandas as pd

from autoencoders.detection import bootstrap, rates
from autoencoders.detection.detectors import OUTSIDE
from autoencoders.detection.ranking import ANOMALY_SCORE
from autoencoders.detection.scoring import IMAGE, Scoring, Thresholds
from autoencoders.evaluation import metrics, sanity_checks
from autoencoders.evaluation.bootstrap import CONFIDENCE, draw_weights
from autoencoders.key import OUT_OF_DISTRIBUTION, SANITY_CHECK

BOOTSTRAP_SEED = 0  # the same for all detectors and trainings: only samples that are the same can be paired


def other_scores(scores: pd.DataFrame) -> list[str]:
    """Return the names of the scores beside the anomaly score."""
    return [name for name in scores if name not in (*IMAGE, ANOMALY_SCORE)]


def summary(scores: pd.DataFrame, seed: int) -> dict[str, float]:
    """Sum a table of scores up in metrics; a sanity check is 1 where it passed and 0 where it failed.

    Returns:
        `test/auroc_<normal class>`; the AUROC of each other score as `scores/<name>` and of each kind of
        out-of-distribution images against normal test images as `probes/<kind>`; and the sanity checks scores_vary and
        shuffled_labels.
    """
    test = scores[scores["split"] == "test"]
    normal = test[~test["is_anomaly"]]
    normal_class = "_".join(str(label) for label in sorted(normal["label"].unique()))
    found = {f"test/auroc_{normal_class}": metrics.auroc(test["anomaly_score"], test["is_anomaly"])}
    for name in other_scores(scores):
        found[f"scores/{name}"] = metrics.auroc(test[name], test["is_anomaly"])
    for split in scores["split"].unique():
        if split.startswith(OUTSIDE):
            rows = pd.concat([normal, scores[scores["split"] == split]])
            found[f"{OUT_OF_DISTRIBUTION}{split.removeprefix(OUTSIDE)}"] = metrics.auroc(
                rows["anomaly_score"], rows["is_anomaly"]
            )
    verdicts = {
        "shuffled_labels": sanity_checks.shuffled_labels(
            test["anomaly_score"].to_numpy(), test["is_anomaly"].to_numpy(), seed
        ),
        "scores_vary": sanity_checks.scores_vary(test["anomaly_score"].to_numpy()),
    }
    return found | {f"{SANITY_CHECK}{name}": float(held) for name, held in verdicts.items()}


def auroc_table(scores: dict[str, pd.DataFrame], settings: Scoring) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Return AUROC by score and normal class, and over all of these.

    Args:
        scores: The table of each normal class, of the same images.
        settings: How many resamplings the intervals rest on.

    Returns:
        score (empty for the anomaly score), normal_class (`mean` over all), auroc, and low and high, its 95 % bootstrap
        interval over test images; and by score (`anomaly_score` or its name) the mean in each bootstrap sample, (B,).
    """
    test = {name: table[table["split"] == "test"] for name, table in scores.items()}
    first = next(iter(test.values()))
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    weights = draw_weights(len(first), settings.bootstrap_samples, rng)
    parts, samples = [], {}
    for column in (ANOMALY_SCORE, *other_scores(first)):
        table, samples[column] = bootstrap.mean_interval(test, column, weights, CONFIDENCE)
        parts.append(table.assign(score="" if column == ANOMALY_SCORE else column))
    table = pd.concat(parts, ignore_index=True)
    return table[["score", "normal_class", "auroc", "low", "high"]], samples


def by_anomalous_class(
    scores: dict[str, pd.DataFrame], normal_classes: dict[str, list[int]], class_names: list[str]
) -> pd.DataFrame:
    """Return the AUROC of each other class alone against the normal test images, by the anomaly score.

    Args:
        scores: The table of each normal class.
        normal_classes: The labels that are normal in each turn; where there is one, it bears the turn's name.
        class_names: The names of all classes, by label.

    Returns:
        normal_class, anomalous_class, auroc.
    """
    names = {labels[0]: name for name, labels in normal_classes.items() if len(labels) == 1}
    rows = []
    for normal_class, table in scores.items():
        test = table[table["split"] == "test"]
        normal, anomalies = test[~test["is_anomaly"]], test[test["is_anomaly"]]
        for label, own in anomalies.groupby("label"):
            both = pd.concat([normal, own])
            area = metrics.auroc(both[ANOMALY_SCORE], both["is_anomaly"])
            rows.append((normal_class, names.get(label, f"class {class_names[label]}"), area))
    return pd.DataFrame(rows, columns=["normal_class", "anomalous_class", "auroc"])


def threshold_table(scores: dict[str, pd.DataFrame], settings: Thresholds, seed: int) -> pd.DataFrame:
    """Return the nominal and empirical rate of each rule on test images, by normal class and over all.

    Args:
        scores: The table of each normal class.
        settings: The rules.
        seed: Seed of the coins of randomised rules.

    Returns:
        normal_class (`all` for the pooled rows) and the columns of `rates.standard_rates` and `rates.pool`.
    """
    rng = np.random.default_rng(seed)
    tables = {name: _rates(table, settings, rng) for name, table in scores.items()}
    pooled = {"all": rates.pool(tables, CONFIDENCE)}
    return pd.concat(tables | pooled, names=["normal_class"]).reset_index("normal_class").reset_index(drop=True)


def _rates(scores: pd.DataFrame, settings: Thresholds, rng: np.random.Generator) -> pd.DataFrame:
    calibration = scores.loc[scores["split"] == "calibration", "anomaly_score"].to_numpy()
    test = scores[scores["split"] == "test"]
    normal = test.loc[~test["is_anomaly"], "anomaly_score"].to_numpy()
    anomalies = test.loc[test["is_anomaly"], "anomaly_score"].to_numpy()
    return rates.standard_rates(calibration, normal, anomalies, settings, CONFIDENCE, rng)
