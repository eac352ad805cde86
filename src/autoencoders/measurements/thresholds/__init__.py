"""Thresholds: how often each rule really flags a normal image, and how often an anomaly."""

from typing import Annotated, Literal

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from pydantic import Field, PositiveFloat

from autoencoders.data.finding import Finding
from autoencoders.data.images import ImageTensor
from autoencoders.detection import thresholds
from autoencoders.evaluation.latent import trained_on
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements import Measurement
from autoencoders.measurements.thresholds.figure import threshold_sheet
from autoencoders.training.engine import reconstruct, reconstruction_errors, squared_error

CONFIDENCE = 0.95  # of the intervals of rates


class Config(Measurement):
    """The rules' settings."""

    kind: Literal["thresholds"]
    k: PositiveFloat  # standard deviations above the mean
    alpha: Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], Field(min_length=1)]  # false-positive rates
    batch_size: Annotated[int, Field(ge=2)]  # images, of the rule that takes batch means for images


def measure(subject: Subject, config: Config) -> Finding:
    """Set thresholds on the reconstruction errors of the calibration images and try them on test images.

    Normal test images are those of the classes trained on. The others are the anomalies; where there are none,
    normal test images rotated by 90 degrees take their place.

    Returns:
        table: a row a rule: rule, threshold, stated_rate (of false positives; of the rules with sd what they would
            flag if errors were normally distributed), realised_rate on normal test images with its 95 % Wilson
            interval low to high, detection_rate on anomalies with detection_low to detection_high, n_calibration,
            n_test (normal images), anomalies (which) and n_anomalies.
        arrays: calibration_errors, test_errors (of normal images) and anomaly_errors, (n,) each.

    Raises:
        ValueError: There are too few calibration images, or no anomalies and no square images to rotate.
    """
    normal = trained_on(subject)
    strange = np.setdiff1d(subject.indices["test"], normal)
    errors = {
        "calibration_errors": reconstruction_errors(subject.model, subject.pixels("calibration")),
        "test_errors": reconstruction_errors(subject.model, subject.at(normal)),
        "anomaly_errors": reconstruction_errors(subject.model, subject.at(strange))
        if len(strange)
        else _rotated_errors(subject, subject.at(normal)),
    }
    rules = _rules(errors["calibration_errors"], config, np.random.default_rng(subject.seed))
    rates = thresholds.with_rates(rules, errors["test_errors"], errors["anomaly_errors"], CONFIDENCE)
    anomalies = "other classes" if len(strange) else "rotated by 90°"
    return Finding(rates.assign(n_calibration=len(errors["calibration_errors"]), anomalies=anomalies), errors)


def draw(findings: dict[str, list[Finding]], config: Config) -> Figure:
    """Draw the errors that the thresholds stand between, and the nominal rate of each rule v the empirical one."""
    return threshold_sheet(findings)


def _rules(calibration: np.ndarray, config: Config, rng: np.random.Generator) -> pd.DataFrame:
    """Return rule, threshold and stated_rate of the standard rules, below the one that takes batches for images."""
    faulty = {
        "rule": f"mean + {config.k:g} sd of batch means",
        "threshold": thresholds.batch_mean_sd(rng.permutation(calibration), config.k, config.batch_size),
        "stated_rate": thresholds.normal_tail(config.k),
    }
    standard = thresholds.standard_rules(calibration, config.k, config.alpha)
    return pd.concat([pd.DataFrame([faulty]), standard], ignore_index=True)


def _rotated_errors(subject: Subject, images: ImageTensor) -> np.ndarray:
    """Return the errors (N,) of images rotated by 90 degrees."""
    _, height, width = subject.model.image_shape
    if height != width:
        raise ValueError(f"thresholds without anomalies rotate images, which must be square, got {height} x {width}")
    turned = (batch.rot90(1, dims=(2, 3)) for batch in images.batches())
    return torch.cat([squared_error(reconstruct(subject.model, batch), batch) for batch in turned]).cpu().numpy()
