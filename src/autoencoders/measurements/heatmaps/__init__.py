"""Heatmaps: where in the image the reconstruction is wrong."""

from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from autoencoders.configuration import Count, CountFromZero
from autoencoders.data.finding import Finding
from autoencoders.evaluation.errors import first_of_each, pixel_errors
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.training.engine import reconstruction_errors

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Which = Literal["first", "worst", "best", "chosen"]  # first: of each class
FALSE_ALARMS, MISSES = "highest-scored normal", "lowest-scored anomaly"


class Config(Measurement):
    """Which test images to look at."""

    kind: Literal["heatmaps"]
    which: Annotated[tuple[Which, ...], Field(min_length=1)]
    chosen: tuple[CountFromZero, ...] = ()  # places among the test images, where `which` names chosen
    count: Count  # of the worst, of the best and, in one-class studies, of each kind of mistake
    columns: Count  # images in a line

    @model_validator(mode="after")
    def _chosen_are_given(self) -> Self:
        if bool(self.chosen) != ("chosen" in self.which):
            rule = "given where which names chosen" if "chosen" in self.which else "left out unless which names chosen"
            raise ValueError(f"chosen must be {rule}, got {list(self.chosen)}")
        return self


def measure(subject: Subject, config: Config) -> Finding:
    """Reconstruct selected test images.

    An image is an anomaly if its label is not among those of the training images. Where there are anomalies, the
    normal images with the highest errors and the anomalies with the lowest are looked at too.

    Returns:
        table: one row per image shown: index (into the dataset), label, error, group.
        arrays: the arrays of `pixel_errors` for these rows; median_error (1,) of the normal test images.

    Raises:
        ValueError: A place chosen lies beyond the test images.
    """
    test = subject.splits["test"]
    errors = reconstruction_errors(subject.model, subject.split("test"))
    is_normal = np.isin(test, subject.known_test_indices())
    rising = np.argsort(errors, kind="stable")  # places in test
    everything = {
        "first": np.searchsorted(test, first_of_each(subject.labels, test)),
        "worst": rising[::-1][: config.count],
        "best": rising[: config.count],
        "chosen": np.array(config.chosen, dtype=np.int64),
    }
    if config.chosen and max(config.chosen) >= len(test):
        raise ValueError(f"chosen must lie below {len(test)}, the test images there are, got {max(config.chosen)}")
    groups = {name: everything[name] for name in config.which}
    if not is_normal.all():
        groups[FALSE_ALARMS] = rising[is_normal[rising]][::-1][: config.count]
        groups[MISSES] = rising[~is_normal[rising]][: config.count]
    places = np.concatenate(list(groups.values()))
    table = pd.DataFrame(
        {
            "index": test[places],
            "label": subject.labels[test[places]],
            "error": errors[places],
            "group": np.repeat(list(groups), [len(group) for group in groups.values()]),
        }
    )
    median = {"median_error": np.array([np.median(errors[is_normal])], dtype=np.float32)}
    return Finding(table, pixel_errors(subject.model, subject.at(test[places])) | median)


def draw(findings: dict[str, list[Finding]], config: Config) -> "Figure":
    """Draw input, reconstruction and squared difference of the first seed's images, on one scale for all variants."""
    from autoencoders.reporting.figures.heatmaps import error_maps

    return error_maps({name: seeds[0] for name, seeds in findings.items()}, config.columns)
