"""Ensembles: several variants that score together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from autoencoders.configuration import Name, Strict

if TYPE_CHECKING:
    import pandas as pd


class Member(Strict):
    """One detector of an ensemble.

    Attributes:
        detector: A variant's name.
        score: Which of its scores counts.
    """

    detector: Name
    score: Name


class Ensemble(Strict):
    """Several variants as one detector: the mean of the logarithms of their scores."""

    members: Annotated[tuple[Member, ...], Field(min_length=2)]

    def parameters(self) -> dict[str, Any]:
        """Return the members under a dotted name."""
        return {"ensemble.members": ", ".join(f"{one.detector}/{one.score}" for one in self.members)}


def combined(ensemble: Ensemble, tables: dict[str, pd.DataFrame], anomaly_score: str) -> pd.DataFrame:
    """Return the table of an ensemble: the mean of the logarithms of its members' scores.

    Args:
        ensemble: Its members.
        tables: The table of scores of each variant among them.
        anomaly_score: The name of the score that stands in the column `anomaly_score`.

    Returns:
        One row per image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous).

    Raises:
        ValueError: The tables are not of the same images.
    """
    from autoencoders.detection.detectors import IMAGE
    from autoencoders.detection.scores import combine

    images = tables[ensemble.members[0].detector][list(IMAGE)]
    if not all(table[list(IMAGE)].equals(images) for table in tables.values()):
        raise ValueError("the scores of an ensemble's members must be of the same images, in the same order")
    columns = {anomaly_score: "anomaly_score"}
    scores = [tables[one.detector][columns.get(one.score, one.score)].to_numpy() for one in ensemble.members]
    return images.assign(anomaly_score=combine(scores))
