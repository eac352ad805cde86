"""Sections that reports on judged images share."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from autoencoders.data.words import counted
from autoencoders.inspection.detector import Detector
from autoencoders.inspection.verdicts import Decision
from autoencoders.reporting.figures.score_rows import score_rows
from autoencoders.reporting.section import Exhibit, Picture, Section

SHOWN = 48  # images in a gallery
MOST_ROWS = 14  # classes in the figure of scores
BESIDE = (
    "Left: the image, with a frame at its oddest place. Right: the odd places in colour, from purple (1.5 standard "
    "deviations above the usual) to yellow (6 or more). Click to enlarge."
)
HELD_OUT = "used for calibration"
DOTS = (
    "One dot per image; flagged images are orange. The dashed line, if there is one, marks the lowest flagged score. "
    "The first row shows the normal images used for calibration."
)


@dataclass(frozen=True)
class Judged:
    """Images that a detector has judged.

    Attributes:
        verdicts: One row per image: file, score, p_value, flagged, the box of the largest error and, where it is known,
            class.
        maps: The error maps by file, uint8 (H, W), as `error_map.pictured` returns them.
        picture: What `scores_figure` draws of them, as PNG.
    """

    verdicts: pd.DataFrame
    maps: Mapping[str, np.ndarray]
    picture: bytes


def scores_figure(detector: Detector, verdicts: pd.DataFrame) -> Figure:
    """Draw the scores of the calibration images and, class by class, of those judged.

    Args:
        detector: The detector.
        verdicts: score, flagged and, where it is known, class; without a score, a picture could not be read.
    """
    read = verdicts.dropna(subset="score")
    normal = detector.settings.learnt_from.get("class", "")
    groups = {f"{normal or 'normal'}, {HELD_OUT}": detector.calibration}
    classes = read["class"] if "class" in read else pd.Series("new images", index=read.index)
    names = list(classes.value_counts().index)
    for name in sorted(names[:MOST_ROWS], key=lambda name: (name != normal, name)):
        groups[f"{name}, judged" if name == normal else str(name)] = read.loc[classes == name, "score"].to_numpy()
    flagged = read.loc[read["flagged"].astype(bool), "score"]
    left_out = len(names) - MOST_ROWS
    note = DOTS + (
        f" {counted(left_out, 'smaller class').replace('classs', 'classes')} are not shown." * (left_out > 0)
    )
    return score_rows(groups, float(flagged.min()) if len(flagged) else None, said(read), note)


def said(read: pd.DataFrame) -> str:
    """Say how many of the images judged are flagged."""
    return f"Flagged: {int(read['flagged'].astype(bool).sum()):,} of {counted(len(read), 'image')} judged"


def stated(decision: Decision) -> str:
    """Say what limits the flags."""
    share = f"{100 * decision.level:g} %"
    if decision.rule == "rate":
        return f"The rule judges each image separately and flags at most {share} of normal images, on average."
    return f"Under this rule, at most {share} of the flagged images are normal, on average."


def oddest_section(judged: Judged, decision: Decision, warnings: list[str], exhibits: list[Exhibit]) -> Section:
    """Return the section that shows the oddest images.

    Args:
        judged: The images, and what was found; each has a score.
        decision: What is flagged.
        warnings: What is to be known before the flags are used.
        exhibits: The oddest images, the oddest first.
    """
    answer = f"{said(judged.verdicts)}. {stated(decision)}"
    if len(exhibits) < len(judged.verdicts):
        answer += f" The {len(exhibits)} oddest are shown below."
    return Section(
        "the oddest images",
        "Which images are odd, and where?",
        f"{answer} {BESIDE}",
        pd.DataFrame(),
        pictures=[
            Picture("Anomaly scores", "Scores of all images judged and of the calibration images.", judged.picture)
        ],
        warnings=warnings,
        gallery=exhibits,
    )


def files_section(notes: list[str], unreadable: dict[str, str]) -> Section:
    """Return the section on what was read and what was not.

    Args:
        notes: What a folder was taken for and what was left out, a sentence each.
        unreadable: Files that cannot be read -> why.
    """
    table = pd.DataFrame({"file": list(unreadable), "why it cannot be read": list(unreadable.values())})
    return Section("the files", "What was read, and what was left out?", "\n".join(notes), table)


def origin(detector: Detector) -> dict[str, str]:
    """Say which detector has judged, for the end of a report."""
    source = detector.settings.learnt_from
    return {
        "detector": f"{detector.settings.name}, version {detector.version}",
        "learnt from": f"{source.get('images', '?')} images, {len(detector.calibration)} held out to calibrate",
        "checksum of the images": str(source.get("checksum", "unknown")),
        "made with": ", ".join(f"{name} {version}" for name, version in detector.settings.made_with.items()),
    }


def percent(value: float) -> str | None:
    """Return a share as a number of percents; nothing for none."""
    return None if value is None or np.isnan(value) else f"{100 * value:.1f}"
