"""Detectors ranked by AUROC, beside what papers print for the same protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from autoencoders.configuration import Fraction, Strict
from autoencoders.key import Key

if TYPE_CHECKING:
    import pandas as pd

ANOMALY_SCORE = "anomaly_score"  # the column of the score that ranks, in tables of scores
MEAN = "mean"  # in the column normal_class: over all classes
OURS = "ours"  # in the column protocol
ORIGIN = ("outside_data", "seen", "protocol")  # what is said of a published row


class Row(Strict):
    """One row of a published table.

    Attributes:
        source: Who printed it.
        outside_data: Whether it learnt from other images too, itself or by pretrained weights.
        seen: Where the numbers were read.
        protocol: What it was trained on and chosen by, where that is not ours.
        auroc: By normal class; none where only the mean is printed.
        mean: Over the classes, as printed.
    """

    source: str
    outside_data: Literal["yes", "no"]
    seen: str
    protocol: str
    auroc: dict[str, Fraction] = {}
    mean: Annotated[float, Field(gt=0, le=1)]


def detectors(tables: dict[Key, pd.DataFrame]) -> pd.DataFrame:
    """Join the AUROC tables of a study's detectors and seeds.

    Returns:
        detector (`<detector>` by its anomaly score, `<detector>/<score>` by another), seed, normal_class, auroc, low
        and high.
    """
    import pandas as pd

    parts = [
        table.assign(detector=[name_of(key.detector, score) for score in table["score"].fillna("")])
        for key, table in tables.items()
    ]
    return pd.concat(parts, ignore_index=True)[["detector", "seed", "normal_class", "auroc", "low", "high"]]


def name_of(detector: str, score: str) -> str:
    """Return what a detector is called by one of its scores: by the one that ranks, by its own name."""
    return detector if score in ("", ANOMALY_SCORE) else f"{detector}/{score}"


def ranking(detectors: pd.DataFrame, standings: pd.DataFrame) -> pd.DataFrame:
    """Rank detectors by their mean AUROC over normal classes and seeds.

    Args:
        detectors: Table from `detectors`.
        standings: Table from `standings.against`.

    Returns:
        Index detector, best first; one column per normal class (mean over seeds); mean, its sd over seeds (empty for
        one seed), its 95 % interval low to high over test images, seeds; and the columns of the standings.
    """
    per_class = detectors[detectors["normal_class"] != MEAN]
    order = per_class["normal_class"].unique()
    table = per_class.pivot_table(index="detector", columns="normal_class", values="auroc")[order]
    means = detectors[detectors["normal_class"] == MEAN].groupby("detector")
    table = table.assign(
        mean=means["auroc"].mean(),
        sd=means["auroc"].std(),
        low=means["low"].mean(),
        high=means["high"].mean(),
        seeds=means["seed"].nunique(),
    )
    table.columns.name = None
    return table.join(standings.set_index("detector")).sort_values(MEAN, ascending=False)


def by_anomaly_score(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a ranking that rank detectors by their anomaly score."""
    return ranking[~ranking.index.str.contains("/")]


def by_score(ranking: pd.DataFrame, anomaly_score: str) -> pd.DataFrame:
    """Return mean AUROC: index detector, best first; one column per score, the anomaly score first."""
    import pandas as pd

    names = ranking.index.str.partition("/")
    rows = {"detector": names.get_level_values(0), "score": names.get_level_values(2)}
    table = pd.DataFrame(rows | {MEAN: ranking[MEAN].to_numpy()}).replace({"score": {"": anomaly_score}})
    order = [anomaly_score, *table["score"].unique().tolist()]
    wide = table.pivot(index="detector", columns="score", values=MEAN)
    return wide.loc[by_anomaly_score(ranking).index, list(dict.fromkeys(order))].rename_axis(None, axis=1)


def printed(published: pd.DataFrame, ours: pd.DataFrame) -> pd.DataFrame:
    """Check published rows and bring them into the form of our ranking.

    Args:
        published: One row per source: source, outside_data, seen, protocol, mean and, where they are printed, normal
            classes.
        ours: From `ranking`.

    Returns:
        Index source; one column per normal class, empty where none is printed; mean; outside_data, seen, protocol.

    Raises:
        ValueError: A row is malformed.
    """
    import pandas as pd

    classes = list(ours.columns[: ours.columns.get_loc(MEAN)])
    rows = [_row(cells, classes) for cells in published.fillna("").to_dict("records")]
    auroc = [row.auroc | {MEAN: row.mean} for row in rows]
    index = pd.Index([row.source for row in rows], name="detector")
    table = pd.DataFrame(auroc, index=index, columns=[*classes, MEAN], dtype=float)
    return table.assign(**{name: [getattr(row, name) for row in rows] for name in ORIGIN})


def beside(ours: pd.DataFrame, theirs: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return our ranking with published rows beneath: columns detector and those of `ORIGIN`, the protocol `ours`."""
    import pandas as pd

    parts = [ours.assign(outside_data="no", seen="", protocol=OURS), *([theirs] if theirs is not None else [])]
    return pd.concat(parts).rename_axis("detector").reset_index()


def _row(cells: dict[str, object], classes: list[str]) -> Row:
    """Return one row of a published table, checked; empty cells are classes that are not printed."""
    auroc = {name: cells[name] for name in classes if cells.get(name, "") != ""}
    rest = {name: cell for name, cell in cells.items() if name not in classes}
    try:
        return Row.model_validate(rest | {"auroc": auroc})
    except ValueError as error:
        raise ValueError(f"published, source {cells.get('source')}: {error}") from None
