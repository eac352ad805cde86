"""Many images stay in their file: whatever is made of them is the same, in little memory."""

import gc
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autoencoders.data import images as of_images
from autoencoders.data import mapped_images
from autoencoders.data.images import ImageSet
from autoencoders.data.mapped_images import MappedImages
from autoencoders.data.splits import Splits, split
from autoencoders.detection.baselines import Baseline
from autoencoders.detection.detectors import images_to_score, score_baseline
from autoencoders.evaluation import errors as evaluation
from autoencoders.evaluation.subject import Subject
from autoencoders.measurements.thresholds import _rotated_errors
from autoencoders.training import engine, pca
from autoencoders.training.variant import Variant

CPU = torch.device("cpu")
INFO = {"name": "spots", "intensity": 255, "class_names": ["0", "1"]}
SPLITS = Splits(seed=0, test="official", validation=0.1, calibration=0.1)
VARIANT = Variant.model_validate(
    {
        "model": {"architecture": "dense", "hidden_dims": [], "latent_dim": 4, "activation": "relu"}
        | {"output_activation": "sigmoid"},
        "training": {"epochs": 1, "batch_size": 256, "optimizer": "adam", "learning_rate": 1e-3},
    }
)


def spots(folder: Path, count: int, side: int) -> ImageSet:
    """Return images in a file, mapped."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    made = np.lib.format.open_memmap(folder / "images.npy", "w+", np.uint8, (count, 1, side, side))
    made[:] = rng.integers(0, 256, (1000, 1, side, side), dtype=np.uint8)[np.arange(count) % 1000]
    made.flush()
    labels, parts = np.arange(count, dtype=np.uint8) % 2, np.where(np.arange(count) % 5, "train", "test")
    return ImageSet(np.load(folder / "images.npy", mmap_mode="r"), labels, parts, INFO)


@pytest.fixture
def stay(monkeypatch) -> None:
    """Let all images stay in their file, and little of it be mapped."""
    monkeypatch.setattr(mapped_images, "COPIED", 0)
    monkeypatch.setattr(mapped_images, "KEPT", 2**24)


def everything(found: ImageSet) -> dict[str, Any]:
    """Return what comes of images, from their description to errors."""
    found = found.described()
    splits = split(found.labels, found.official_split, SPLITS)
    train, validation, test = (found.at(splits[name], CPU) for name in ("train", "validation", "test"))
    basis = pca.fit(train)
    fit = engine.train(VARIANT, train, validation, seed=0)
    model = engine.restore(VARIANT, found.image_shape, fit.weights, CPU)
    errors = evaluation.errors(model, test, basis, VARIANT.corruption, 0)
    rotated = {"rotated": _rotated_errors(model, test)}
    return found.info | splits | basis | fit.weights | fit.snapshots | errors | rotated


def test_what_is_made_of_images_in_a_file_is_the_same_to_the_bit(tmp_path, stay) -> None:
    mapped = spots(tmp_path / "spots", 5000, 6)
    assert isinstance(mapped.at(np.arange(9), CPU).values, MappedImages)
    copied = ImageSet(np.array(mapped.images), mapped.labels, mapped.official_split, INFO)
    assert isinstance(copied.at(np.arange(9), CPU).values, torch.Tensor)
    found, expected = everything(mapped), everything(copied)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)


def test_few_images_are_copied_and_other_devices_get_all_a_part_at_a_time(tmp_path, monkeypatch) -> None:
    mapped, chosen = spots(tmp_path / "spots", 50, 6), np.arange(3, 50, 2)
    assert isinstance(mapped.at(chosen, CPU).values, torch.Tensor)
    for module in (mapped_images, of_images):
        monkeypatch.setattr(module, "COPIED", 5 * 36)
    assert mapped.at(chosen, torch.device("meta")).values.shape == (24, 1, 6, 6)


@pytest.mark.parametrize("index", [slice(None), slice(2, 4), torch.tensor([4, 0, 4])])
def test_mapped_images_are_those_of_a_tensor(index, tmp_path, stay) -> None:
    mapped, chosen = spots(tmp_path / "spots", 50, 6), np.array([3, 1, 4, 1, 5])
    lazy = mapped.at(chosen, CPU, "raw")
    whole = replace(mapped, images=np.array(mapped.images)).at(chosen, CPU, "raw")
    assert lazy.values.shape == whole.values.shape and len(lazy) == 5 and lazy.values.device == CPU
    assert torch.equal(lazy.values[index], whole.values[index])
    assert torch.equal(lazy[index], whole[index])


def rise(function: Callable[..., Any], *arguments: Any) -> int:
    """Return by how many bytes this process grows at most in a call, mapped files among them."""
    status, forget_peak = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not forget_peak.exists():
        pytest.skip("only Linux tells the peak of memory")
    gc.collect()
    forget_peak.write_text("5")

    def told(name: str) -> int:
        return 1024 * int(re.search(rf"{name}:\s+(\d+)", status.read_text())[1])

    before = told("VmRSS")
    function(*arguments)
    return told("VmHWM") - before


def test_no_copy_of_all_images_is_made_from_their_description_to_their_errors(tmp_path, stay) -> None:
    everything(spots(tmp_path / "few", 15_000, 16))  # what is imported and set up once
    many = spots(tmp_path / "many", 150_000, 16)
    assert rise(everything, many) < 1.5 * many.images.nbytes  # a copy of floats alone would take four times as much


def test_a_baseline_scores_images_in_a_file_batch_by_batch(tmp_path, stay) -> None:
    mapped = spots(tmp_path / "spots", 11_000, 6)
    splits = split(mapped.labels, mapped.official_split, SPLITS)
    baseline = Baseline.model_validate({"kind": "nearest_neighbours", "neighbours": 2})

    def scored(dataset: ImageSet) -> np.ndarray:
        subject = Subject(dataset, splits, 0, CPU)
        table, _ = score_baseline(subject, images_to_score(subject, None), baseline)
        return table["anomaly_score"].to_numpy()

    expected = scored(replace(mapped, images=np.array(mapped.images)))
    assert len(expected) > 2048
    np.testing.assert_allclose(scored(mapped), expected, atol=1e-6)
