"""Arrays: memory-mapped, and telling when damaged."""

from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError

from autoencoders.data.catalog.array import ArrayDataset


def test_a_loaded_array_is_a_read_only_memory_map(tmp_path: Path) -> None:
    dataset = ArrayDataset(filepath=str(tmp_path / "images.npy"))
    dataset.save(np.arange(4, dtype=np.uint8))
    array = dataset.load()
    assert isinstance(array, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_an_array_in_use_survives_its_replacement(tmp_path: Path) -> None:
    dataset = ArrayDataset(filepath=str(tmp_path / "images.npy"))
    dataset.save(np.zeros(3))
    before = dataset.load()
    dataset.save(np.ones(3))
    assert before.sum() == 0
    assert dataset.load().sum() == 3


def test_an_empty_array_is_kept(tmp_path: Path) -> None:
    dataset = ArrayDataset(filepath=str(tmp_path / "indices.npy"))
    dataset.save(np.empty(0, dtype=np.int64))
    assert dataset.load().shape == (0,)


@pytest.mark.parametrize("keep", [0, 5, 200])
def test_a_damaged_array_is_named_with_the_way_out(keep: int, tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    dataset = ArrayDataset(filepath=str(path))
    dataset.save(np.arange(100))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DatasetError, match=rf"^{path} is damaged \(.+\); delete it and run"):
        dataset.load()


def test_a_missing_array_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=f"^{tmp_path}/images.npy is missing"):
        ArrayDataset(filepath=str(tmp_path / "images.npy")).load()


def test_an_array_of_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="Object arrays cannot be saved"):
        ArrayDataset(filepath=str(tmp_path / "images.npy")).save(np.array([object()]))
    assert list(tmp_path.iterdir()) == []
