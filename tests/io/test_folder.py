"""Images of one's own come from folders, whatever their format and size."""

import numpy as np
import pytest
from kedro.io import DataCatalog, DatasetError
from PIL import Image

from autoencoders.data.catalog.folder import FolderDataset


def put(folder, name, colour, size=(20, 10)):
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(folder / name)


@pytest.fixture
def photos(tmp_path):
    put(tmp_path / "odd", "b.png", "white")
    put(tmp_path / "fine", "a.jpg", "black")
    put(tmp_path / "fine", "c.png", "black", size=(8, 8))
    (tmp_path / "fine" / ".hidden").write_text("no image")
    return tmp_path


def test_they_come_through_the_catalog_and_pass_its_check(photos):
    entry = {
        "type": "autoencoders.data.catalog.folder.FolderDataset",
        "validator": "autoencoders.data.catalog.validators.check_image_set",
        "path": str(photos),
        "name": "photos",
        "size": [6, 5],
    }
    raw = DataCatalog.from_config({"photos.raw": entry}).load("photos.raw")
    assert raw.images.shape == (3, 1, 6, 5)
    assert raw.info["class_names"] == ["fine", "odd"]
    assert raw.labels.tolist() == [0, 0, 1]
    assert raw.info["files"] == ["fine/a.jpg", "fine/c.png", "odd/b.png"]
    assert raw.images.max(axis=(1, 2, 3)).tolist() == [0, 0, 255]
    assert set(raw.official_split) == {"train"}


def test_official_parts_are_folders_above_the_classes(tmp_path):
    put(tmp_path / "train" / "fine", "a.png", "black")
    put(tmp_path / "test" / "odd", "a.png", "red")
    raw = FolderDataset(path=str(tmp_path), name="photos", size=(4, 4), channels=3).load()
    assert raw.official_split.tolist() == ["train", "test"]
    assert raw.images[1, :, 0, 0].tolist() == [255, 0, 0]


def test_an_image_is_cut_around_its_centre(tmp_path):
    (tmp_path / "fine").mkdir()
    picture = np.zeros((4, 8), np.uint8)
    picture[:, 2:6] = 255
    Image.fromarray(picture).save(tmp_path / "fine" / "a.png")
    assert FolderDataset(path=str(tmp_path), name="photos", size=(4, 4)).load().images.min() == 255


def test_what_is_wrong_is_named(tmp_path, photos):
    with pytest.raises(DatasetError, match=r"there are no images in .*put them into"):
        FolderDataset(path=str(tmp_path / "nowhere"), name="photos", size=(4, 4)).load()
    (photos / "odd" / "c.png").write_bytes(b"no image")
    with pytest.raises(DatasetError, match=r"c\.png is not an image, or damaged"):
        FolderDataset(path=str(photos), name="photos", size=(4, 4)).load()
    with pytest.raises(DatasetError, match="channels must be 1 or 3, got 2"):
        FolderDataset(path=str(photos), name="photos", size=(4, 4), channels=2)
    with pytest.raises(DatasetError, match="size must be a height and a width"):
        FolderDataset(path=str(photos), name="photos", size=(4, 0))
    with pytest.raises(DatasetError, match="load-only"):
        FolderDataset(path=str(photos), name="photos", size=(4, 4)).save({})
