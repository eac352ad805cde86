"""Where every detector stands against the reference: better, equal or worse."""

import numpy as np
import pandas as pd

from autoencoders.detection.ranking import MEAN, detectors, name_of
from autoencoders.evaluation.bootstrap import CONFIDENCE, interval
from autoencoders.key import Key
from autoencoders.reporting.headline import verdict

COLUMNS = ["detector", "reference", "difference", "difference_low", "difference_high", "verdict"]


def against(
    tables: dict[Key, pd.DataFrame], samples: dict[Key, dict[str, np.ndarray]], reference: str | None
) -> pd.DataFrame:
    """Compare mean AUROC on the same bootstrap samples of the test images: a paired bootstrap (Efron 1979).

    What makes test images hard makes them hard for both detectors, so their difference is surer than either. Each
    detector is paired with the reference by the same score, where the reference has it, or by its anomaly score, and
    seed by seed over the seeds that both have; within a sample, seeds are averaged. How far other trainings would
    move the difference is not counted.

    Args:
        tables: AUROC by detector and seed.
        samples: The mean AUROC over normal classes in each bootstrap sample, (B,), by score; the samples are the same.
        reference: The detector that others should beat.

    Returns:
        detector, reference, difference (of the means) and its 95 % interval difference_low to difference_high, verdict;
        empty for the reference itself, and for all where there is none.
    """
    table = detectors(tables)
    means = table[table["normal_class"] == MEAN].set_index(["detector", "seed"])["auroc"]
    drawn = {
        (name_of(key.detector, score), int(tables[key]["seed"].iloc[0])): values
        for key, by_score in samples.items()
        for score, values in by_score.items()
    }
    seeds = {name: set(group["seed"]) for name, group in table.groupby("detector")}
    rows = []
    for name in table["detector"].unique():
        bar = _bar(name, reference, seeds)
        if bar is None:
            rows.append((name, None, np.nan, np.nan, np.nan, None))
        else:
            pairs = [((name, seed), (bar, seed)) for seed in sorted(seeds[name] & seeds[bar])]
            difference = float(np.mean([means[own] - means[theirs] for own, theirs in pairs]))
            low, high = interval(np.mean([drawn[own] - drawn[theirs] for own, theirs in pairs], axis=0), CONFIDENCE)
            rows.append((name, bar, difference, low, high, verdict(low, high, tie=0)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _bar(name: str, reference: str | None, known: dict[str, set[int]]) -> str | None:
    """Return what a detector by a score has to beat."""
    detector, _, score = name.partition("/")
    if reference not in known or detector == reference:
        return None
    same_score = name_of(reference, score)
    return same_score if same_score in known else reference
