"""Detectors ranked in every world, and which of them the worlds can tell apart (Demšar 2006).

A world is one study of a benchmark: its images, and what is normal among them.
"""

import numpy as np
import pandas as pd
from scipy.stats import friedmanchisquare, studentized_range

from autoencoders.detection.ranking import MEAN

ALPHA = 0.05  # chance of a difference, anywhere among the detectors, where there is none
LEAST = 3  # worlds, or detectors, below which nothing is tested
AUROC, RANK = "_auroc", "_rank"  # after a world's name, of its columns


def rank(auroc: pd.DataFrame) -> pd.DataFrame:
    """Rank the detectors that all worlds share in each, by mean AUROC over normal classes and seeds.

    Args:
        auroc: world, detector, seed, normal_class, auroc; detectors by another than their anomaly score are left out.

    Returns:
        detector, best mean rank first; `<world>_auroc` and, 1 the best, `<world>_rank`, of each world; mean_auroc and
        mean_rank over these. Detectors that a world lacks come last, without ranks.
    """
    own = auroc[(auroc["normal_class"] == MEAN) & ~auroc["detector"].str.contains("/")]
    areas = own.pivot_table(index="detector", columns="world", values="auroc")[auroc["world"].unique()]
    ranks = areas.dropna().rank(ascending=False)
    columns = {}
    for world in areas:
        columns |= {f"{world}{AUROC}": areas[world], f"{world}{RANK}": ranks[world]}
    table = pd.DataFrame(columns).assign(mean_auroc=areas.dropna().mean(axis=1), mean_rank=ranks.mean(axis=1))
    order = ["mean_rank", "mean_auroc"]
    return table.sort_values(order, ascending=[True, False], kind="stable").rename_axis("detector").reset_index()


def shared(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the detectors that are ranked, of a table from `rank`."""
    return table[table["mean_rank"].notna()]


def by_world(table: pd.DataFrame, ending: str) -> pd.DataFrame:
    """Return what each world has: index detector, columns worlds; `ending` is `AUROC` or `RANK`."""
    found = shared(table).set_index("detector").drop(columns=["mean_auroc", "mean_rank"])
    return found.loc[:, found.columns.str.endswith(ending)].rename(columns=lambda name: name.removesuffix(ending))


def chance(table: pd.DataFrame) -> float | None:
    """Return how likely mean ranks are to differ this much if all detectors are alike (Friedman 1937).

    It takes the worlds for independent draws, which those of the same images are not.

    Returns:
        The p-value; none for fewer than three worlds or detectors, of which nothing can be said.
    """
    ranks = by_world(table, RANK)
    if min(ranks.shape) < LEAST:
        return None
    if (ranks.nunique(axis=1) == 1).all() and ranks.iloc[:, 0].nunique() == 1:  # all tie everywhere
        return 1.0
    return float(friedmanchisquare(*ranks.to_numpy()).pvalue)


def critical_difference(detectors: int, worlds: int) -> float:
    """Return how far apart mean ranks must lie to be told apart, all pairs at once (Nemenyi 1963; Demšar 2006, eq. 6).

    Args:
        detectors: How many are ranked.
        worlds: How many they are ranked in.
    """
    q = studentized_range.isf(ALPHA, detectors, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(detectors * (detectors + 1) / (6 * worlds)))


def alike(mean_ranks: np.ndarray, difference: float) -> list[tuple[int, int]]:
    """Return the longest runs of sorted mean ranks (k,) whose ends lie less than a difference apart: first and last."""
    last = np.searchsorted(mean_ranks, mean_ranks + difference, side="left") - 1
    runs = [(first, int(end)) for first, end in enumerate(last) if end > first]
    return [run for place, run in enumerate(runs) if not place or run[1] > runs[place - 1][1]]


def rivals(table: pd.DataFrame) -> list[str] | None:
    """Return the detectors that cannot be told from the best; none where no test is made."""
    ranked, worlds, p = shared(table), by_world(table, RANK).shape[1], chance(table)
    if p is None:
        return None
    others, gap = ranked["detector"].iloc[1:], ranked["mean_rank"].iloc[1:] - ranked["mean_rank"].iloc[0]
    return others[(gap < critical_difference(len(ranked), worlds)) | (p > ALPHA)].tolist()


def headline(table: pd.DataFrame) -> str:
    """Say which detector ranks best, and how many cannot be told from it."""
    close = rivals(table)
    if close is None:
        return _best(table)
    return f"{_best(table)}; {f'{len(close)} cannot be told from it' if close else 'all others can be told from it'}"


def finding(table: pd.DataFrame) -> str:
    """Say which detector ranks best, which ones cannot be told from it, and which ones are left out."""
    close, left_out = rivals(table), table.loc[table["mean_rank"].isna(), "detector"].tolist()
    said = f"{_best(table)}."
    if close is None:
        said += f" No test is made of fewer than {LEAST} worlds or detectors."
    else:
        said += f" Not to be told from it: {', '.join(close)}." if close else " All others can be told from it."
    return said + (f" Left out, for a world lacks them: {', '.join(left_out)}." if left_out else "")


def _best(table: pd.DataFrame) -> str:
    ranked, worlds = shared(table), by_world(table, RANK).shape[1]
    if ranked.empty:
        return f"No detector is in all {worlds} worlds"
    best = ranked.iloc[0]
    return f"Over {worlds} worlds {best['detector']} ranks best: {best['mean_rank']:.1f} of {len(ranked)} on average"
