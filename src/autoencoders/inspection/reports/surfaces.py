"""The report on photographs of surfaces, by several seeds."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from autoencoders.inspection.reports.folder import exhibits
from autoencoders.inspection.reports.sections import BESIDE, percent
from autoencoders.reporting.page import render_page
from autoencoders.reporting.section import Section

NUMBERS = {"auroc": "AUROC, %", "flagged": "flagged, %", "pixel_auroc": "pixel AUROC, %", "aupro": "AUPRO, %"}


def surfaces_page(
    ranking: pd.DataFrame, kinds: pd.DataFrame, shown: dict[str, dict[str, Any]], provenance: dict[str, str]
) -> str:
    """Return the report, one self-contained HTML document.

    Args:
        ranking: What `joining.ranking` has returned.
        kinds: What `joining.kinds` has returned.
        shown: By photograph, of one seed: `images`, `verdicts` and `error_maps`.
        provenance: Command, commit, versions and hardware.
    """
    sections = [ranking_section(ranking, kinds)]
    sections += [photograph_section(name, **material) for name, material in shown.items()]
    checksums = {f"checksum of {name}": material["images"].info["checksum"] for name, material in shown.items()}
    title, lead = "Surfaces: defects on photographs", sections[0].answer
    return render_page(title, lead, provenance | checksums, [section.rendered() for section in sections])


def ranking_section(ranking: pd.DataFrame, kinds: pd.DataFrame) -> Section:
    """Return the section that ranks candidates, and says what is found of each kind of defect."""
    table = ranking.set_index("candidate").map(percent).rename(columns={"mean": "mean, %", "sd": "sd over seeds, %"})
    known = {column: heading for column, heading in NUMBERS.items() if column in kinds}
    found = kinds[["photograph", "kind"]].join(kinds[list(known)].map(percent).rename(columns=known))
    first, second = ranking.iloc[0], ranking.iloc[1]
    whole = kinds[kinds["kind"] == "all"]
    answer = (
        f"The candidate {first['candidate']} leads with a mean AUROC of {first['mean']:.1%}, "
        f"ahead of {second['candidate']} with {second['mean']:.1%}. "
        f"The detectors, chosen without seeing test images, reach a mean AUROC of "
        f"{whole['auroc'].mean():.1%}"
    )
    if "pixel_auroc" in kinds:
        answer += f" ({whole['pixel_auroc'].mean():.1%} per pixel)"
    return Section(
        "all photographs",
        "Which candidate finds defects in photographs best, after learning from good images alone?",
        f"{answer}.",
        table.reset_index(),
        tables={"The chosen detectors, by kind of defect": found.set_index(["photograph", "kind"])},
    )


def photograph_section(name: str, images: Any, verdicts: pd.DataFrame, error_maps: Mapping[str, np.ndarray]) -> Section:
    """Return the section of one photograph: of each class an image that is found as well as most."""
    ordered = verdicts.sort_values("score", kind="stable")
    groups = [group.iloc[[len(group) // 2]] for _, group in ordered.groupby("class", sort=True)]
    usual = pd.concat(groups).sort_values("score", ascending=False)
    said = f"For each class, the image with the median score in the run with the first seed. {BESIDE}"
    shown = exhibits(usual, images, error_maps)
    return Section(name, "What does a defect look like, and is it found?", said, pd.DataFrame(), gallery=shown)
