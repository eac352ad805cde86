"""Ensembles: several detectors that score together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, PositiveFloat

from autoencoders.configuration import Name, Strict

if TYPE_CHECKING:
    import pandas as pd


class Member(Strict):
    """One detector of an ensemble.

    Attributes:
        detector: A variant's or a baseline's name.
        score: Which of a variant's scores counts; a baseline has one alone.
        weight: How much it counts.
    """

    detector: Name
    score: Name | None = None
    weight: PositiveFloat = 1.0

    def __str__(self) -> str:
        return f"{self.detector}/{self.score}" if self.score else self.detector


class Ensemble(Strict):
    """Several detectors as one: the weighted mean of the logarithms of their scores, in standard deviations.

    The logarithm of each score is measured from its mean over held-out normal images, in units of its standard
    deviation over these: what is unusual to one member counts as much as what is as unusual to another. The images are
    those that set thresholds; of them all, two numbers of each member enter here.
    """

    members: Annotated[tuple[Member, ...], Field(min_length=2)]

    @property
    def words(self) -> str:
        """The members as they vote, such as `dense/edges + 2 x nearest_neighbours`."""
        votes: dict[str, float] = {}
        for one in self.members:
            votes[str(one)] = votes.get(str(one), 0) + one.weight
        return " + ".join(name if weight == 1 else f"{weight:g} x {name}" for name, weight in votes.items())

    def parameters(self) -> dict[str, Any]:
        """Return the members under a dotted name."""
        return {"ensemble.members": self.words}


def combined(ensemble: Ensemble, tables: dict[str, pd.DataFrame], anomaly_score: str) -> pd.DataFrame:
    """Return the table of an ensemble: the weighted mean of its members' standardised scores.

    Args:
        ensemble: Its members.
        tables: The table of scores of each of them.
        anomaly_score: The name of the score that stands in the column `anomaly_score`.

    Returns:
        One row per image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous).

    Raises:
        ValueError: The tables are not of the same images.
    """
    from autoencoders.detection.scores import combine
    from autoencoders.detection.scoring import IMAGE

    images = tables[ensemble.members[0].detector][list(IMAGE)]
    if not all(table[list(IMAGE)].equals(images) for table in tables.values()):
        raise ValueError("the scores of an ensemble's members must be of the same images, in the same order")
    columns = {anomaly_score: "anomaly_score"}
    names = [columns.get(one.score, one.score) or "anomaly_score" for one in ensemble.members]
    scores = [tables[one.detector][name].to_numpy() for one, name in zip(ensemble.members, names, strict=True)]
    held_out = (images["split"] == "calibration").to_numpy()
    return images.assign(anomaly_score=combine(scores, held_out, [one.weight for one in ensemble.members]))
