"""How one-class detectors score images and are compared, as the parameters state it."""

from typing import Annotated, Self

from pydantic import Field, PositiveFloat, SerializeAsAny, model_validator

from autoencoders.configuration import Count, Name, Strict
from autoencoders.detection.out_of_distribution import OutOfDistribution
from autoencoders.detection.scores import Score

IMAGE = ("index", "split", "label", "is_anomaly")  # what a table of scores says of an image beside its scores
UNTRAINED = "untrained"  # the column of the anomaly score by the same network before training
COLUMNS = (*IMAGE, "anomaly_score", UNTRAINED)  # which no other score may be called
Rate = Annotated[float, Field(gt=0, lt=1)]


class Thresholds(Strict):
    """The rules that set thresholds."""

    k: PositiveFloat  # standard deviations above the mean
    alpha: Annotated[tuple[Rate, ...], Field(min_length=1)]  # nominal false positive rates


class Scoring(Strict):
    """How detectors score images and are compared.

    Attributes:
        anomaly_score: Name of the score that ranks the images; the others are set beside it.
        reference: Name of the variant that a detector should beat.
        scores: Scores by name.
        thresholds: Rules for thresholds, which held-out normal images set.
        out_of_distribution: Images of no class that detectors are to tell from normal ones.
        bootstrap_samples: Number of resamplings of the test images behind the intervals of AUROC.
    """

    anomaly_score: str
    reference: str | None = None
    scores: Annotated[dict[Name, SerializeAsAny[Score]], Field(min_length=1)]
    thresholds: Thresholds
    out_of_distribution: OutOfDistribution | None = None
    bootstrap_samples: Count

    @model_validator(mode="after")
    def _names_are_free(self) -> Self:
        for name in self.scores:
            if name in COLUMNS:
                raise ValueError(f"scores.{name}: a column of every table of scores has this name; choose another")
        return self

    @model_validator(mode="after")
    def _the_anomaly_score_is_one_of_the_scores(self) -> Self:
        if self.anomaly_score not in self.scores:
            raise ValueError(f"anomaly_score must be one of {', '.join(self.scores)}, got {self.anomaly_score!r}")
        return self
