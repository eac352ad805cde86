"""Ranks over worlds, and what they tell apart."""

import numpy as np
import pandas as pd
import pytest

from autoencoders.detection import ranks

AREAS = {"net": [0.9, 0.8, 0.9], "svm": [0.8, 0.9, 0.8], "pca": [0.7, 0.7, 0.8], "new": [0.99]}


def long(areas: dict[str, list[float]]) -> pd.DataFrame:
    """Return the areas of detectors in worlds a, b and so on, with other rows that must not count."""
    rows = [
        (world, f"{name}{score}", 0, normal_class, area + worse)
        for name, values in areas.items()
        for world, area in zip("abcdefghijklmnop", values, strict=False)
        for score, normal_class, worse in (("", "mean", 0.0), ("", "zero", -0.5), ("/mse", "mean", -0.6))
    ]
    return pd.DataFrame(rows, columns=["world", "detector", "seed", "normal_class", "auroc"])


def test_ranks_by_hand_with_ties_halved_and_the_best_mean_first() -> None:
    found = ranks.rank(long(AREAS)).set_index("detector")
    assert ranks.by_world(found.reset_index(), ranks.RANK).to_numpy().tolist() == [[1, 2, 1], [2, 1, 2.5], [3, 3, 2.5]]
    assert found["mean_rank"].iloc[:3].to_dict() == pytest.approx({"net": 4 / 3, "svm": 5.5 / 3, "pca": 8.5 / 3})
    assert found.loc["svm", "mean_auroc"] == pytest.approx(0.8333, abs=1e-4)


def test_a_detector_that_a_world_lacks_is_left_out_and_said() -> None:
    found = ranks.rank(long(AREAS))
    assert found["detector"].tolist()[-1] == "new" and found.iloc[-1][["a_rank", "mean_rank"]].isna().all()
    assert found["a_auroc"].iloc[-1] == 0.99
    assert ranks.finding(found).endswith("Left out, for a world lacks them: new.")


def test_seeds_are_averaged_before_ranks_are_taken() -> None:
    one, other = long({"net": [0.9], "pca": [0.8]}), long({"net": [0.4], "pca": [0.8]}).assign(seed=1)
    assert ranks.rank(pd.concat([one, other]))["detector"].tolist() == ["pca", "net"]


@pytest.mark.parametrize(("detectors", "q"), [(2, 1.960), (3, 2.343), (5, 2.728), (10, 3.164)])
def test_the_critical_difference_is_demsar_s(detectors: int, q: float) -> None:
    expected = q * (detectors * (detectors + 1) / (6 * 14)) ** 0.5  # table 5 a of Demšar 2006
    assert ranks.critical_difference(detectors, 14) == pytest.approx(expected, abs=2e-3)


def test_demsar_s_four_classifiers_on_fourteen_datasets() -> None:
    mean_ranks = np.array([1.964, 2.000, 2.893, 3.143])  # Demšar 2006, table 6
    difference = ranks.critical_difference(4, 14)
    assert difference == pytest.approx(1.25, abs=0.01)
    assert ranks.alike(mean_ranks, difference) == [(0, 3)]
    assert ranks.alike(mean_ranks, 1.0) == [(0, 2), (2, 3)]


def test_runs_of_detectors_that_are_alike_by_hand() -> None:
    assert ranks.alike(np.array([1.0, 1.5, 2.4, 5.0]), 1.0) == [(0, 1), (1, 2)]
    assert ranks.alike(np.array([1.0, 2.0, 3.0]), 1.0) == []
    assert ranks.alike(np.array([1.0, 1.2, 1.4]), 9.0) == [(0, 2)]


def test_a_detector_that_always_wins_is_told_from_all_others_by_enough_worlds() -> None:
    rng = np.random.default_rng(0)
    areas = {"net": rng.uniform(0.9, 1, 16).tolist()} | {
        f"pca_{i}": rng.uniform(0.5, 0.8, 16).tolist() for i in range(3)
    }
    found = ranks.rank(long(areas))
    assert ranks.chance(found) < 1e-4 and ranks.rivals(found) == []
    assert ranks.headline(found) == (
        "Over 16 worlds net ranks best: 1.0 of 4 on average; all others can be told from it"
    )


def test_detectors_that_are_alike_are_seldom_told_apart() -> None:
    rng = np.random.default_rng(0)
    tables = [ranks.rank(long({name: rng.random(12).tolist() for name in "abcde"})) for _ in range(100)]
    assert np.mean([ranks.chance(table) < 0.05 for table in tables]) < 0.12


def test_two_worlds_test_nothing_and_say_so() -> None:
    found = ranks.rank(long({name: values[:2] for name, values in AREAS.items()}))
    assert ranks.chance(found) is None and ranks.rivals(found) is None
    assert "No test is made of fewer than 3 worlds or detectors" in ranks.finding(found)


def test_detectors_that_tie_everywhere_are_alike() -> None:
    assert ranks.chance(ranks.rank(long({name: [0.9] * 4 for name in "abc"}))) == 1
