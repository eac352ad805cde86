"""From images to a detector and its verdicts. The libraries that compute are imported when a node runs."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autoencoders.data.folders.stream import Pictures
from autoencoders.data.images import ImageSet
from autoencoders.inspection import candidates as choosing
from autoencoders.inspection import parts as division
from autoencoders.inspection.candidates import Candidates
from autoencoders.inspection.members import Member
from autoencoders.inspection.parts import Parts
from autoencoders.inspection.verdicts import Decision
from autoencoders.pipelines.annotations import Arrays, DataFrame, Figure
from autoencoders.training.variant import Compute

Detector = Any  # autoencoders.inspection.detector.Detector, whose libraries take a second to import


def divide_images(images: ImageSet, parts: Parts) -> Arrays:
    """Divide the images of a folder: normal ones to learn from and to calibrate by, and all those to judge.

    Returns:
        Indices: train, validation, calibration, test, and fold where there are few images.
    """
    return division.divide(images, parts)


def fit_member(images: ImageSet, splits: Arrays, member: Member, seed: int, compute: Compute) -> Arrays:
    """Let one member learn what is normal; of few images a network learns nothing.

    Returns:
        All that it has learnt, by name.
    """
    from autoencoders.inspection import trials
    from autoencoders.training.engine import resolve_device

    if "fold" in splits and member.is_network:
        return {"nothing": np.zeros(1, np.float32)}
    return trials.fit(member, images.images, splits, seed, resolve_device(compute))


def try_candidates(
    images: ImageSet, splits: Arrays, candidates: Candidates, seed: int, compute: Compute, **learnt: Arrays
) -> tuple[DataFrame, dict[str, Any], DataFrame]:
    """Try the candidates on defects made on held-out normal images.

    Returns:
        One row per candidate: candidate, AUROC by kind of made-up defect, and their mean; what is usual for each
        member; and the scores of all candidates for calibration and test images: split, index, a column for each.
    """
    from autoencoders.inspection import trials
    from autoencoders.training.engine import resolve_device

    found = candidates.for_images(choosing.normal_images(splits))
    device = resolve_device(compute)
    trial = trials.Trial(found.members, by_artifact(learnt), images.images, splits, device)
    usual = dict(zip(found.members, trial.learn_usual(seed), strict=True))
    scores = trial.scores(found, ("calibration", "test"))
    return trial.run(found, seed), {name: one.model_dump() for name, one in usual.items()}, scores


def choose_detector(trials: DataFrame, splits: Arrays, candidates: Candidates) -> dict[str, str]:
    """Choose the candidate that judges; no test image is asked.

    Returns:
        Its name under `candidate`, and why.
    """
    name, why = choosing.choose(trials, candidates.for_images(choosing.normal_images(splits)))
    return {"candidate": name, "why": why}


def make_detector(
    images: ImageSet,
    splits: Arrays,
    candidates: Candidates,
    choice: dict[str, str],
    usual: dict[str, Any],
    scores: DataFrame,
    **learnt: Arrays,
) -> Detector:
    """Put the chosen members together with what they have learnt and with the calibration scores."""
    from autoencoders.inspection import making

    calibration = scores.loc[scores["split"] == "calibration", choice["candidate"]].to_numpy(dtype=float)
    source = making.source_of(images, splits)
    return making.assemble(candidates, choice, by_artifact(learnt), usual, calibration, source)


def judge_images(
    detector: Detector, images: ImageSet, splits: Arrays, decision: Decision, compute: Compute
) -> tuple[DataFrame, Arrays]:
    """Judge the images that nothing was learnt from.

    Returns:
        One row per image: index, file, class, score (larger = odder), p_value, flagged; and the error maps by file.
    """
    from autoencoders.inspection import judging
    from autoencoders.training.engine import bound_threads

    bound_threads(compute)
    return judging.judge(detector, images, splits["test"], decision)


def sum_up(
    images: ImageSet, splits: Arrays, verdicts: DataFrame, maps: Arrays, scores: DataFrame, seed: int
) -> tuple[DataFrame, DataFrame]:
    """Sum up how well the detector and the other candidates tell each class from the normal one.

    Returns:
        One row per class: kind, images, auroc, low, high, flagged and, where there are masks, pixel_auroc and aupro;
        and the AUROC of each candidate.
    """
    from autoencoders.inspection import judging

    normal = images.info["class_names"][images.labels[splits["train"][0]]]
    return judging.find(verdicts, maps, images, normal, seed), judging.compare(scores, verdicts, normal)


def score_pictures(
    detector: Detector, pictures: Pictures, scored_before: DataFrame
) -> Iterator[tuple[Arrays, DataFrame]]:
    """Score the pictures of a folder, however many, a few at a time; those that were scored before are left out.

    Yields:
        Of some pictures the error maps by file, and file, score, the box of the largest error, unreadable, detector and
        stamp.
    """
    from autoencoders.inspection import streaming

    yield from streaming.score(detector, pictures, scored_before)


def decide(
    scored: DataFrame, detector: Detector, pictures: Pictures, decision: Decision
) -> tuple[DataFrame, dict[str, Any]]:
    """Turn scores into decisions.

    Returns:
        One row per picture, the oddest first: file, score, p_value, flagged, the box of the largest error, unreadable;
        and how many of each there are, and whether the folder as a whole is unlike what the detector knows.
    """
    from autoencoders.inspection import streaming

    return streaming.decide(scored, detector, pictures, decision)


def draw_scores(detector: Detector, verdicts: DataFrame) -> Figure:
    """Draw the scores of the calibration images and of the images judged."""
    from autoencoders.inspection.reports.sections import scores_figure

    return scores_figure(detector, verdicts)


def write_report(
    detector: Detector,
    images: ImageSet,
    verdicts: DataFrame,
    maps: Arrays,
    decision: Decision,
    provenance: dict[str, str],
    **material: Any,
) -> str:
    """Write the report on a folder that a detector was made of, one self-contained HTML document.

    Args:
        detector: The detector.
        images: The images of the folder.
        verdicts: One row per image judged.
        maps: The error maps by file.
        decision: What is flagged.
        provenance: Command, commit, versions and hardware.
        **material: The tables findings, candidates and trials, and the figure of the scores, in PNG bytes.
    """
    from autoencoders.inspection.reports.folder import folder_page
    from autoencoders.inspection.reports.sections import Judged

    tables = by_artifact(material)
    judged = Judged(verdicts, maps, tables.pop("scores_figure"))
    return folder_page(detector, images, judged, decision, tables, provenance)


def report_pictures(
    detector: Detector,
    pictures: Pictures,
    verdicts: DataFrame,
    summary: dict[str, Any],
    maps: Arrays,
    provenance: dict[str, str],
    **figures: bytes,
) -> str:
    """Write the report on a folder of new images, one self-contained HTML document.

    Args:
        detector: The detector.
        pictures: The folder.
        verdicts: One row per picture, the oddest first.
        summary: How many of each there are, and what is to be known of the verdicts.
        maps: The error maps by file.
        provenance: Command, commit, versions and hardware.
        **figures: The figure of the scores, in PNG bytes.
    """
    from autoencoders.inspection.reports.new_images import new_images_page
    from autoencoders.inspection.reports.sections import Judged

    return new_images_page(detector, pictures, Judged(verdicts, maps, *figures.values()), summary, provenance)


def join_surfaces(**tables: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Join what was found on several photographs by several seeds.

    Returns:
        One row per candidate, the best first: candidate, mean AUROC over seeds on each photograph, and the mean and
        the sd over seeds of the mean over photographs; and one row per photograph and kind of defect: auroc, flagged,
        pixel_auroc and aupro of the detector, means over seeds.
    """
    from autoencoders.inspection import joining

    return joining.ranking(tables), joining.kinds(tables)


def write_surfaces(ranking: DataFrame, kinds: DataFrame, provenance: dict[str, str], **material: Any) -> str:
    """Write the report on photographs of surfaces, one self-contained HTML document.

    Args:
        ranking: One row per candidate, the best first.
        kinds: One row per photograph and kind of defect.
        provenance: Command, commit, versions and hardware.
        **material: For each photograph its images, `<photograph>.images`, and of one seed the verdicts and error maps,
            `surfaces.<photograph>.<seed>.<artifact>`.
    """
    from autoencoders.inspection.reports.surfaces import surfaces_page

    shown: dict[str, dict[str, Any]] = {}
    for name, data in material.items():
        *above, artifact = name.split(".")
        shown.setdefault(above[0] if len(above) == 1 else above[1], {})[artifact] = data
    return surfaces_page(ranking, kinds, shown, provenance)


def by_artifact(found: dict[str, Any]) -> dict[str, Any]:
    """Name data by the last part of their names."""
    return {name.rpartition(".")[2]: data for name, data in found.items()}
