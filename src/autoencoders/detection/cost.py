"""What a detector costs, in processor time: training it on every normal class in turn, and scoring an image."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from autoencoders.data.images import ImageTensor
from autoencoders.detection.ensembles import Ensemble
from autoencoders.detection.ranking import ANOMALY_SCORE, MEAN
from autoencoders.detection.scores import Fitted
from autoencoders.training.clock import timed

IMAGES = 1000  # test images at most behind the time of scoring one


def of_scores(fitted: Fitted, images: ImageTensor, anomaly_score: str) -> pd.DataFrame:
    """Measure each score of a network alone, which shares with no other what the network makes of an image.

    Args:
        fitted: The scores.
        images: Images (N, C, H, W) to score.
        anomaly_score: The name of the score that ranks.

    Returns:
        score, fit_seconds (what it gathers of training images), scoring_seconds and images (N).
    """
    rows = []
    for name, fit_seconds in fitted.seconds.items():
        _, seconds = timed(fitted.alone(name).score, images)
        rows.append((ANOMALY_SCORE if name == anomaly_score else name, fit_seconds, seconds, len(images)))
    return pd.DataFrame(rows, columns=["score", "fit_seconds", "scoring_seconds", "images"])


def over_classes(costs: Iterable[pd.DataFrame], histories: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Sum one detector's costs over the normal classes.

    Args:
        costs: Per class, from `of_scores`.
        histories: Per class, of the networks' training; of a baseline none.

    Returns:
        score, training_seconds (of the networks, whatever the score), fit_seconds and microseconds (to score an image).
    """
    sums = pd.concat(costs).groupby("score", sort=False).sum()
    return pd.DataFrame(
        {
            "training_seconds": float(sum(history["cpu_seconds"].sum() for history in histories)),
            "fit_seconds": sums["fit_seconds"],
            "microseconds": 1e6 * sums["scoring_seconds"] / sums["images"],
        }
    ).reset_index()


def of_ensemble(ensemble: Ensemble, costs: dict[str, pd.DataFrame], anomaly_score: str) -> pd.DataFrame:
    """Sum the costs of an ensemble's members: a network is trained once, a score of it computed once.

    Args:
        ensemble: Its members.
        costs: Of each detector among them, from `over_classes`.
        anomaly_score: The name of the score that ranks.
    """
    own = (None, anomaly_score)
    pairs = {(one.detector, ANOMALY_SCORE if one.score in own else one.score) for one in ensemble.members}
    rows = [costs[detector].set_index("score").loc[score] for detector, score in sorted(pairs)]
    trained = {detector: costs[detector]["training_seconds"].iloc[0] for detector, _ in pairs}
    found = {"score": ANOMALY_SCORE, "training_seconds": sum(trained.values())}
    found |= {name: sum(row[name] for row in rows) for name in ("fit_seconds", "microseconds")}
    return pd.DataFrame([found])


def beside_quality(detectors: pd.DataFrame, costs: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Set what detectors cost beside how well they detect, by their anomaly score.

    Args:
        detectors: AUROC, from `ranking.detectors`.
        costs: Of each detector, one seed, from `over_classes` or `of_ensemble`.

    Returns:
        detector, best first; auroc (mean over normal classes and seeds); training_minutes (all normal classes, one
        seed, with what scores gather of training images); microseconds (to score an image); and whether no other
        detector is as good and cheaper, or as cheap and better: training_optimal, scoring_optimal.
    """
    means = detectors[detectors["normal_class"] == MEAN].groupby("detector")["auroc"].mean()
    rows = {name: table.set_index("score").loc[ANOMALY_SCORE] for name, table in costs.items()}
    costs_of_all = pd.DataFrame(rows).T
    training = costs_of_all["training_seconds"] + costs_of_all["fit_seconds"]
    table = pd.DataFrame(
        {
            "auroc": means[costs_of_all.index],
            "training_minutes": training.astype(float) / 60,
            "microseconds": costs_of_all["microseconds"].astype(float),
        }
    ).sort_values("auroc", ascending=False, kind="stable")
    table["training_optimal"] = _optimal(table["auroc"], table["training_minutes"])
    table["scoring_optimal"] = _optimal(table["auroc"], table["microseconds"])
    return table.rename_axis("detector").reset_index()


def _optimal(quality: pd.Series, cost: pd.Series) -> np.ndarray:
    """Tell which are Pareto-optimal: none other is at least as good at no more cost, and better in one of both."""
    good, cheap = quality.to_numpy(), cost.to_numpy()
    as_good, as_cheap = good[:, None] >= good, cheap[:, None] <= cheap  # [i, j]: i against j
    better = (good[:, None] > good) | (cheap[:, None] < cheap)
    return ~(as_good & as_cheap & better).any(axis=0)
