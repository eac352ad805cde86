"""Judging a stream of pictures: however many there are, a few are in memory."""

import logging
import time
from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from autoencoders.data.folders.stream import Batch, Pictures, in_order
from autoencoders.data.words import counted, listed, printable
from autoencoders.inspection import verdicts
from autoencoders.inspection.detector import Detector, DetectorError
from autoencoders.inspection.error_map import BOX, box, encoded, pictured
from autoencoders.inspection.verdicts import Decision

Scored = tuple[dict[str, bytes], pd.DataFrame]  # error maps of some files, as PNG, and what is found in them

logger = logging.getLogger(__name__)

CHUNK = 64  # pictures that are read and looked at together
LARGE_CHUNK = 1  # of those that are looked at tile by tile
NAMED = 10  # files that a message names, at most
LOGGED = 20  # seconds between two lines of the log


def score(detector: Detector, pictures: Pictures, earlier: pd.DataFrame) -> Iterator[Scored]:
    """Score the pictures of a folder that the same version of a detector has not scored yet as they are now.

    Yields:
        Chunk by chunk the error maps by file, as PNG; and file, score (larger = odder), top, left, height and width of
        the box of the largest error, in pixels of the error map, unreadable (why, if it is), detector (its version)
        and stamp (of the file).
    """
    done = set(latest(earlier, detector, pictures)["file"])
    seen, whole = len(done), len(pictures.files)
    if done:
        logger.info("%d of %d pictures have been scored before", seen, whole)
        yield _scored(detector, pictures, [])  # of a stream, Kedro needs something
    chunks = pictures.chunks(CHUNK if detector.is_whole else LARGE_CHUNK, done)
    said = time.monotonic()
    for maps, table in _all_scored(detector, pictures, chunks):
        yield maps, table
        seen += len(table)
        if time.monotonic() - said > LOGGED or seen == whole:
            logger.info("%d of %d pictures scored", seen, whole)
            said = time.monotonic()


def _all_scored(detector: Detector, pictures: Pictures, chunks: Iterable[list[str]]) -> Iterator[Scored]:
    """Yield what is found in each chunk of files; every core works on chunks of its own."""
    import torch

    look = partial(_scored, detector, pictures)
    _ = detector.panel  # made before threads ask for it
    cores = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield from in_order(look, chunks, cores)
    finally:
        torch.set_num_threads(cores)


def latest(scored: pd.DataFrame, detector: Detector, pictures: Pictures) -> pd.DataFrame:
    """Return the rows of files that are there, by this version of the detector, of the files as they are now."""
    rows = scored[scored["detector"] == detector.version].drop_duplicates("file", keep="last")
    stamps = {file: pictures.stamp(file) for file in pictures.files}
    return rows[rows["stamp"] == rows["file"].map(stamps)]


def _scored(detector: Detector, pictures: Pictures, chunk: list[str]) -> Scored:
    stamps = {file: pictures.stamp(file) for file in chunk}
    batch = pictures.decoded(chunk, detector.read)
    rows, maps = [], {}
    for files, images in _of_one_size(batch):
        try:
            scores, found = detector.look(images)
        except DetectorError as error:
            batch.unreadable.update(dict.fromkeys(files, str(error)))
            continue
        for file, value, own, grey in zip(files, scores, found, pictured(found), strict=True):
            rows.append({"file": file, "score": value} | box(own))
            maps[file] = encoded(grey)
    rows += [{"file": file, "unreadable": why} for file, why in batch.unreadable.items()]
    table = pd.DataFrame(rows, columns=["file", "score", *BOX, "unreadable"])
    return maps, table.assign(detector=detector.version, stamp=table["file"].map(stamps).astype(str))


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
