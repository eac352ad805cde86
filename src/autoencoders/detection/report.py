"""The report of a benchmark: which detectors lead, beside published ones."""

from collections import Counter
from typing import Any

import pandas as pd

from autoencoders.data.words import counted
from autoencoders.detection import ranks
from autoencoders.detection.ranking import MEAN, ORIGIN, OURS
from autoencoders.reporting.headline import EQUAL, WORSE
from autoencoders.reporting.page import render_page
from autoencoders.reporting.section import Picture, Section

CAPTION = (
    "Area under the ROC curve in percent, by normal class: trained on the official training images of that class, "
    "scored on the whole official test set. Ours: mean over seeds; published rows beneath."
)

RANKS = (
    "Mean AUROC of each detector in each world, the darker the better its rank there; beside it mean ranks, and bars "
    "that join detectors that the worlds do not tell apart."
)

COST = "Mean AUROC over processor time: of training on all normal classes in turn, and of scoring an image."

SCORES = "The same detectors by other scores of the same networks; untrained is the anomaly score before training."


def benchmark_report(
    title: str,
    question: str,
    provenance: dict[str, str],
    worlds: dict[str, dict[str, Any]],
    first: list[Section],
) -> str:
    """Return the report as one self-contained HTML document.

    Args:
        title: The page's title.
        question: What the benchmark asks.
        provenance: Command, commit, versions and hardware.
        worlds: By world that is shown its `images`; its `ranking`, one row per detector, ours and published; and, in
            PNG bytes, `auroc`, the same as a picture, `scores`, another by detector and score, and `cost_and_quality`.
        first: Sections that come before those of the worlds.
    """
    named = _named(worlds)
    sections = [*first, *(_section(name, question, material) for name, material in named.items())]
    checksums = {f"checksum of {name}": material["images"].info["checksum"] for name, material in named.items()}
    summary = " ".join(section.answer for section in sections)
    return render_page(title, summary, provenance | checksums, [section.rendered() for section in sections])


def ranks_section(table: pd.DataFrame, picture: bytes) -> Section:
    """Return the section that ranks detectors over all worlds, of a table from `ranks.rank` and its figure."""
    shown = pd.DataFrame({"detector": table["detector"]})
    for column, factor, form in (("mean_rank", 1, "{:.1f}"), ("mean_auroc", 100, "{:.2f}")):
        shown[column] = (factor * table[column]).map(form.format, na_action="ignore")
    shown = shown.rename(columns={"mean_rank": "mean rank", "mean_auroc": "mean AUROC, %"})
    figure = Picture("All worlds: AUROC, ranks and what they tell apart", RANKS, picture)
    return Section("all worlds", "Which detector ranks best over all worlds?", ranks.finding(table), shown, [figure])


def _named(worlds: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Name each world by its images, and where several show the same, by its own name too."""
    images = {world: material["images"].info["name"] for world, material in worlds.items()}
    many = Counter(images.values())
    own = {world: name if many[name] == 1 else f"{name}, {world.replace('_', ' ')}" for world, name in images.items()}
    return {own[world]: material for world, material in worlds.items()}


def _section(name: str, question: str, material: dict[str, Any]) -> Section:
    pictures = [
        Picture(f"{name}: AUROC by detector and normal class", CAPTION, material["auroc"]),
        Picture(f"{name}: mean AUROC by detector and score", SCORES, material["scores"]),
        Picture(f"{name}: what detectors cost beside how well they detect", COST, material["cost_and_quality"]),
    ]
    ranking = material["ranking"]
    return Section(name, question, answer(name, ranking), readable(ranking), pictures)


def answer(name: str, ranking: pd.DataFrame) -> str:
    """Say which of ours and which of theirs leads."""
    ours, theirs = _own(ranking), ranking[ranking["protocol"] != OURS]
    best = ours.loc[ours[MEAN].idxmax()]
    sentence = f"On {name}, {best['detector']} leads with a mean AUROC of {best[MEAN]:.2%}"
    over = f"{best['low']:.2%} to {best['high']:.2%}, {counted(int(best['seeds']), 'seed')}"
    sentence += f" (95 % interval over test images {over})"
    for outside_data, words in (("no", "the best published row here"), ("yes", "with outside data")):
        rows = theirs[theirs["outside_data"] == outside_data]
        if not rows.empty:
            leader = rows.loc[rows[MEAN].idxmax()]
            sentence += f"; {words}, {leader['detector']}, prints {100 * leader[MEAN]:.4g}%"
    return f"{sentence}.{_behind(ours)}"


def _behind(ours: pd.DataFrame) -> str:
    """Name those that the reference beats, and those that it cannot be told from."""
    said = ""
    for verdict, words in ((WORSE, "Worse than"), (EQUAL, "Not to be told from")):
        found = ours[ours["verdict"] == verdict]
        said += f" {words} {found['reference'].iloc[0]}: {', '.join(found['detector'])}." if len(found) else ""
    return said


def _own(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return our detectors by the score that ranks; rows of other scores have a name with a slash."""
    return ranking[(ranking["protocol"] == OURS) & ~ranking["detector"].str.contains("/")]


def readable(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return what a reader compares: AUROC in percent, as papers print it, theirs with no more places than they do."""
    ranked = ranking[(ranking["protocol"] != OURS) | ~ranking["detector"].str.contains("/")]
    theirs, references = ranked["protocol"] != OURS, ranked["reference"].dropna().unique()[:1]
    columns = ["detector", MEAN, "sd", "low", "high", "seeds", *(["difference", "verdict"] if len(references) else [])]
    columns += [*(["members"] if ranked["members"].notna().any() else []), *(ORIGIN if theirs.any() else [])]
    shown = ranked[columns].copy()
    for column, form in dict.fromkeys((MEAN, "sd", "low", "high"), "{:.2f}").items() | {("difference", "{:+.2f}")}:
        if column in shown:
            shown[column] = (100 * shown[column]).map(form.format, na_action="ignore")
    shown.loc[theirs, MEAN] = (100 * ranked.loc[theirs, MEAN]).map("{:.4g}".format)
    headings = {MEAN: "mean AUROC, %", "outside_data": "outside data"}
    for reference in references:
        headings |= {"difference": f"minus {reference}", "verdict": f"against {reference}"}
    return shown.rename(columns=headings).reset_index(drop=True)
