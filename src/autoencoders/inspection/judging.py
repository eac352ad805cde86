"""Judging: scores, p-values and decisions of many images, and where each is odd."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from autoencoders.data.images import ImageSet
from autoencoders.data.stack import Stack, forget, pieces
from autoencoders.evaluation.metrics import auroc
from autoencoders.inspection import findings, verdicts
from autoencoders.inspection.detector import Detector
from autoencoders.inspection.error_map import BOX, box, pictured
from autoencoders.inspection.verdicts import Decision

BATCH_PIXELS = 2**24  # of images whose error maps are in memory together
BOOTSTRAP = 1000  # samples behind intervals


def in_batches(images: ImageSet, indices: np.ndarray) -> Iterator[np.ndarray]:
    """Yield indices, as many together as `BATCH_PIXELS` allow."""
    size = max(1, BATCH_PIXELS // images.images[0, 0].size)
    for first in range(0, len(indices), size):
        yield indices[first : first + size]


def judge(
    detector: Detector, images: ImageSet, indices: np.ndarray, decision: Decision
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Judge the images at some indices.

    Returns:
        One row per image: index, file, class, score, p_value, flagged, and what `box` returns of its error map; and the
        error maps by file, uint8 (H, W), as `pictured`, memory-mapped.
    """
    files = images.info.get("files") or [f"{index}.png" for index in range(len(images.labels))]
    scores, boxes, maps = [np.empty(0)], [], Stack(images.image_shape[1:], np.uint8)
    for batch in in_batches(images, indices):
        found, places = detector.look(images.images[batch])
        forget(images.images)
        scores.append(found)
        boxes += map(box, places)
        for grey in pictured(places):
            maps.append(grey)
    score = np.concatenate(scores)
    p = verdicts.p_values(score, detector.calibration)
    classes = images.info["class_names"]
    table = pd.DataFrame(
        {
            "index": indices,
            "file": [files[index] for index in indices],
            "class": [classes[label] for label in images.labels[indices]],
            "score": score,
            "p_value": p,
            "flagged": decision.flags(p),
        }
    )
    table = table.join(pd.DataFrame(boxes, columns=BOX, dtype=int))
    return table, dict(zip(table["file"], maps.mapped(), strict=True))


def find(
    scores: pd.DataFrame, maps: Mapping[str, np.ndarray], images: ImageSet, normal: str, seed: int
) -> pd.DataFrame:
    """Sum up how well each class was told from the normal one, and each pixel, where that is known.

    Args:
        scores: What `judge` has returned.
        maps: The error maps.
        images: The images.
        normal: Name of the normal class.
        seed: Seed of the bootstrap.

    Returns:
        kind, images, auroc, low, high, flagged, and pixel_auroc and aupro where there are masks; empty where all images
        are of one class.
    """
    kinds, score = scores["class"].to_numpy(), scores["score"].to_numpy()
    if (kinds == normal).all() or not (kinds == normal).any():
        return pd.DataFrame(columns=["kind", "images", "auroc", "low", "high", "flagged"])
    table = findings.by_kind(score, kinds, normal, BOOTSTRAP, seed, scores["flagged"].to_numpy())
    if images.masks is None or not any(images.masks[index].any() for index in scores["index"]):
        return table
    areas = []
    for kind in table["kind"]:
        rows = scores[(kinds == normal) | (kinds == kind) | (kind == "all")]
        size = images.image_shape[1:]
        seen = Stack.of((maps[file] for file in rows["file"]), size, np.uint8).mapped()
        marked = Stack.of((images.masks[index] for index in rows["index"]), size, bool).mapped()
        known = any(part.any() for part in pieces(marked))
        areas.append((findings.pixel_auroc(seen, marked), findings.aupro(seen, marked)) if known else (np.nan, np.nan))
    return table.assign(**dict(zip(("pixel_auroc", "aupro"), np.array(areas).T, strict=True)))


def compare(scores: pd.DataFrame, verdicts: pd.DataFrame, normal: str) -> pd.DataFrame:
    """Return candidate and auroc of all candidates on the images judged, best first; none where all are of one class.

    Args:
        scores: split, index and a column for each candidate.
        verdicts: What `judge` has returned.
        normal: Name of the normal class.
    """
    is_odd = (verdicts["class"] != normal).to_numpy()
    candidates = scores.columns.drop(["split", "index"])
    if is_odd.all() or not is_odd.any():
        return pd.DataFrame(columns=["candidate", "auroc"])
    tested = scores[scores["split"] == "test"].set_index("index").loc[verdicts["index"], candidates]
    rows = [(name, auroc(tested[name].to_numpy(dtype=float), is_odd)) for name in candidates]
    return pd.DataFrame(rows, columns=["candidate", "auroc"]).sort_values("auroc", ascending=False, kind="stable")
