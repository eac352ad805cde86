"""What detectors cost, beside how well they detect."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from autoencoders.detection import cost
from autoencoders.detection.ensembles import Ensemble
from autoencoders.training.clock import cpu_seconds, timed


def work(seconds: float) -> str:
    """Keep the processor busy for about so long, counted on this thread's own clock."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return "done"


def test_work_takes_processor_time_and_waiting_takes_none() -> None:
    made, seconds = timed(work, 0.05)
    assert made == "done" and 0.05 <= seconds < 0.1
    assert timed(time.sleep, 0.1)[1] < 0.02


def test_a_thread_beside_others_counts_its_own_time_alone() -> None:
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda seconds: timed(work, seconds)[1], [0.05, 0.1]))
    assert found == pytest.approx([0.05, 0.1], abs=0.02)


def test_the_main_thread_counts_the_threads_that_work_for_it() -> None:
    start = cpu_seconds()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, [0.05, 0.05]))
    assert cpu_seconds() - start >= 0.1


def class_cost(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["score", "fit_seconds", "scoring_seconds"]).assign(images=1000)


def history(*seconds: float) -> pd.DataFrame:
    return pd.DataFrame({"cpu_seconds": seconds})


def test_costs_of_classes_add_up_by_hand() -> None:
    costs = [
        class_cost(("anomaly_score", 1, 0.002), ("mse", 2, 0.001)),
        class_cost(("anomaly_score", 3, 0.004), ("mse", 0, 0)),
    ]
    found = cost.over_classes(costs, [history(5, 6), history(7)]).set_index("score")
    assert found.loc["anomaly_score"].tolist() == [18, 4, pytest.approx(3)]  # microseconds: 0.006 s for 2,000 images
    assert found.loc["mse"].tolist() == [18, 2, pytest.approx(0.5)]
    assert cost.over_classes(costs, []).set_index("score")["training_seconds"].tolist() == [0, 0]


def total(training: float, *rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["score", "fit_seconds", "microseconds"]).assign(training_seconds=training)


def test_an_ensemble_trains_each_network_once_and_computes_each_score_once_however_often_it_votes() -> None:
    votes = [("net", "edges"), ("net", "near"), ("pca", "edges"), ("net", "near"), ("forest", None)]
    members = [{"detector": detector, "score": score} for detector, score in votes]
    costs = {
        "net": total(100, ("anomaly_score", 1, 10), ("near", 2, 20), ("rapp", 500, 500)),
        "pca": total(7, ("anomaly_score", 4, 40)),
        "forest": total(0, ("anomaly_score", 30, 5)),
    }
    (found,) = cost.of_ensemble(Ensemble.model_validate({"members": members}), costs, "edges").to_dict("records")
    assert found == {"score": "anomaly_score", "training_seconds": 107, "fit_seconds": 37, "microseconds": 75}


def weighed(**detectors: tuple[float, float, float]) -> pd.DataFrame:
    """Return the costs of detectors of which AUROC, minutes of training and microseconds are given."""
    rows = [(name, 0, "mean", area) for name, (area, *_) in detectors.items()] + [("a/mse", 0, "mean", 1.0)]
    areas = pd.DataFrame(rows, columns=["detector", "seed", "normal_class", "auroc"])
    costs = {name: total(60 * minutes, ("anomaly_score", 0, us)) for name, (_, minutes, us) in detectors.items()}
    return cost.beside_quality(areas, costs).set_index("detector")


def test_a_detector_is_optimal_if_none_is_as_good_and_cheaper_or_as_cheap_and_better() -> None:
    found = weighed(a=(0.9, 10, 1), b=(0.8, 5, 2), c=(0.7, 7, 2), d=(0.9, 10, 3), e=(0.6, 1, 0.5))
    assert found.index.tolist() == ["a", "d", "b", "c", "e"]
    assert found.index[found["training_optimal"]].tolist() == ["a", "d", "b", "e"]  # a and d are alike
    assert found.index[found["scoring_optimal"]].tolist() == ["a", "e"]


def test_the_optimal_ones_grow_better_as_they_grow_dearer() -> None:
    rng = np.random.default_rng(0)
    found = weighed(**{f"net_{place}": tuple(rng.uniform(0.5, 1, 3)) for place in range(40)})
    front = found[found["training_optimal"]].sort_values("training_minutes")
    assert 1 < len(front) < 40 and front["auroc"].is_monotonic_increasing
    assert found["auroc"].idxmax() in front.index and found["training_minutes"].idxmin() in front.index


def test_quality_is_the_mean_over_classes_and_seeds() -> None:
    rows = [("a", 0, "mean", 0.8), ("a", 1, "mean", 0.9), ("a", 0, "zero", 0.1)]
    areas = pd.DataFrame(rows, columns=["detector", "seed", "normal_class", "auroc"])
    (found,) = cost.beside_quality(areas, {"a": total(30, ("anomaly_score", 30, 5))}).to_dict("records")
    assert found["auroc"] == pytest.approx(0.85)
    assert (found["training_minutes"], found["microseconds"]) == (1, 5)
