"""Detectors at work: from a subject to a table of scores, one row per image."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from torch import Tensor

from autoencoders.data.images import ImageTensor
from autoencoders.data.mapped_images import MappedImages
from autoencoders.data.rows import by_name
from autoencoders.detection import cost, scores
from autoencoders.detection.baselines import Baseline
from autoencoders.detection.out_of_distribution import OutOfDistribution, generate
from autoencoders.detection.scoring import UNTRAINED, Scoring
from autoencoders.evaluation import latent as codes
from autoencoders.evaluation.subject import Subject
from autoencoders.training import engine
from autoencoders.training.clock import timed

HELD_OUT = ("calibration", "test")
OUTSIDE = "out_of_distribution/"  # before the kind of such images, in the column `split`


@dataclass(frozen=True)
class Images:
    """Images to be scored, and what a table of scores says of them.

    Attributes:
        rows: index, split, label and is_anomaly, one row per image.
        values: (N, C, H, W): an image tensor, or floats in the units that the network sees.
    """

    rows: pd.DataFrame
    values: ImageTensor | Tensor


def images_to_score(subject: Subject, settings: OutOfDistribution | None) -> list[Images]:
    """Return what a one-class detector is shown: the calibration and test images, and out-of-distribution ones."""
    held_out = _held_out(subject)
    return [held_out, *(_out_of_distribution(subject, held_out.rows, settings) if settings else [])]


def _held_out(subject: Subject) -> Images:
    parts = [pd.DataFrame({"index": subject.splits[split], "split": split}) for split in HELD_OUT]
    rows = pd.concat(parts, ignore_index=True)
    labels = subject.labels[rows["index"]]
    rows = rows.assign(label=labels, is_anomaly=~np.isin(labels, subject.known_classes))
    return Images(rows, subject.at(rows["index"].to_numpy()))


def _out_of_distribution(subject: Subject, rows: pd.DataFrame, settings: OutOfDistribution) -> Iterable[Images]:
    """Yield every kind; those made of images are made of normal test images."""
    normal = rows.loc[(rows["split"] == "test") & ~rows["is_anomaly"], "index"].to_numpy()
    chosen = subject.at(codes.subset(normal, settings.images, np.random.default_rng(subject.seed)))
    for name, values in generate(settings, chosen, subject.others, subject.seed).items():
        row = {"index": -1, "split": f"{OUTSIDE}{name}", "label": -1, "is_anomaly": True}
        yield Images(pd.DataFrame(row, range(len(values))), values)


def score_network(subject: Subject, images: list[Images], settings: Scoring) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score images by every score of a network, and by the anomaly score of the same network before training.

    Args:
        subject: The network, and the normal images that it was trained on, which scores are fitted to.
        images: Images to score; out-of-distribution images get scores of the trained network only.
        settings: The scores.

    Returns:
        One row per image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous), the other scores
        by name, and `untrained`; and what each score costs, as `cost.of_scores` returns it.
    """
    own = {name: score for name, score in settings.scores.items() if name == settings.anomaly_score}
    train, corruption, seed = subject.split("train"), subject.variant.corruption, subject.seed
    untrained = engine.build(subject.variant, subject.dataset.image_shape, seed, subject.device).eval()
    fitted = scores.fit(settings.scores, subject.model, train, corruption, seed)
    before = scores.fit(own, untrained, train, corruption, seed)
    tables = []
    for one in images:
        found = fitted.score(one.values)
        table = one.rows.assign(anomaly_score=found.pop(settings.anomaly_score), **found)
        if isinstance(one.values, ImageTensor):
            table[UNTRAINED] = before.score(one.values)[settings.anomaly_score]
        tables.append(table)
    some = subject.at(subject.splits["test"][: cost.IMAGES])
    return pd.concat(tables, ignore_index=True), cost.of_scores(fitted, some, settings.anomaly_score)


def score_baseline(subject: Subject, images: list[Images], baseline: Baseline) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit a baseline to the training images, in [0, 1], and score others with it.

    Returns:
        One row per image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous); and what it costs,
        as `cost.of_scores` returns it.
    """
    scorer, fit_seconds = timed(baseline.fit, _whole(subject.split("train")), subject.seed)
    tables = [one.rows.assign(anomaly_score=_scored(scorer, one.values)) for one in images]
    some = _whole(subject.at(subject.splits["test"][: cost.IMAGES]))
    _, scoring_seconds = timed(scorer, some)
    row = {"score": cost.ANOMALY_SCORE, "fit_seconds": fit_seconds, "scoring_seconds": scoring_seconds}
    return pd.concat(tables, ignore_index=True), pd.DataFrame([row | {"images": len(some)}])


def _scored(scorer: Callable[[Tensor], np.ndarray], images: ImageTensor | Tensor) -> np.ndarray:
    """Return the scores (N,) of images, of which those that stay in their file are scored batch by batch."""
    if isinstance(images, ImageTensor) and isinstance(images.values, MappedImages):
        return by_name(({"score": scorer(batch)} for batch in images.batches()), len(images))["score"]
    return scorer(_whole(images))


def _whole(images: ImageTensor | Tensor) -> Tensor:
    return images[slice(None)] if isinstance(images, ImageTensor) else images
