"""Slices of the pipelines, run on catalogs in memory."""

import numpy as np
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner

from autoencoders.experiment import Compute, Splits, Variant
from autoencoders.pipelines.evaluation import pipeline as evaluation
from autoencoders.pipelines.ingestion import pipeline as ingestion
from autoencoders.pipelines.splitting import pipeline as splitting
from autoencoders.pipelines.training import pipeline as training


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
    raw = {
        "name": "two greys",
        "images": images,
        "labels": labels,
        "parts": np.full(120, "train"),
        "intensity": 255,
        "class_names": ["dark", "bright"],
        "checksum": "0",
        "source": "this test",
    }
    ingested = run(ingestion.create_pipeline(), raw=raw)
    splits = Splits(seed=0, test=0.25, validation=0.1, calibration=0.1)
    data = {"labels": ingested["labels"], "parts": ingested["parts"], "params:splits": splits}
    return ingested | run(splitting.create_pipeline(), **data)


@pytest.fixture
def settings() -> dict:
    variant = Variant.model_validate(
        {
            "model": {"architecture": "linear", "latent_dim": 2, "tied_weights": False},
            "scale": "unit",
            "corruption": {"kind": "none"},
            "penalty": {"kind": "none"},
            "training": {
                "epochs": 60,
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


def test_ingestion_states_the_facts(prepared) -> None:
    assert prepared["facts"]["image_shape"] == [1, 6, 6]
    assert (prepared["facts"]["train_images"], prepared["facts"]["test_images"]) == (120, 0)


def test_training_never_sees_the_test_split() -> None:
    for pipeline in (training.create_pipeline(), training.create_baseline_pipeline()):
        assert "held_out_indices" not in pipeline.inputs()


def test_a_reconstruction_experiment_runs_from_images_to_metrics(prepared, settings) -> None:
    baseline = training.create_baseline_pipeline()
    data = prepared | settings | run(baseline, **inputs(baseline, prepared))
    experiment = training.create_pipeline() + evaluation.create_pipeline()
    outputs = run(experiment, **inputs(experiment, data))
    metrics = outputs["metrics"]
    assert metrics["seed"] == 3 and metrics["code/latent_dim"] == 2
    assert metrics["test/sse"] == pytest.approx(36 * metrics["test/mse"])
    assert all(value == 1 for name, value in metrics.items() if name.startswith("gate/"))
    assert outputs["examples"]["originals"].shape == (2, 1, 6, 6)


def test_a_one_class_experiment_tells_bright_images_from_dark_ones(prepared, settings) -> None:
    select = splitting.create_one_class_pipeline()
    whole = {f"all_{name}": prepared[name] for name in ("fit_indices", "held_out_indices")}
    normal = run(select, **inputs(select, prepared | whole | {"params:normal_class": [0]}))
    data = prepared | settings | normal | {"params:normal_class": [0]}
    assert (data["labels"][data["fit_indices"]["train"]] == 0).all()
    assert set(data["labels"][data["held_out_indices"]["test"]]) == {0, 1}
    baseline = training.create_baseline_pipeline()
    data |= run(baseline, **inputs(baseline, data))
    experiment = training.create_pipeline() + evaluation.create_one_class_pipeline()
    metrics = run(experiment, **inputs(experiment, data))["metrics"]
    assert metrics["test/auroc_0"] == 1


def test_classes_are_merged_under_their_labels() -> None:
    merging = evaluation.create_merging_pipeline(["dark", "bright"])
    found = run(
        merging,
        **{
            "dark/metrics": {"test/auroc_0": 1.0, "seed": 0},
            "bright/metrics": {"test/auroc_1": 0.5, "seed": 0},
        },
    )
    assert found["metrics"]["test/auroc_mean"] == 0.75
