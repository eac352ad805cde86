"""A detector in MLflow's registry: each new one the champion, judged with as it is judged with here."""

import base64
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from kedro.io import DataCatalog, MemoryDataset
from PIL import Image

from autoencoders.inspection.answers import answer
from autoencoders.inspection.detector import Detector, Settings
from autoencoders.inspection.error_map import pictured
from autoencoders.inspection.members import Member
from autoencoders.inspection.panel import Usual
from autoencoders.tracking import registry
from autoencoders.tracking.store import connect


@pytest.fixture(scope="module")
def detector() -> Detector:
    rng = np.random.default_rng(0)
    images = rng.integers(90, 120, size=(60, 1, 16, 16)).astype(np.uint8)
    member = Member.model_validate({"kind": "statistics", "share": 0.1})
    settings = Settings(
        name="plain",
        image_shape=(1, 16, 16),
        members={"statistics": member},
        usual={"statistics": Usual(score=(0.0, 1.0), place=(0.0, 1.0))},
        why="It is the only one.",
        learnt_from={"class": "good", "images": 40},
        made_with={},
    )
    learnt = {"statistics": member.fit(torch.from_numpy(images[:40]), torch.empty(0), 0)}
    calibration = Detector(settings, learnt, np.empty(0)).score(images[40:])
    return Detector(settings, learnt, calibration)


def catalog_of(detector: Detector) -> DataCatalog:
    tables = {
        "findings": pd.DataFrame({"kind": ["<script>", "all"], "auroc": [0.9, 0.8]}),
        "candidates": pd.DataFrame({"candidate": ["statistics"], "auroc": [0.8]}),
        "trials": pd.DataFrame({"candidate": ["statistics"], "mean": [0.7]}),
        "detector": detector,
    }
    held = {f"own_images.{name}": MemoryDataset(one, copy_mode="assign") for name, one in tables.items()}
    about = {"command": "kedro run", "commit": "abc", "data_checksum": ""}
    return DataCatalog(held | {"provenance": MemoryDataset(about)})


@pytest.mark.filterwarnings("ignore")  # MLflow and its database warn of themselves
def test_a_detector_is_registered_once_and_a_new_one_becomes_the_champion(detector, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    monkeypatch.chdir(tmp_path)
    asked = {
        "project_path": str(tmp_path),
        "run_id": "now",
        "pipeline_names": ["own_images"],
        "runtime_params": {"detector": "plain"},
    }
    assert registry.register(asked, catalog_of(detector)) == ("plain", 1)
    assert registry.register(asked, catalog_of(detector)) == ("plain", 1)
    other = Detector(detector.settings, detector.learnt, detector.calibration + 1)
    assert registry.register(asked, catalog_of(other)) == ("plain", 2)
    client = connect(f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert registry.champion(client, "plain").version == 2
    run = client.get_run(client.get_model_version("plain", "1").run_id)
    assert run.info.status == "FINISHED" and run.data.metrics["test/auroc_all"] == 0.8

    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    served = mlflow.pyfunc.load_model("models:/plain/1")
    content = registry._example(detector)
    found = served.predict([content], params={"error_map": True})
    assert found == answer(detector, [content], error_map=True)
    assert found[0]["score"] == detector.score(detector.read(content)[np.newaxis])[0]
    assert not list(Path(tmp_path).rglob("*.pkl"))


def test_an_answer_holds_an_error_map_where_it_is_asked_for(detector) -> None:
    content = registry._example(detector)
    (plain,), (full,) = answer(detector, [content]), answer(detector, [content], error_map=True)
    assert set(plain) == {"score", "p_value", "flagged"} and {name: full[name] for name in plain} == plain
    with Image.open(BytesIO(base64.b64decode(full["error_map"]))) as picture:
        scored = pictured(detector.maps(detector.read(content)[np.newaxis]))[0]  # as the pipeline `score` writes it
        np.testing.assert_array_equal(np.asarray(picture), scored)


def test_requests_that_make_no_sense_are_told_so(detector) -> None:
    content = registry._example(detector)
    for contents, options, words in (
        ([content, b"hello"], {}, "picture 1 is not an image; send what a PNG or JPEG"),
        ([b""], {}, "picture 0 is empty"),
        ([content], {"level": 1.0}, "level must lie between 0 and 1, got 1.0"),
        ([content] * 1001, {}, "1000 pictures at most, got 1001"),
    ):
        with pytest.raises(ValueError, match=words):
            answer(detector, contents, **options)
    assert answer(detector, []) == []
