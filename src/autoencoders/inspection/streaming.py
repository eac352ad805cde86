"""Judging a stream of pictures: however many there are, a few are in memory."""

import logging
from collections.abc import Iterator

import numpy as np
import pandas as pd

from autoencoders.data.folders.stream import Batch, Pictures
from autoencoders.data.words import counted, listed, printable
from autoencoders.inspection import verdicts
from autoencoders.inspection.detector import Detector, DetectorError
from autoencoders.inspection.judging import BOX, box, pictured
from autoencoders.inspection.verdicts import Decision

logger = logging.getLogger(__name__)

BATCH = 512  # pictures that are looked at as a whole together
LARGE_BATCH = 4  # pictures that are looked at tile by tile
NAMED = 10  # files that a message names, at most
LOGGED = 20  # batches between two lines of the log


def score(detector: Detector, pictures: Pictures, earlier: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, dict]]:
    """Score the pictures of a folder that the same version of a detector has not scored yet as they are now.

    Yields:
        Batch by batch: file, score (larger = odder), top, left, height and width of the box of the largest error, in
        pixels of the error map, unreadable (why, if it is), detector (its version) and stamp (of the file); and the
        error maps by file.
    """
    done = set(latest(earlier, detector, pictures)["file"])
    seen, whole = len(done), len(pictures.files)
    if done:
        logger.info("%d of %d pictures have been scored before", seen, whole)
        yield _stamped(_scored(detector, Batch([], [], {})), pictures)  # of a stream, Kedro needs something
    batches = pictures.batches(detector.read, BATCH if detector.is_whole else LARGE_BATCH, done)
    for number, batch in enumerate(batches, start=1):
        yield _stamped(_scored(detector, batch), pictures)
        seen += len(batch.files) + len(batch.unreadable)
        if number % LOGGED == 0 or seen == whole:
            logger.info("%d of %d pictures scored", seen, whole)


def latest(scored: pd.DataFrame, detector: Detector, pictures: Pictures) -> pd.DataFrame:
    """Return the rows of files that are there, by this version of the detector, of the files as they are now."""
    rows = scored[scored["detector"] == detector.version].drop_duplicates("file", keep="last")
    stamps = {file: pictures.stamp(file) for file in pictures.files}
    return rows[rows["stamp"] == rows["file"].map(stamps)]


def _stamped(
    scored: tuple[pd.DataFrame, dict[str, np.ndarray]], pictures: Pictures
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    table, maps = scored
    return table.assign(stamp=table["file"].map(pictures.stamp).astype(str)), maps


def _scored(detector: Detector, batch: Batch) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    rows, maps = [], {}
    for files, images in _of_one_size(batch):
        try:
            scores, found = detector.look(images)
        except DetectorError as error:
            batch.unreadable.update(dict.fromkeys(files, str(error)))
            continue
        for file, value, own, grey in zip(files, scores, found, pictured(found), strict=True):
            rows.append({"file": file, "score": value} | box(own))
            maps[file] = grey
    rows += [{"file": file, "unreadable": why} for file, why in batch.unreadable.items()]
    columns = ["file", "score", *BOX, "unreadable"]
    return pd.DataFrame(rows, columns=columns).assign(detector=detector.version), maps


def _of_one_size(batch: Batch) -> Iterator[tuple[list[str], np.ndarray]]:
    """Yield the pictures of a batch by their size, as arrays (n, C, H, W)."""
    by_size: dict[tuple[int, ...], list[int]] = {}
    for place, image in enumerate(batch.images):
        by_size.setdefault(image.shape, []).append(place)
    for places in by_size.values():
        yield [batch.files[place] for place in places], np.stack([batch.images[place] for place in places])


def decide(
    scored: pd.DataFrame, detector: Detector, pictures: Pictures, decision: Decision
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Turn scores into decisions, and say whether the folder as a whole is like what the detector was calibrated on.

    Scores of files that have gone or changed since do not count.

    Returns:
        One row per picture, the oddest first, unreadable ones last: file, score, p_value, flagged, top, left, height,
        width, unreadable; and a summary: detector, pictures, unreadable, flagged, rule, level, sentences.
    """
    rows = latest(scored, detector, pictures)
    is_read = rows["score"].notna()
    table = rows[is_read].sort_values("score", ascending=False, kind="stable")
    score = table["score"].to_numpy(dtype=float)
    p = verdicts.p_values(score, detector.calibration)
    flagged = decision.flags(p)
    drift = verdicts.drift(score, detector.calibration) if len(score) else None
    sentences = [drift.sentence if drift else "", decision.shortfall(len(detector.calibration), len(score))]
    for sentence in filter(None, sentences):
        logger.warning(sentence)
    for column, name, values in ((2, "p_value", p), (3, "flagged", flagged)):
        table.insert(column, name, values)
    summary = {
        "detector": detector.settings.name,
        "version": detector.version,
        "pictures": len(table),
        "unreadable": int((~is_read).sum()),
        "flagged": int(flagged.sum()),
        "rule": decision.rule,
        "level": decision.level,
        "sentences": [sentence for sentence in sentences if sentence],
    }
    logger.info("%d of %d images flagged", flagged.sum(), len(table))
    lost = [printable(f"{row.file} {row.unreadable}") for row in rows[~is_read].itertuples()]
    if lost:
        logger.warning("%s cannot be read: %s.", counted(len(lost), "file"), listed(lost, NAMED))
    shown = pd.concat([table, rows[~is_read]]).drop(columns=["detector", "stamp"])
    return shown.astype(dict.fromkeys(BOX, "Int64")), summary
