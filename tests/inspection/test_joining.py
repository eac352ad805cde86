"""What several seeds found on several photographs stands side by side."""

import pandas as pd

from autoencoders.inspection.joining import kinds, ranking
from autoencoders.inspection.reports.surfaces import ranking_section


def tables() -> dict[str, pd.DataFrame]:
    found = {}
    for place, (one, other) in {
        "brick.seed_0": (0.5, 0.9),
        "brick.seed_1": (0.7, 0.9),
        "grass.seed_0": (0.6, 1.0),
    }.items():
        found[f"surfaces.{place}.candidates"] = pd.DataFrame({"candidate": ["a", "b"], "auroc": [one, other]})
        found[f"surfaces.{place}.findings"] = pd.DataFrame(
            {"kind": ["fold", "all"], "images": [6, 6], "auroc": [one, other], "low": [0, 0], "high": [1, 1]}
        )
    return found


def test_candidates_are_ranked_by_their_mean_over_photographs_of_means_over_seeds() -> None:
    table = ranking(tables())
    assert table["candidate"].tolist() == ["b", "a"]
    assert table.loc[1, ["brick", "grass", "mean"]].tolist() == [0.6, 0.6, 0.6]
    assert table.loc[0, "mean"] == 0.95


def test_kinds_are_means_over_seeds() -> None:
    table = kinds(tables()).set_index(["photograph", "kind"])
    assert table.loc[("brick", "fold"), "auroc"] == 0.6 and table.loc[("grass", "all"), "auroc"] == 1.0
    assert "low" not in table and "seed" not in table


def test_the_report_says_who_leads_and_what_the_chosen_ones_reach() -> None:
    section = ranking_section(ranking(tables()), kinds(tables()))
    assert section.answer.startswith("The candidate b leads with a mean AUROC of 95.0%, ahead of a with 60.0%.")
    assert section.table["mean, %"].tolist() == ["95.0", "60.0"]
    assert ("brick", "all") in section.tables["The chosen detectors, by kind of defect"].index
