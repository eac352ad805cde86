"""Detectors to try out: what a threshold flags as it moves, and what they say of an image that the reader draws."""

from typing import Any

import numpy as np
import pandas as pd

from autoencoders.data.images import ImageSet
from autoencoders.detection.scores import Score
from autoencoders.detection.scores.restoration import LEAST_ENERGY
from autoencoders.detection.scores.restoration import Config as Restoration
from autoencoders.detection.scores.smoothing import kernel
from autoencoders.evaluation.code_map import shown_images, within_budget
from autoencoders.evaluation.latent import subset
from autoencoders.reporting.living.packing import packed_numbers
from autoencoders.training.variant import Variant

IMAGES = 240  # test images that are shown beside a threshold
STEPS = 120  # thresholds between the lowest and the highest score
BINS = 40  # of the histogram
DIGITS = 5  # of a threshold
SCORE = "anomaly_score"
NOT_DENSE = "convolutions, or layers too wide for a page"
NO_NETWORK = "more than one reconstruction is needed"


def tryout(
    images: ImageSet, scores: dict[str, dict[str, pd.DataFrame]], rules: dict[str, pd.DataFrame]
) -> dict[str, Any]:
    """Return the exhibit of a one-class study's thresholds.

    Args:
        images: The dataset.
        scores: By detector and normal class: index, split, is_anomaly and anomaly_score of each image.
        rules: By detector: normal_class, rule and threshold, one row each.

    Returns:
        kind; shown test images, as `shown_images` returns them; detectors: by name and normal class what `turn`
        returns.
    """
    first = next(iter(next(iter(scores.values())).values()))
    tested = first.loc[first["split"] == "test", "index"].to_numpy()
    chosen = subset(tested, IMAGES, np.random.default_rng(0))
    detectors = {
        detector: {name: turn(table, _finite(rules[detector], name), chosen) for name, table in by_class.items()}
        for detector, by_class in scores.items()
    }
    return {"kind": "detectors", **shown_images(images, chosen), "detectors": detectors}


def turn(scores: pd.DataFrame, rules: dict[str, float], chosen: np.ndarray) -> dict[str, Any]:
    """Return what thresholds flag of the test images, with one class normal.

    Args:
        scores: index, split, is_anomaly and anomaly_score of each image.
        rules: Thresholds by the name of the rule that sets each.
        chosen: Indices of the images that are shown.

    Returns:
        normal and anomalies, how many there are; thresholds, rising, evenly spaced or, where no score is below 0, by
        ratio (is_log); false_alarms and misses, the counts at each; rules, their names, thresholds and counts;
        histogram, the counts of normal images and anomalies between BINS + 1 such thresholds; scores, packed, and
        flags, 1 for an anomaly and 0 for a normal image, of each shown image.
    """
    test = scores[scores["split"] == "test"].set_index("index")
    normal, anomalies = (np.sort(test.loc[test["is_anomaly"] == kind, SCORE]) for kind in (False, True))
    low, high = float(test[SCORE].min()), float(test[SCORE].max())
    is_log = low > 0
    thresholds = [float(f"{one:.{DIGITS}g}") for one in _spaced(low, high, STEPS, is_log)]
    bounds = _spaced(low, high, BINS + 1, is_log)
    shown = test.loc[chosen]
    return {
        "normal": len(normal),
        "anomalies": len(anomalies),
        "is_log": is_log,
        "thresholds": thresholds,
        **counts(normal, anomalies, thresholds),
        "rules": {
            "names": list(rules),
            "thresholds": list(rules.values()),
            **counts(normal, anomalies, [*rules.values()]),
        },
        "histogram": [np.histogram(part, bounds)[0].tolist() for part in (normal, anomalies)],
        "bounds": [low, high],
        "scores": packed_numbers(shown[SCORE].to_numpy()),
        "flags": "".join("01"[flag] for flag in shown["is_anomaly"].astype(int)),
    }


def counts(normal: np.ndarray, anomalies: np.ndarray, thresholds: list[float]) -> dict[str, list[int]]:
    """Return how many normal images lie above each threshold, and how many anomalies do not; both sorted by score."""
    passed = {
        name: np.searchsorted(part, thresholds, "right") for name, part in (("normal", normal), ("odd", anomalies))
    }
    return {"false_alarms": (len(normal) - passed["normal"]).tolist(), "misses": passed["odd"].tolist()}


def judges(
    variants: dict[str, Variant], networks: dict[str, dict[str, Any]], detectors: list[str], score: Score
) -> dict[str, Any]:
    """Return the detectors that can judge a drawing within the page, and why the others cannot.

    Args:
        variants: By name.
        networks: By variant and normal class, those that a page can run.
        detectors: All detectors by name; those that are no variants need more than one network's reconstruction.
        score: The anomaly score.

    Returns:
        networks, by variant and normal class; left_out, reasons by detector; formula, of the score, if there are any.
    """
    reasons = {name: cannot_run(variants[name], score) if name in variants else NO_NETWORK for name in detectors}
    reasons |= {name: NOT_DENSE for name in variants if name not in networks and not reasons[name]}
    kept, too_large = within_budget({name: one for name, one in networks.items() if not reasons[name]})
    left_out = {name: reason for name, reason in reasons.items() if reason} | too_large
    return {"networks": kept, "left_out": left_out} | ({"formula": formula(score)} if kept else {})


def formula(score: Score) -> dict[str, Any]:
    """Return what a page needs to compute a `restoration` score: powers, smoothing weights, the least energy."""
    return {
        "energy": score.energy,
        "edges": score.edges,
        "smoothing": kernel(score.smoothing).tolist() if score.smoothing else [],
        "least": LEAST_ENERGY,
    }


def cannot_run(variant: Variant, score: Score) -> str | None:
    """Say why a page cannot compute a network's anomaly score; None: it can, if it can run the network."""
    if not isinstance(score, Restoration):
        return "the score needs more than a reconstruction"
    if score.views and variant.corruption.kind != "none":
        return "the score averages over images that are corrupted at random"
    return None


def _finite(rules: pd.DataFrame, normal_class: str) -> dict[str, float]:
    """Return the thresholds of one class by rule, without infinite ones and those where a coin decides."""
    own = rules[(rules["normal_class"] == normal_class) & np.isfinite(rules["threshold"])]
    own = own[~own["rule"].str.startswith("randomised")]
    return dict(zip(own["rule"], own["threshold"].astype(float), strict=True))


def _spaced(low: float, high: float, count: int, is_log: bool) -> np.ndarray:
    return np.geomspace(low, high, count) if is_log else np.linspace(low, high, count)
