"""Thresholds: how often each rule really flags a normal image, and how often an anomaly."""

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from autoencoders.data.finding import Finding
from autoencoders.data.images import ImageTensor
from autoencoders.data.rows import by_name
from autoencoders.detection import rates, thresholds
from autoencoders.detection.scoring import Thresholds
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.models.base import Autoencoder
from autoencoders.training.corruption import check_square
from autoencoders.training.engine import reconstruction_errors

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CONFIDENCE = 0.95  # of the intervals of rates


class Config(Thresholds, Measurement):
    """The rules that set thresholds, and one that takes batches for images."""

    kind: Literal["thresholds"]
    batch_size: Annotated[int, Field(ge=2)]  # images, of the rule that takes batch means for images


def measure(subject: Subject, config: Config) -> Finding:
    """Set thresholds on the reconstruction errors of the calibration images and try them on test images.

    Normal test images are those of the classes trained on. The others are the anomalies; where there are none,
    normal test images rotated by 90 degrees take their place.

    Returns:
        table: one row per rule, as `rates.with_rates` returns them, and anomalies (which).
        arrays: calibration_errors, test_errors (of normal images) and anomaly_errors, (n,) each.

    Raises:
        ValueError: There are too few calibration images, or no anomalies and no square images to rotate.
    """
    normal = subject.known_test_indices()
    others = np.setdiff1d(subject.splits["test"], normal)
    images = {
        "calibration_errors": subject.split("calibration"),
        "test_errors": subject.at(normal),
        "anomaly_errors": subject.at(others),
    }
    errors = {name: reconstruction_errors(subject.model, group) for name, group in images.items()}
    if not len(others):
        errors["anomaly_errors"] = _rotated_errors(subject.model, images["test_errors"])
    rules = _rules(errors["calibration_errors"], config, np.random.default_rng(subject.seed))
    table = rates.with_rates(rules, *errors.values(), CONFIDENCE, np.random.default_rng(subject.seed))
    return Finding(table.assign(anomalies="other classes" if len(others) else "rotated by 90°"), errors)


def draw(findings: dict[str, list[Finding]], config: Config) -> "Figure":
    """Draw the errors that the thresholds stand between, and the nominal and empirical rate of each rule."""
    from autoencoders.measurements.thresholds.figure import threshold_sheet

    return threshold_sheet(findings)


def _rules(calibration: np.ndarray, config: Config, rng: np.random.Generator) -> pd.DataFrame:
    """Return the standard rules, below the one that takes batches for images."""
    standard = thresholds.standard_rules(calibration, config.k, config.alpha)
    faulty = {
        "rule": f"mean + {config.k:g} sd of batch means",
        "threshold": thresholds.batch_mean_sd(rng.permutation(calibration), config.k, config.batch_size),
        "nominal_rate": thresholds.gaussian_tail(config.k),
    }
    return pd.concat([pd.DataFrame([faulty]), standard], ignore_index=True)


def _rotated_errors(model: Autoencoder, images: ImageTensor) -> np.ndarray:
    """Return the reconstruction errors (N,) of images rotated by 90 degrees."""
    check_square(images.values, "thresholds without anomalies: rotation")
    turned = (batch.rot90(1, dims=(2, 3)) for batch in images.batches())
    return by_name(({"error": reconstruction_errors(model, batch)} for batch in turned), len(images))["error"]
