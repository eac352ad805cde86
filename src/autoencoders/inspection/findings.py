"""Findings on a judged test set: how well each kind of anomaly is told from normal images, and where in the images."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy.ndimage import label

from autoencoders.data.stack import forget
from autoencoders.detection.bootstrap import weighted_auroc
from autoencoders.evaluation.bootstrap import draw_weights, interval
from autoencoders.evaluation.metrics import auroc

CONFIDENCE = 0.95
EIGHT_NEIGHBOURS = np.ones((3, 3), dtype=int)
THRESHOLDS = 2**18  # that the curves of pixels are made of, at most, which bounds the memory
CHUNK = 2**22  # pixels looked at at a time


def by_kind(
    scores: np.ndarray,
    kinds: np.ndarray,
    normal: str,
    bootstrap_samples: int,
    seed: int,
    flagged: np.ndarray | None = None,
) -> pd.DataFrame:
    """Say how well each kind of anomaly is told from normal images.

    Args:
        scores: (N,), larger = odder.
        kinds: Kind (N,) of each image, as text.
        normal: The kind that normal images are of.
        bootstrap_samples: Number of resamplings of the N images behind the intervals.
        seed: Seed of these.
        flagged: Which images (N,) were flagged, bool, if that was decided.

    Returns:
        One row per kind of anomaly, in order of their names, and `all` last: kind, images (anomalies of the kind),
        auroc against all normal images, the ends low and high of its 95 % bootstrap interval, and, of decisions,
        flagged, the share in [0, 1] of the kind that is.

    Raises:
        ValueError: Arrays differ in length, normal images or anomalies are missing, or a score is not finite.
    """
    scores, kinds = np.asarray(scores, dtype=np.float64), np.asarray(kinds, dtype=str)
    _check_images(scores, kinds, normal, flagged)
    is_anomaly = kinds != normal
    weights = draw_weights(len(scores), bootstrap_samples, np.random.default_rng(seed))
    groups = [(kind, kinds == kind) for kind in np.unique(kinds[is_anomaly])] + [("all", is_anomaly)]
    rows = []
    for kind, of_kind in groups:
        asked = of_kind | ~is_anomaly
        samples = weighted_auroc(scores[asked], of_kind[asked], weights[:, asked])
        row = {"kind": str(kind), "images": int(of_kind.sum()), "auroc": auroc(scores[asked], of_kind[asked])}
        row["low"], row["high"] = interval(samples, CONFIDENCE)
        rows.append(row if flagged is None else {**row, "flagged": float(np.asarray(flagged)[of_kind].mean())})
    return pd.DataFrame(rows)


def _check_images(scores: np.ndarray, kinds: np.ndarray, normal: str, flagged: np.ndarray | None) -> None:
    lengths = [len(scores), len(kinds), *([] if flagged is None else [len(flagged)])]
    if len(set(lengths)) > 1:
        raise ValueError(f"scores, kinds and flagged must be of the same images, got {' and '.join(map(str, lengths))}")
    if normal not in kinds or (kinds == normal).all():
        found = ", ".join(np.unique(kinds)) or "none"
        raise ValueError(f"kinds must hold the normal kind, {normal!r}, and a kind of anomaly, got {found}")


def pixel_auroc(maps: np.ndarray, masks: np.ndarray) -> float:
    """Return the chance in [0, 1] that a pixel of a defect scores above one that is in none; ties count half.

    Exact up to 262,144 distinct scores of defect pixels; of more, as many thresholds are taken, evenly by rank.

    Args:
        maps: Scores (N, H, W) of pixels, larger = odder; may be memory-mapped.
        masks: Which pixels (N, H, W) are in a defect, bool; normal images hold none.

    Raises:
        ValueError: Shapes differ, masks are not bool, hold no defect or nothing else, or a score is not finite.
    """
    return _area(maps, masks, _each_pixel, limit=1.0)


def aupro(maps: np.ndarray, masks: np.ndarray, limit: float = 0.3) -> float:
    """Return the area under the per-region-overlap curve up to a false positive rate, divided by that rate.

    The overlap at a threshold is the share of a region that scores at least as high, averaged over all regions, so
    that small defects count as much as large ones; the false positive rate is the share of pixels of all images that
    are in no defect and score as high (Bergmann, Batzner, Fauser, Sattlegger and Steger 2021, IJCV). Regions are
    connected by sides or corners. A map of chance has limit / 2.

    Args:
        maps: Scores (N, H, W) of pixels, larger = odder; may be memory-mapped.
        masks: Which pixels (N, H, W) are in a defect, bool; normal images hold none.
        limit: The false positive rate, within (0, 1].

    Returns:
        The area in [0, 1]; see `pixel_auroc` for its precision.

    Raises:
        ValueError: As `pixel_auroc`, or `limit` is out of range.
    """
    if not 0 < limit <= 1:
        raise ValueError(f"limit must lie in (0, 1], got {limit}")
    return _area(maps, masks, _each_region, limit)


def _each_pixel(mask: np.ndarray) -> np.ndarray:
    """Return a weight of 1 for each pixel of defects in a mask (H, W), one after the other."""
    return np.ones(np.count_nonzero(mask))


def _each_region(mask: np.ndarray) -> np.ndarray:
    """Return weights of pixels of defects in a mask (H, W), one after the other, which sum to 1 over each region."""
    regions, _ = label(mask, structure=EIGHT_NEIGHBOURS)
    inside = regions[mask]
    return 1 / np.bincount(inside)[inside]


def _area(maps: np.ndarray, masks: np.ndarray, weigh: Callable[[np.ndarray], np.ndarray], limit: float) -> float:
    """Return the area under the ROC curve of pixels up to a false positive rate, divided by that rate.

    Args:
        maps: Scores (N, H, W).
        masks: Which pixels are positive (N, H, W), bool.
        weigh: Returns the weights of the positive pixels of a mask (H, W).
        limit: The false positive rate.
    """
    _check_pixels(maps, masks)
    thresholds = np.unique(np.concatenate([part[mask] for part, mask in _chunks(maps, masks)]))
    if len(thresholds) > THRESHOLDS:
        thresholds = thresholds[np.linspace(0, len(thresholds) - 1, THRESHOLDS).astype(int)]
    steps = 2 * len(thresholds) + 1
    alarms, hits = np.zeros(steps, dtype=np.int64), np.zeros(steps)
    for part, mask in _chunks(maps, masks):
        weights = np.concatenate([weigh(one) for one in mask])
        hits += np.bincount(_places(part[mask], thresholds), weights, minlength=steps)
        alarms += np.bincount(_places(np.sort(part[~mask]), thresholds), minlength=steps)  # sorted: found far faster
    return _area_up_to(_from_the_top(alarms), _from_the_top(hits), limit)


def _check_pixels(maps: np.ndarray, masks: np.ndarray) -> None:
    if maps.ndim != 3 or maps.shape != masks.shape:
        raise ValueError(f"maps and masks must be of one shape (N, H, W), got {maps.shape} and {masks.shape}")
    if masks.dtype != bool:
        raise ValueError(f"masks must be bool, got {masks.dtype}: compare them with 0")
    defects = sum(np.count_nonzero(mask) for _, mask in _chunks(maps, masks))
    if defects in (0, masks.size):
        raise ValueError(
            f"masks must hold pixels of defects and others, got {defects} pixels of defects among {masks.size}"
        )
    for part, _ in _chunks(maps, masks):
        if not np.isfinite(part).all():
            raise ValueError(f"maps must be finite, got {part[~np.isfinite(part)][0]}")


def _chunks(maps: np.ndarray, masks: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield maps and masks (n, H, W), a few images at a time."""
    images = max(1, CHUNK // maps[0].size)
    for start in range(0, len(maps), images):
        yield maps[start : start + images], masks[start : start + images]
        forget(maps)
        forget(masks)


def _places(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Return where scores (n,) lie among T ascending thresholds: 2 t + 1 at the t-th, 2 t just below, 2 T above all."""
    below = np.searchsorted(thresholds, scores)
    return 2 * below + (thresholds[np.minimum(below, len(thresholds) - 1)] == scores)


def _from_the_top(counts: np.ndarray) -> np.ndarray:
    """Return the share (S + 1,) of all counts (S,) that lies in the highest 0, 1, .. S places."""
    sums = np.concatenate([[0], np.cumsum(counts[::-1])])
    return sums / sums[-1]


def _area_up_to(x: np.ndarray, y: np.ndarray, limit: float) -> float:
    """Return the area under a line through points (n,) from (0, 0) to (1, 1), up to x = limit, divided by limit."""
    width, kept = np.diff(x), np.clip(limit - x[:-1], 0, np.diff(x))
    reached = y[:-1] + np.diff(y) * np.divide(kept, width, out=np.zeros(len(kept)), where=width > 0)
    return float((kept * (y[:-1] + reached)).sum() / 2 / limit)
