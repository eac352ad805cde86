"""Thresholds: how often each rule really flags a normal image, and how often an anomaly."""

from typing import Annotated, Literal

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from pydantic import Field, PositiveFloat

from autoencoders import thresholds
from autoencoders.codes import trained_on
from autoencoders.engine import Pixels, reconstruct, reconstruction_errors, squared_error
from autoencoders.figures.thresholds import threshold_sheet
from autoencoders.measurements import Finding, Measurement, Subject

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
            interval low to high, detection_rate on anomalies, n_calibration, n_test (normal images), anomalies
            (which) and n_anomalies.
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
    counts = {
        "n_calibration": len(errors["calibration_errors"]),
        "n_test": len(normal),
        "anomalies": "other classes" if len(strange) else "rotated by 90°",
        "n_anomalies": len(errors["anomaly_errors"]),
    }
    rules = _rules(errors["calibration_errors"], config, np.random.default_rng(subject.seed))
    rows = [_row(rule, threshold, stated, errors) | counts for rule, threshold, stated in rules]
    return Finding(pd.DataFrame(rows), errors)


def draw(findings: dict[str, list[Finding]], config: Config) -> Figure:
    """Draw the errors that the thresholds stand between, and the rate that each rule states v realises."""
    return threshold_sheet(
        {name: pd.concat([finding.table for finding in seeds]) for name, seeds in findings.items()},
        {name: seeds[0].arrays for name, seeds in findings.items()},
    )


def _rules(calibration: np.ndarray, config: Config, rng: np.random.Generator) -> list[tuple[str, float, float]]:
    """Return name, threshold and stated false-positive rate of every rule."""
    k, size = config.k, config.batch_size
    hoped = thresholds.normal_tail(k)
    batched = thresholds.batch_mean_sd(rng.permutation(calibration), k, size)
    rules = [
        (f"mean + {k:g} sd of batch means", batched, hoped),
        (f"mean + {k:g} sd", thresholds.mean_sd(calibration, k), hoped),
    ]
    for alpha in config.alpha:
        rules.append((f"quantile {1 - alpha:g}", thresholds.quantile(calibration, alpha), alpha))
        rules.append((f"conformal {alpha:g}", thresholds.conformal(calibration, alpha), alpha))
    return rules


def _row(rule: str, threshold: float, stated: float, errors: dict[str, np.ndarray]) -> dict[str, str | float]:
    realised = thresholds.flagged(errors["test_errors"], threshold)
    low, high = thresholds.wilson_interval(realised, len(errors["test_errors"]), CONFIDENCE)
    return {
        "rule": rule,
        "threshold": threshold,
        "stated_rate": stated,
        "realised_rate": realised,
        "low": low,
        "high": high,
        "detection_rate": thresholds.flagged(errors["anomaly_errors"], threshold),
    }


def _rotated_errors(subject: Subject, images: Pixels) -> np.ndarray:
    """Return the errors (N,) of images rotated by 90 degrees."""
    _, height, width = subject.model.image_shape
    if height != width:
        raise ValueError(f"thresholds without anomalies rotate images, which must be square, got {height} x {width}")
    turned = (batch.rot90(1, dims=(2, 3)) for batch in images.batches())
    return torch.cat([squared_error(reconstruct(subject.model, batch), batch) for batch in turned]).cpu().numpy()
