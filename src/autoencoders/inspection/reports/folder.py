"""The report on a folder that a detector was made of."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from autoencoders.data.images import ImageSet
from autoencoders.data.words import counted, printable
from autoencoders.inspection.detector import Detector
from autoencoders.inspection.reports.gallery import exhibits_of
from autoencoders.inspection.reports.sections import SHOWN, Judged, files_section, oddest_section, origin, percent
from autoencoders.inspection.verdicts import Decision
from autoencoders.reporting.page import render_page
from autoencoders.reporting.section import Exhibit, Section

MISTAKES = 12  # of each kind that are shown


def folder_page(
    detector: Detector,
    images: ImageSet,
    judged: Judged,
    decision: Decision,
    tables: dict[str, pd.DataFrame],
    provenance: dict[str, str],
) -> str:
    """Return the report, one self-contained HTML document.

    Args:
        detector: The detector.
        images: The images of the folder.
        judged: Those that nothing was learnt from, and what was found.
        decision: What is flagged.
        tables: `findings` and `candidates` as `judging.find` and `judging.compare` return them, and `trials`.
        provenance: Command, commit, versions and hardware.
    """
    normal, findings, verdicts = detector.settings.learnt_from["class"], tables["findings"], judged.verdicts
    sections = []
    if len(verdicts):
        oddest = verdicts.sort_values("score", ascending=False, kind="stable").head(SHOWN)
        warnings = [decision.shortfall(len(detector.calibration), len(verdicts))]
        shown = exhibits(oddest, images, judged.maps)
        sections.append(oddest_section(judged, decision, list(filter(None, warnings)), shown))
    if len(findings):
        wrong = exhibits(mistakes(verdicts, normal), images, judged.maps)
        sections.append(findings_section(findings, normal, wrong))
    sections.append(choice_section(detector, tables["trials"], tables["candidates"]))
    sections.append(files_section(images.info.get("notes", []), faults(images)))
    summary = f"{answer(findings, len(verdicts), normal)} {detector.settings.why}"
    title = f"{images.info['name'].replace('_', ' ')}: which images are odd?"
    return render_page(title, summary, provenance | origin(detector), [section.rendered() for section in sections])


def exhibits(rows: pd.DataFrame, images: ImageSet, maps: Mapping[str, np.ndarray]) -> list[Exhibit]:
    """Show images of a set, one per verdict."""
    places = zip(rows["index"], rows["file"], strict=True)
    return exhibits_of(rows, ((images.images[index], maps[file]) for index, file in places))


def faults(images: ImageSet) -> dict[str, str]:
    """Return the files that cannot be read, and why, as text that can be printed."""
    return {printable(file): printable(why) for file, why in images.info.get("unreadable", {}).items()}


def answer(findings: pd.DataFrame, judged: int, normal: str) -> str:
    """Say in a sentence or two how well anomalies were told from normal images, or that nothing tells."""
    if not judged:
        return f"All images are of the class {normal!r} and were used to make the detector, so none was judged."
    if findings.empty:
        return "The images judged are all normal or all odd, so there is no AUROC."
    whole = findings.iloc[-1]
    return (
        f"The detector separates {counted(int(whole['images']), 'odd image')} from those of {normal!r} with an AUROC "
        f"of {whole['auroc']:.1%} (95% interval {whole['low']:.1%} to {whole['high']:.1%}) "
        f"and flags {whole['flagged']:.0%} of them."
    )


def mistakes(verdicts: pd.DataFrame, normal: str) -> pd.DataFrame:
    """Return the verdicts that are wrong: normal images that are flagged, then odd ones that are not, worst first."""
    ordered = verdicts.sort_values("score", ascending=False, kind="stable")
    is_normal = ordered["class"] == normal
    alarms, missed = ordered[is_normal & ordered["flagged"]], ordered[~is_normal & ~ordered["flagged"]]
    return pd.concat([alarms.head(MISTAKES), missed.iloc[::-1].head(MISTAKES)])


def findings_section(findings: pd.DataFrame, normal: str, wrong: list[Exhibit]) -> Section:
    """Return the section on how well each class is told from the normal one."""
    table = pd.DataFrame({"class": findings["kind"], "images": findings["images"]})
    table["AUROC, %"] = findings["auroc"].map(percent)
    ends = findings[["low", "high"]].map(percent)
    table["95 % interval"] = ends["low"] + " to " + ends["high"]
    for column, heading in (("flagged", "flagged, %"), ("pixel_auroc", "pixel AUROC, %"), ("aupro", "AUPRO, %")):
        if column in findings:
            table[heading] = findings[column].map(percent)
    said = (
        f"One row per class other than {normal!r}, compared with the normal images judged; the last row is all of them."
    )
    if wrong:
        said += (
            f" Below are the worst mistakes, up to {MISTAKES} of each kind: normal images that were flagged, then odd "
        )
        said += "images that were not."
    return Section("by class", "How well is each class separated from the normal one?", said, table, gallery=wrong)


def choice_section(detector: Detector, trials: pd.DataFrame, candidates: pd.DataFrame) -> Section:
    """Return the section on which candidate judges, and why.

    Args:
        detector: The detector.
        trials: One row per candidate: candidate, AUROC by kind of made-up defect, mean.
        candidates: AUROC of each candidate on the images judged; may be empty.
    """
    ordered = trials.sort_values("mean", ascending=False, kind="stable").set_index("candidate")
    table = pd.DataFrame({"AUROC on made-up defects, %": ordered["mean"].map(percent)})
    if len(candidates):
        judged = candidates.set_index("candidate")["auroc"].reindex(table.index)
        table["AUROC on the images judged, %"] = judged.map(percent)
    kinds = ordered.drop(columns="mean").map(percent).rename(columns=lambda name: str(name).replace("_", " "))
    said = f"{detector.settings.why} The images judged were not used for this choice."
    heading = "By kind of made-up defect, AUROC in %"
    return Section(
        "the detector",
        "Which candidate was chosen, and why?",
        said,
        table.reset_index(),
        tables={heading: kinds.reset_index()},
    )
