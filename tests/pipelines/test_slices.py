"""Slices of the pipelines, run on catalogs in memory."""

from base64 import b64decode

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner

from autoencoders.data.images import ImageSet
from autoencoders.data.splits import Splits
from autoencoders.data.training_set import TrainingSet
from autoencoders.detection.baselines import Baseline
from autoencoders.detection.ensembles import Ensemble
from autoencoders.detection.scoring import Scoring
from autoencoders.detection.standings import COLUMNS
from autoencoders.key import Key
from autoencoders.pipelines.detection import pipeline as detection
from autoencoders.pipelines.evaluation import pipeline as evaluation
from autoencoders.pipelines.ingestion import pipeline as ingestion
from autoencoders.pipelines.reporting import pipeline as reporting
from autoencoders.pipelines.splitting import pipeline as splitting
from autoencoders.pipelines.training import pipeline as training
from autoencoders.training.variant import Compute, Variant

SCORING = {
    "anomaly_score": "mse",
    "bootstrap_samples": 20,
    "thresholds": {"k": 2.0, "alpha": [0.2]},
    "out_of_distribution": {"kinds": ["blank"], "images": 5},
    "scores": {"mse": {"kind": "restoration", "views": 0, "smoothing": 0, "energy": 0, "edges": 0}},
}


def run(pipeline, **data) -> dict:
    catalog = DataCatalog({name: MemoryDataset(value, copy_mode="assign") for name, value in data.items()})
    outputs = SequentialRunner().run(pipeline, catalog)
    return {name: dataset.load() for name, dataset in outputs.items()}


@pytest.fixture
def prepared(rng) -> dict:
    """Return 60 bright and 60 dark noisy images of 6 x 6 pixels, divided."""
    base = np.repeat([60, 190], 60)[:, None, None, None]
    images = (base + rng.integers(-30, 30, (120, 1, 6, 6))).astype(np.uint8)
    labels = np.repeat([0, 1], 60).astype(np.uint8)
    info = {"name": "two greys", "intensity": 255, "class_names": ["dark", "bright"], "source": "this test"}
    raw = ImageSet(images, labels, np.full(120, "train"), info)
    ingested = run(ingestion.create_pipeline(), raw=raw)
    splits = Splits(seed=0, test=0.25, validation=0.1, calibration=0.1)
    return ingested | run(splitting.create_pipeline(), **ingested, **{"params:splits": splits})


@pytest.fixture
def settings() -> dict:
    variant = Variant.model_validate(
        {
            "model": {"architecture": "linear", "latent_dim": 2, "tied_weights": False},
            "scale": "unit",
            "corruption": {"kind": "none"},
            "penalty": {"kind": "none"},
            "training": {
                "epochs": 120,
                "batch_size": 8,
                "optimizer": "adam",
                "learning_rate": 1e-2,
                "schedule": "one_cycle",
                "weight_decay": 0.0,
                "precision": "float32",
            },
        }
    )
    compute = Compute(device="cpu", threads=1)
    return {"params:variant": variant, "params:seed": 3, "params:compute": compute}


def inputs(pipeline, data: dict) -> dict:
    return {name: data[name] for name in pipeline.inputs()}


def test_ingestion_states_what_is_known_of_the_images(prepared) -> None:
    info = prepared["images"].info
    assert info["image_shape"] == [1, 6, 6]
    assert (info["train_images"], info["test_images"]) == (120, 0)


def test_training_never_sees_calibration_and_test_images(prepared, settings) -> None:
    fitting = training.create_pipeline() + training.create_pca_pipeline()
    seen = {name: prepared["splits"][name] for name in ("train", "validation")}
    outputs = run(fitting, **inputs(fitting, prepared | settings | {"splits": seen}))
    assert outputs["weights"] and outputs["basis"]


def test_a_reconstruction_experiment_runs_from_images_to_metrics(prepared, settings) -> None:
    baseline = training.create_pca_pipeline()
    data = prepared | settings
    data |= run(baseline, **inputs(baseline, data))
    experiment = training.create_pipeline() + evaluation.create_pipeline()
    outputs = run(experiment, **inputs(experiment, data))
    metrics = outputs["metrics"]
    assert metrics["seed"] == 3 and metrics["code/latent_dim"] == 2
    assert metrics["test/sse"] == pytest.approx(36 * metrics["test/mse"])
    assert all(value == 1 for name, value in metrics.items() if name.startswith("gate/"))
    assert outputs["examples"]["originals"].shape == (2, 1, 6, 6)


@pytest.fixture
def one_class(prepared, settings) -> dict:
    """Return the same with dark images alone as normal ones."""
    select = splitting.create_one_class_pipeline(drawn=False)
    whole = {"all_splits": prepared["splits"], "params:normal_class": [0]}
    normal = run(select, **inputs(select, prepared | whole))
    scoring = Scoring.model_validate(SCORING)
    data = prepared | settings | normal | {"params:normal_class": [0], "params:scoring": scoring}
    baseline = training.create_pca_pipeline()
    return data | run(baseline, **inputs(baseline, data))


def test_one_class_training_sees_normal_images_alone(one_class) -> None:
    labels, splits = one_class["images"].labels, one_class["splits"]
    assert all((labels[splits[name]] == 0).all() for name in ("train", "validation", "calibration"))
    assert set(labels[splits["test"]]) == {0, 1}


def test_the_normal_class_may_be_named(one_class, prepared) -> None:
    for drawn in (False, True):
        select = splitting.create_one_class_pipeline(drawn)
        wanted = {"params:training_set": TrainingSet(pollution=0.2), "params:seed": 0}
        data = one_class | wanted | {"all_splits": prepared["splits"]}
        named, numbered = (
            run(select, **inputs(select, data | {"params:normal_class": [one]}))["splits"] for one in ("bright", 1)
        )
        assert all(np.array_equal(named[name], numbered[name]) for name in numbered)
        with pytest.raises(ValueError, match="two greys has no class 'grey'; its numbers and names are: 0 'dark'"):
            run(select, **inputs(select, data | {"params:normal_class": ["grey"]}))


def test_classes_alone_are_set_against_named_ones(one_class, prepared) -> None:
    detector = Key("greys", "detection", "net", "seed_0")
    key = detector._replace(normal_class="night")
    table = pd.DataFrame(
        {
            "split": "test",
            "label": [0, 0, 1, 1],
            "is_anomaly": [False, False, True, True],
            "anomaly_score": [1.0, 2.0, 3.0, 4.0],
            "index": range(4),
        }
    )
    merging = detection.create_merging_pipeline(detector, [key], "greys.images").only_nodes("tabulate_auroc")
    settings = {"scoring": one_class["params:scoring"], "normal_classes": {"night": ["dark"]}, "seeds.seed_0": 0}
    data = {detector.parameter(*name.split(".")): value for name, value in settings.items()}
    found = run(merging, **data, **{key.dataset("scores"): table, "greys.images": prepared["images"]})
    assert found[detector.dataset("auroc_by_class")].values.tolist() == [["net", 0, "night", "class bright", 1.0]]


def test_pollution_changes_what_training_sees_and_not_what_an_anomaly_is(one_class, prepared) -> None:
    select = splitting.create_one_class_pipeline(drawn=True)
    wanted = {"params:training_set": TrainingSet(pollution=0.2), "params:seed": 0}
    data = one_class | wanted | {"all_splits": prepared["splits"]}
    polluted = run(select, **inputs(select, data))
    labels, train = one_class["images"].labels, polluted["splits"]["train"]
    assert 0 < (labels[train] == 1).sum() < (labels[train] == 0).sum()
    stages = Pipeline([training.create_pipeline(), detection.create_variant_pipeline([], False)])
    experiment = stages.only_nodes("train", "score_anomalies")
    clean, other = (run(experiment, **inputs(experiment, one_class | splits)) for splits in ({}, polluted))
    told = ["index", "split", "label", "is_anomaly"]
    assert clean["scores"][told].equals(other["scores"][told])
    assert not clean["scores"].equals(other["scores"])


def test_a_one_class_experiment_tells_bright_images_from_dark_ones(one_class) -> None:
    stages = [
        training.create_pipeline(),
        evaluation.create_one_class_pipeline(),
        detection.create_variant_pipeline([], True),
    ]
    experiment = Pipeline(stages)
    outputs = run(experiment, **inputs(experiment, one_class))
    assert outputs["metrics"]["test/auroc_0"] == 1 and outputs["metrics"]["gate/shuffled_labels"] == 1


def test_an_ensemble_of_a_variant_and_a_baseline_tells_bright_images_from_dark_ones(one_class) -> None:
    baseline = Baseline.model_validate({"kind": "nearest_neighbours", "neighbours": 1})
    data = one_class | {"params:baseline": baseline}
    network = Pipeline([training.create_pipeline(), detection.create_variant_pipeline([], False)])
    stages = {
        "net": network.only_nodes("train", "score_anomalies"),
        "near": detection.create_baseline_pipeline([]).only_nodes("score_with_baseline"),
    }
    found = {name: run(pipeline, **inputs(pipeline, data)) for name, pipeline in stages.items()}
    keys = {name: Key("greys", "detection", name, "seed_0", "dark") for name in found}
    data |= {key.dataset("scores"): found[name]["scores"] for name, key in keys.items()}
    members = [{"detector": "net", "score": "mse"}, {"detector": "near", "weight": 0.5}]
    ensemble = detection.create_ensemble_pipeline(list(keys.values()))
    joint = run(ensemble, **inputs(ensemble, data | {"params:ensemble": Ensemble.model_validate({"members": members})}))
    assert joint["metrics"]["test/auroc_0"] == 1 and joint["metrics"]["gate/scores_vary"] == 1


def test_what_a_detector_costs_is_added_up_over_classes_and_over_an_ensemble_s_members() -> None:
    net, pca, both = (Key("greys", "detection", name, "seed_0") for name in ("net", "pca", "both"))
    costs = pd.DataFrame(
        [("anomaly_score", 1.0, 0.5, 1000)], columns=["score", "fit_seconds", "scoring_seconds", "images"]
    )
    found = {}
    for detector in (net, pca):
        classes = [detector._replace(normal_class=name) for name in ("dark", "bright")]
        data = {key.dataset("cost"): costs for key in classes}
        data |= {key.dataset("history"): pd.DataFrame({"cpu_seconds": [2.0]}) for key in classes}
        found |= run(detection.create_cost_pipeline(detector, classes, trained=True), **data)
    members = [{"detector": name, "score": "mse"} for name in ("net", "pca")]
    ensemble = Ensemble.model_validate({"members": members})
    settings = {"params:greys.detection.ensembles.both": ensemble}
    settings |= {"params:greys.detection.scoring": Scoring.model_validate(SCORING)}
    joint = run(detection.create_ensemble_cost_pipeline(both, [net, pca]), **found, **settings)[both.dataset("cost")]
    assert joint.iloc[0].tolist() == ["anomaly_score", 8, 4, 1000]


def test_classes_are_merged_under_their_labels() -> None:
    detector = Key("greys", "detection", "net", "seed_0")
    dark, bright = (detector._replace(normal_class=name) for name in ("dark", "bright"))
    merging = detection.create_merging_pipeline(detector, [dark, bright], "greys.images").only_nodes("merge_classes")
    found = run(
        merging,
        **{
            dark.dataset("metrics"): {"test/auroc_0": 1.0, "seed": 0},
            bright.dataset("metrics"): {"test/auroc_1": 0.5, "seed": 0},
        },
    )
    assert found["greys.detection.net.seed_0.metrics"]["test/auroc_mean"] == 0.75


PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")


GREYS = ImageSet(*[np.zeros((1, 1, 1, 1))] * 3, {"name": "Greys", "checksum": "1"})
AREAS = [("net", "zero", 0.9), ("net", "mean", 0.9), ("pca", "zero", 0.8), ("pca", "mean", 0.8)]
DETECTORS = pd.DataFrame(AREAS, columns=["detector", "normal_class", "auroc"]).assign(seed=0, low=0.7, high=1.0)
STANDING = pd.DataFrame([("net", "pca", 0.1, 0.05, 0.15, "better", "a/mse + b")], columns=[*COLUMNS, "members"])
WORDS = {"params:benchmark.title": "Title", "params:benchmark.question": "Which?", "provenance": {"command": "run"}}


def ranked() -> pd.DataFrame:
    """Return the ranking of a study's detectors beside a published one."""
    study = Key("greys", "detection")
    detectors = [study._replace(detector=name, seed="seed_0") for name in ("net", "pca")]
    beside = {"images": "greys.images", "published": "greys.detection.published"}
    pipeline = reporting.create_detector_study_pipeline(
        study, detectors, beside, has_ensembles=True, shown_others=False
    )
    paper = {"source": "A paper", "outside_data": "no", "seen": "its table 1", "protocol": "same", "mean": "0.85"}
    tables = {"detectors": DETECTORS, "standings": STANDING}
    data = {study.comparison.dataset(name): table for name, table in tables.items()}
    data |= {"greys.images": GREYS, "greys.detection.published": pd.DataFrame([paper])}
    data |= {"params:greys.detection.scoring": Scoring.model_validate({**SCORING, "reference": "pca"})}
    return run(pipeline.only_nodes("rank_detectors"), **data)[study.comparison.dataset("ranking")]


def benchmark(*names: str) -> dict:
    """Run a benchmark of worlds of the same images, and return what is made of them."""
    worlds = {name: Key("greys", name) for name in names}
    pipeline = reporting.create_benchmark_pipeline(Key("benchmark"), worlds, dict.fromkeys(worlds, "greys"))
    own = {"detectors": DETECTORS, "ranking": ranked()} | dict.fromkeys(("auroc", "scores", "cost_and_quality"), PNG)
    data = {study.comparison.dataset(name): value for study in worlds.values() for name, value in own.items()}
    data |= {"greys.images": GREYS} | WORDS
    joined = run(pipeline.only_nodes(*{node.name for node in pipeline.nodes} - {"write_benchmark"}), **data)
    data |= joined | {"benchmark.worlds": PNG}
    return joined | run(pipeline.only_nodes("write_benchmark"), **data)


def test_a_study_ranks_its_detectors_and_sets_published_ones_beneath() -> None:
    found = ranked().set_index("detector")
    assert found.index.tolist() == ["net", "pca", "A paper"]
    assert found.loc["net", ["mean", "verdict", "members", "protocol"]].tolist() == [0.9, "better", "a/mse + b", "ours"]
    assert found.loc["A paper", ["mean", "outside_data", "seen"]].tolist() == [0.85, "no", "its table 1"]


def test_a_benchmark_of_one_world_shows_its_ranking() -> None:
    found = benchmark("detection")
    assert list(found) == ["benchmark.auroc", "benchmark.report"]
    assert list(found["benchmark.auroc"].columns) == ["world", "detector", "seed", "normal_class", "auroc"]
    report = found["benchmark.report"]
    assert "<td>better</td>" in report and '<td class="number">+10.00</td>' in report
    assert "<td>a/mse + b</td>" in report and "<td>its table 1</td>" in report
    assert "On Greys, net leads with a mean AUROC of 90.00\u00a0%" in report and "A paper, prints 85\u00a0%" in report
    assert '<td class="number">90.00</td>' in report and '<td class="number">85</td>' in report


def test_a_benchmark_of_several_worlds_ranks_detectors_over_them_and_repeats_no_name() -> None:
    found = benchmark("few", "many", "inverted")
    assert found["benchmark.ranks"]["mean_rank"].tolist() == [1, 2]
    report = found["benchmark.report"]
    assert "Over 3 worlds net ranks best: 1.0 of 2 on average." in report
    assert '<td class="number">2.0</td>' in report and '<td class="number">80.00</td>' in report
    assert "Greys, few" in report and "Greys, inverted" in report


def test_a_benchmark_of_many_worlds_leaves_each_to_its_own_page() -> None:
    report = benchmark("few", "many", "inverted", "noisy")["benchmark.report"]
    assert "Over 4 worlds net ranks best" in report and "Greys" not in report


def test_members_of_an_ensemble_are_chosen_from_the_test_images_of_every_dataset() -> None:
    labels = np.array([False, False, True, True])
    rows = pd.DataFrame({"split": "test", "is_anomaly": labels, "anomaly_score": [1.0, 1.0, 2.0, 2.0]})
    calibration = rows.assign(split="calibration", is_anomaly=False)
    good = pd.concat([rows, calibration], ignore_index=True)
    bad = good.assign(anomaly_score=1.0)
    scores = {
        Key(dataset, "choice", name, "seed_0", "zero").dataset("scores"): table
        for dataset in ("a", "b")
        for name, table in {"net": good, "pca": bad}.items()
    }
    keys = {world: [Key(world, "choice", name, "seed_0", "zero") for name in ("net", "pca")] for world in ("a", "b")}
    pipeline = detection.create_selection_pipeline(Key("development"), Key("a", "choice"), keys)
    settings = {"params:development.members": 2, "params:a.choice.scoring": Scoring.model_validate(SCORING)}
    chosen = run(pipeline, **scores, **settings)["development.selection"]
    assert chosen["detector"].tolist()[0] == "net"
    assert chosen[["a", "b", "mean"]].iloc[0].tolist() == [1.0, 1.0, 1.0]
