"""The choice of an ensemble: members one by one, judged in worlds that had no say in it (Caruana et al. 2004)."""

from collections import Counter
from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from autoencoders.detection.scores import standardised
from autoencoders.key import Key

Pair = tuple[str, str]  # detector and score; a baseline's only score has no name
Classes = dict[str, tuple[np.ndarray, dict[Pair, np.ndarray]]]  # by class: is_anomaly (N,), and scores (N,) by pair


def pairs(tables: dict[Key, pd.DataFrame], anomaly_score: str, others: list[str]) -> Classes:
    """Set the standardised scores of one world's test images side by side.

    Args:
        tables: Scores of the calibration and test images of each normal class, by key.
        anomaly_score: Name of the score in the column `anomaly_score` of detectors that have several.
        others: Names of the other scores.
    """
    found: Classes = {}
    for key, table in tables.items():
        held_out, test = ((table["split"] == split).to_numpy() for split in ("calibration", "test"))
        _, scores = found.setdefault(key.normal_class, (table["is_anomaly"].to_numpy()[test], {}))
        named = [name for name in others if name in table]
        columns = {"anomaly_score": anomaly_score if named else ""} | {name: name for name in named}
        for column, score in columns.items():
            scores[key.detector, score] = standardised(table[column].to_numpy(), held_out)[test]
    return found


def forward(worlds: dict[str, Classes], steps: int) -> pd.DataFrame:
    """Add to an ensemble, step by step, the pair of detector and score that raises the mean AUROC of all worlds most.

    This is forward selection with replacement: a pair chosen twice weighs twice (Caruana, Niculescu-Mizil, Crew and
    Ksikes 2004). What it promises is measured by leaving each world out in turn: the others choose, the world judges.

    Args:
        worlds: Scores by world.
        steps: Number of members to choose.

    Returns:
        One row per step: step, detector, score; the ensemble's mean AUROC over the classes of each world, and `mean`;
        `left_out`, the mean AUROC of each world by the ensemble of as many members that the others choose; and
        `chosen_in`, the share of these ensembles of all `steps` members that hold the pair. With one world the last
        two are empty.
    """
    areas = _Areas(worlds)
    members = _choose(areas, list(worlds), steps)
    rows = []
    for step, (detector, score) in enumerate(members, start=1):
        found = {world: areas(world, members[:step]) for world in worlds}
        rows.append({"step": step, "detector": detector, "score": score} | found | {"mean": _mean(found.values())})
    table = pd.DataFrame(rows)
    if len(worlds) == 1:
        return table.assign(left_out=np.nan, chosen_in=np.nan)
    chosen = {world: _choose(areas, [other for other in worlds if other != world], steps) for world in worlds}
    left_out = [_mean(areas(world, chosen[world][:step]) for world in worlds) for step in table["step"]]
    chosen_in = [_mean(pair in one for one in chosen.values()) for pair in members]
    return table.assign(left_out=left_out, chosen_in=chosen_in)


def _choose(areas: "_Areas", worlds: list[str], steps: int) -> list[Pair]:
    """Return the pairs that worlds choose one by one; where two are as good, the first by name."""
    members: list[Pair] = []
    for _ in range(steps):
        tried = {pair: _mean(areas(world, [*members, pair]) for world in worlds) for pair in areas.candidates}
        members.append(max(tried, key=tried.__getitem__))
    return members


class _Areas:
    """The mean AUROC over the classes of a world, each computed once for all choices that ask for it."""

    def __init__(self, worlds: dict[str, Classes]) -> None:
        self._worlds = worlds
        self._found = cache(self._compute)
        shared = (set(scores) for classes in worlds.values() for _, scores in classes.values())
        self.candidates = sorted(set.intersection(*shared))

    def __call__(self, world: str, members: list[Pair]) -> float:
        return self._found(world, frozenset(Counter(members).items()))

    def _compute(self, world: str, votes: frozenset[tuple[Pair, int]]) -> float:
        classes = self._worlds[world].values()
        return _mean(_auroc(sum(n * scores[pair] for pair, n in votes), labels) for labels, scores in classes)


def _auroc(score: np.ndarray, is_anomaly: np.ndarray) -> float:
    """Return the area under the ROC curve by ranks (Mann and Whitney 1947)."""
    anomalies = is_anomaly.sum()
    above = rankdata(score)[is_anomaly].sum() - anomalies * (anomalies + 1) / 2
    return float(above / (anomalies * (len(score) - anomalies)))


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
