"""One-class detection: from scores, a row an image, to AUROC."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from autoencoders.data.images import ImageTensor, Scale, pixels
from autoencoders.detection import bootstrap, scores, thresholds
from autoencoders.detection.baselines import Baseline
from autoencoders.detection.out_of_distribution import OutOfDistribution, generate
from autoencoders.detection.scores import combine
from autoencoders.detection.scoring import Scoring, Thresholds
from autoencoders.evaluation import latent as codes
from autoencoders.evaluation import metrics, sanity_checks
from autoencoders.key import SANITY_CHECK
from autoencoders.models.base import Autoencoder
from autoencoders.training.corruption import Corruption

IMAGE = ("index", "split", "label", "is_anomaly")  # what a table of scores says of an image beside its scores
HELD_OUT = ("calibration", "test")
PROBE = "probe/"  # before the name of a probe, in the column `split`
UNTRAINED = "untrained"  # the column of the same score by the same network before training
CONFIDENCE = 0.95  # of intervals


@dataclass(frozen=True)
class Images:
    """Images to be scored, and what a table of scores says of them.

    Attributes:
        rows: index, split, label and is_anomaly, a row an image.
        values: (N, C, H, W): as pixels, or floats in the units that the network sees.
    """

    rows: pd.DataFrame
    values: ImageTensor | Tensor


@dataclass(frozen=True)
class Source:
    """One dataset, and others that probes are taken from.

    Attributes:
        images: All images, uint8 (N, C, H, W).
        labels: (N,).
        facts: Of the dataset.
        others: images, parts and facts of other datasets, named `<dataset>/images` and so on.
        device: Where to score.
        scale: Of the pixels that the network sees.
    """

    images: np.ndarray
    labels: np.ndarray
    facts: dict[str, Any]
    others: dict[str, Any]
    device: torch.device
    scale: Scale

    def held_out(self, indices: dict[str, np.ndarray], normal_class: list[int]) -> Images:
        """Return the calibration and test images."""
        parts = [pd.DataFrame({"index": indices[split], "split": split}) for split in HELD_OUT]
        rows = pd.concat(parts, ignore_index=True)
        labels = self.labels[rows["index"]]
        rows = rows.assign(label=labels, is_anomaly=~np.isin(labels, normal_class))
        return Images(rows, self.pixels(rows["index"].to_numpy()))

    def probes(self, held_out: Images, settings: OutOfDistribution | None, seed: int) -> list[Images]:
        """Return every probe; those made of images are made of normal test images."""
        if settings is None:
            return []
        rows = held_out.rows
        normal = rows.loc[(rows["split"] == "test") & ~rows["is_anomaly"], "index"].to_numpy()
        chosen = self.pixels(codes.subset(normal, settings.images, np.random.default_rng(seed)))
        others = {name: self._other(name) for name in dict.fromkeys(one.split("/")[0] for one in self.others)}
        return [_probe(name, values) for name, values in generate(settings, chosen, others, seed).items()]

    def pixels(self, indices: np.ndarray) -> ImageTensor:
        """Return the images at some indices."""
        return pixels(self.images, indices, self.facts, self.device, self.scale)

    def _other(self, name: str) -> ImageTensor:
        images, parts, facts = (self.others[f"{name}/{one}"] for one in ("images", "parts", "facts"))
        return pixels(images, np.flatnonzero(parts == "test"), facts, self.device, self.scale)


def _probe(name: str, values: Tensor) -> Images:
    rows = pd.DataFrame({"index": -1, "split": f"{PROBE}{name}", "label": -1, "is_anomaly": True}, range(len(values)))
    return Images(rows, values)


def score_network(
    model: Autoencoder,
    untrained: Autoencoder,
    train: ImageTensor,
    images: list[Images],
    settings: Scoring,
    corruption: Corruption,
    seed: int,
) -> pd.DataFrame:
    """Score images by every score of a network, and by the anomaly score of the same network before training.

    Args:
        model: In evaluation mode.
        untrained: The same with its first weights.
        train: The normal images that it was trained on, which scores are fitted to.
        images: To be scored; of probes only the trained network makes scores.
        settings: The scores.
        corruption: What the network was trained to undo.
        seed: Of the corruption's draws.

    Returns:
        A row an image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous), the other scores by
        name, and `untrained`.
    """
    own = {name: score for name, score in settings.scores.items() if name == settings.anomaly_score}
    fitted = scores.fit(settings.scores, model, train, corruption, seed)
    before = scores.fit(own, untrained, train, corruption, seed)
    tables = []
    for one in images:
        found = fitted.score(one.values)
        table = one.rows.assign(anomaly_score=found.pop(settings.anomaly_score), **found)
        if isinstance(one.values, ImageTensor):
            table[UNTRAINED] = before.score(one.values)[settings.anomaly_score]
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def score_baseline(baseline: Baseline, train: ImageTensor, images: list[Images], seed: int) -> pd.DataFrame:
    """Fit a baseline to normal images in [0, 1], and score others with it.

    Returns:
        A row an image: index, split, label, is_anomaly, anomaly_score (larger = more anomalous).
    """
    scorer = baseline.fit(_flat(train), seed)
    tables = [one.rows.assign(anomaly_score=scorer(_flat(one.values))) for one in images]
    return pd.concat(tables, ignore_index=True)


def _flat(images: ImageTensor | Tensor) -> np.ndarray:
    values = images[slice(None)] if isinstance(images, ImageTensor) else images
    return values.flatten(1).cpu().numpy()


def combined(members: list[tuple[pd.DataFrame, str]]) -> pd.DataFrame:
    """Return the table of an ensemble: the mean of the logarithms of its members' scores.

    Args:
        members: Each member's table and the column that counts.

    Raises:
        ValueError: The tables are not of the same images.
    """
    first = members[0][0]
    images = first[list(IMAGE)]
    if not all(table[list(IMAGE)].equals(images) for table, _ in members):
        raise ValueError("the scores of an ensemble's members must be of the same images, in the same order")
    score = combine([table[column].to_numpy() for table, column in members])
    return images.assign(anomaly_score=score)


def other_scores(scores: pd.DataFrame) -> list[str]:
    """Return the names of the scores beside the anomaly score."""
    return [name for name in scores if name not in (*IMAGE, "anomaly_score")]


def summary(scores: pd.DataFrame, seed: int) -> dict[str, float]:
    """Sum a table of scores up in metrics; a sanity check is 1 where it held and 0 where it failed.

    Returns:
        `test/auroc_<normal class>`; the AUROC of each other score as `scores/<name>` and of each probe against normal
        test images as `probes/<name>`; and the sanity checks scores_vary and shuffled_labels.
    """
    test = scores[scores["split"] == "test"]
    normal = test[~test["is_anomaly"]]
    normal_class = "_".join(str(label) for label in sorted(normal["label"].unique()))
    found = {f"test/auroc_{normal_class}": metrics.auroc(test["anomaly_score"], test["is_anomaly"])}
    for name in other_scores(scores):
        found[f"scores/{name}"] = metrics.auroc(test[name], test["is_anomaly"])
    for split in scores["split"].unique():
        if split.startswith(PROBE):
            rows = pd.concat([normal, scores[scores["split"] == split]])
            found[f"probes/{split.removeprefix(PROBE)}"] = metrics.auroc(rows["anomaly_score"], rows["is_anomaly"])
    verdicts = {
        "shuffled_labels": sanity_checks.shuffled_labels(
            test["anomaly_score"].to_numpy(), test["is_anomaly"].to_numpy(), seed
        ),
        "scores_vary": sanity_checks.scores_vary(test["anomaly_score"].to_numpy()),
    }
    return found | {f"{SANITY_CHECK}{name}": float(held) for name, held in verdicts.items()}


def auroc_table(scores: dict[str, pd.DataFrame], settings: Scoring, seed: int) -> pd.DataFrame:
    """Return AUROC by score and normal class, and over all of these.

    Args:
        scores: The table of each normal class, of the same images.
        settings: How many resamplings the intervals rest on.
        seed: Of the resampling.

    Returns:
        score (empty for the anomaly score), normal_class (`mean` over all), auroc, and, for the anomaly score, low
        and high, its 95 % bootstrap interval over test images.
    """
    test = {name: table[table["split"] == "test"] for name, table in scores.items()}
    main = bootstrap.mean_interval(test, settings.bootstrap_samples, CONFIDENCE, seed).assign(score="")
    rows = []
    for score in other_scores(next(iter(test.values()))):
        areas = {name: metrics.auroc(table[score], table["is_anomaly"]) for name, table in test.items()}
        areas["mean"] = float(np.mean(list(areas.values())))
        rows += [{"score": score, "normal_class": name, "auroc": area} for name, area in areas.items()]
    return pd.concat([main, pd.DataFrame(rows)], ignore_index=True)[["score", "normal_class", "auroc", "low", "high"]]


def threshold_table(scores: dict[str, pd.DataFrame], settings: Thresholds) -> pd.DataFrame:
    """Return what each rule states and what it realises on test images, by normal class and over all.

    Returns:
        normal_class (`all` for the pooled rows) and the columns of `thresholds.rates` and `thresholds.pool`.
    """
    tables = {name: _rates(table, settings) for name, table in scores.items()}
    pooled = {"all": thresholds.pool(tables, CONFIDENCE)}
    return pd.concat(tables | pooled, names=["normal_class"]).reset_index("normal_class").reset_index(drop=True)


def _rates(scores: pd.DataFrame, settings: Thresholds) -> pd.DataFrame:
    calibration = scores.loc[scores["split"] == "calibration", "anomaly_score"].to_numpy()
    test = scores[scores["split"] == "test"]
    normal = test.loc[~test["is_anomaly"], "anomaly_score"].to_numpy()
    anomalies = test.loc[test["is_anomaly"], "anomaly_score"].to_numpy()
    return thresholds.rates(calibration, normal, anomalies, settings.k, settings.alpha, CONFIDENCE)
