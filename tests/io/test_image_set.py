"""Image sets: memory-mapped, and telling when damaged."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError

from autoencoders.data.catalog.image_set import ImageSetDataset
from autoencoders.data.images import ImageSet

GREY = ImageSet(np.zeros((3, 1, 2, 2), np.uint8), np.arange(3), np.full(3, "train"), {"intensity": 255})


@pytest.fixture
def dataset(tmp_path: Path) -> ImageSetDataset:
    dataset = ImageSetDataset(path=str(tmp_path))
    dataset.save(GREY)
    return dataset


def test_what_is_loaded_is_what_was_saved(dataset: ImageSetDataset) -> None:
    found = dataset.load()
    assert found.info == GREY.info and found.official_split.tolist() == ["train"] * 3
    assert np.array_equal(found.images, GREY.images) and np.array_equal(found.labels, GREY.labels)


def test_masks_are_kept_where_there_are_any_and_do_not_outlive_them(dataset: ImageSetDataset) -> None:
    assert dataset.load().masks is None
    masks = np.arange(12).reshape(3, 2, 2) % 5 == 0
    dataset.save(replace(GREY, masks=masks))
    assert np.array_equal(dataset.load().masks, masks)
    dataset.save(GREY)
    assert dataset.load().masks is None


def test_loaded_images_are_a_read_only_memory_map(dataset: ImageSetDataset) -> None:
    images = dataset.load().images
    assert isinstance(images, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        images[0] = 1


def test_images_in_use_survive_their_replacement(dataset: ImageSetDataset) -> None:
    before = dataset.load()
    dataset.save(replace(GREY, images=GREY.images + 1))
    assert before.images.sum() == 0
    assert dataset.load().images.sum() == 12


def test_it_is_there_when_every_file_is(dataset: ImageSetDataset, tmp_path: Path) -> None:
    assert dataset.exists()
    (tmp_path / "labels.npy").unlink()
    assert not dataset.exists()
    command = f"kedro run --pipelines {tmp_path.name} --tags ingestion"
    with pytest.raises(DatasetError, match=f"^{tmp_path}/labels.npy is missing; write it first: {command}$"):
        dataset.load()


@pytest.mark.parametrize("keep", [0, 5, 130])
def test_a_damaged_file_is_named_with_the_way_out(keep: int, dataset: ImageSetDataset, tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DatasetError, match=rf"^{path} is damaged \(.+\); delete it and write it again: kedro run"):
        dataset.load()


def test_arrays_of_objects_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="Object arrays cannot be saved"):
        ImageSetDataset(path=str(tmp_path)).save(replace(GREY, images=np.array([object()])))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_refuses_is_named(read_only_folder: Path) -> None:
    with pytest.raises(DatasetError, match=f"^Cannot write {read_only_folder}/images.npy: the folder is read-only"):
        ImageSetDataset(path=str(read_only_folder)).save(GREY)


def test_a_full_disk_is_told_and_leaves_no_file(full_disk, tmp_path: Path) -> None:
    large = replace(GREY, images=np.zeros((3, 1, 100, 100), np.uint8))
    with full_disk(), pytest.raises(DatasetError, match=f"^Cannot write {tmp_path}/images.npy: the disk is full"):
        ImageSetDataset(path=str(tmp_path)).save(large)
    assert list(tmp_path.iterdir()) == []
