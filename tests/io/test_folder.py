"""Images of one's own come from folders, whatever their layout; what is lost is said."""

import logging
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from kedro.io import DataCatalog, DatasetError
from PIL import Image

from autoencoders.data.catalog.folder import FolderDataset
from autoencoders.data.folders import album
from autoencoders.data.images import ImageSet


def put(folder: Path, name: str, colour: object, size: tuple[int, int] = (20, 10), mode: str = "RGB") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(folder / name)


def load(folder: Path, **settings: object) -> ImageSet:
    return FolderDataset(path=str(folder), name="photos", **settings).load()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
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
    assert raw.info["source"] == "images of one's own, class folders"


def test_official_parts_are_folders_above_the_classes(tmp_path):
    put(tmp_path / "TRAIN" / "fine", "a.png", "black")
    put(tmp_path / "Test" / "odd", "a.png", "red")
    put(tmp_path / "val" / "fine", "b.png", "black")
    raw = load(tmp_path, size=(4, 4), channels=3)
    assert raw.info["files"] == ["TRAIN/fine/a.png", "val/fine/b.png", "Test/odd/a.png"]
    assert raw.official_split.tolist() == ["train", "train", "test"]
    assert raw.images[2, :, 0, 0].tolist() == [255, 0, 0]
    assert raw.info["layout"] == "train and test folders" and raw.masks is None


def test_one_folder_without_classes_is_normal(tmp_path):
    put(tmp_path, "a.png", "black")
    raw = load(tmp_path, size=4)
    assert (raw.info["class_names"], raw.info["layout"]) == (["normal"], "one folder without classes")


def test_a_part_without_class_folders_is_normal(tmp_path):
    put(tmp_path / "train", "a.png", "black")
    put(tmp_path / "test" / "odd", "a.png", "black")
    raw = load(tmp_path, size=4)
    assert raw.info["class_names"] == ["normal", "odd"] and raw.labels.tolist() == [0, 1]


def test_train_beside_other_classes_is_a_means_of_transport(tmp_path):
    for name in ("train", "bus"):
        put(tmp_path / name, "a.png", "black")
    assert load(tmp_path, size=4).info["class_names"] == ["bus", "train"]


def test_valid_and_invalid_are_classes(tmp_path):
    for name in ("valid", "invalid"):
        put(tmp_path / name, "a.png", "black")
    assert load(tmp_path, size=4).info["class_names"] == ["invalid", "valid"]


def test_files_in_deeper_folders_belong_to_the_class_above(tmp_path):
    put(tmp_path / "fine" / "monday" / "early", "a.png", "black")
    put(tmp_path / "fine", "b.png", "black")
    raw = load(tmp_path, size=4)
    assert raw.info["class_names"] == ["fine"] and len(raw.images) == 2


def test_folders_that_are_links_are_followed_and_circles_end(tmp_path, photos):
    (tmp_path / "set" / "fine").mkdir(parents=True)
    (tmp_path / "set" / "odd").symlink_to(photos / "odd")
    (tmp_path / "set" / "odd" / "again").symlink_to(tmp_path / "set")
    assert load(tmp_path / "set", size=4).info["files"] == ["odd/b.png"]


def test_image_sets_within_one_are_not_taken_for_classes(tmp_path):
    for name in ("bottle", "cable"):
        put(tmp_path / name / "train" / "good", "a.png", "black")
        put(tmp_path / name / "test" / "good", "a.png", "black")
    with pytest.raises(DatasetError, match=r"of their own, bottle, cable: let path be one of them, .*/bottle$"):
        load(tmp_path)


@pytest.fixture
def bottle(tmp_path: Path) -> Path:
    """Return MVTec AD's layout: two good images, and one with a defect at the left."""
    put(tmp_path / "train" / "good", "000.png", "black")
    put(tmp_path / "test" / "good", "000.png", "black")
    put(tmp_path / "test" / "broken", "000.png", "black")
    defect = np.zeros((10, 20), np.uint8)
    defect[:, :6] = 255
    (tmp_path / "ground_truth" / "broken").mkdir(parents=True)
    Image.fromarray(defect).save(tmp_path / "ground_truth" / "broken" / "000_mask.png")
    (tmp_path / "license.txt").write_text("CC")
    return tmp_path


def test_masks_are_scaled_and_cut_with_their_images(bottle):
    raw = load(bottle, size=5)
    assert raw.info["layout"] == "MVTec AD's folders" and raw.info["class_names"] == ["broken", "good"]
    assert raw.info["files"] == ["train/good/000.png", "test/broken/000.png", "test/good/000.png"]
    assert raw.masks.dtype == bool and raw.masks.shape == (3, 5, 5)
    assert raw.masks.any(axis=(1, 2)).tolist() == [False, True, False]
    assert raw.masks[1].all(axis=0).tolist() == [True, False, False, False, False], "six columns, five of them cut away"
    assert raw.info["without_mask"] == []


def test_a_mask_that_is_missing_damaged_of_another_shape_or_of_no_image_is_said(bottle):
    for name in ("001.png", "002.png", "003.png"):
        put(bottle / "test" / "broken", name, "black")
    (bottle / "ground_truth" / "broken" / "002_mask.png").write_bytes(b"")
    put(bottle / "ground_truth" / "broken", "003_mask.png", "white", size=(10, 10))
    put(bottle / "ground_truth" / "broken", "004_mask.png", "white")
    raw = load(bottle, size=5)
    assert raw.info["without_mask"] == [f"test/broken/00{number}.png" for number in (1, 2, 3)]
    assert raw.info["unreadable"] == {
        "ground_truth/broken/002_mask.png": "is empty",
        "ground_truth/broken/003_mask.png": "is a mask of 10 x 10 pixels for an image of 10 x 20",
    }
    assert raw.info["left_out"]["without an image to mask"] == 1
    assert len(raw.images) == 6 and raw.masks.any(axis=(1, 2)).sum() == 1


def test_what_is_left_out_is_said_in_the_log_and_kept(photos, caplog):
    put(photos, "beside.png", "white")
    (photos / "fine" / "notes.txt").write_text("no image")
    (photos / "odd" / "phone.HEIC").write_text("no image")
    (photos / "odd" / "empty.png").write_bytes(b"")
    (photos / "odd" / "text.jpg").write_bytes(b"no image")
    whole = (photos / "fine" / "c.png").read_bytes()
    (photos / "odd" / "half.png").write_bytes(whole[: len(whole) // 2])
    with caplog.at_level(logging.INFO):
        raw = load(photos, size=4)
    assert raw.info["files"] == ["fine/a.jpg", "fine/c.png", "odd/b.png"]
    assert list(raw.info["unreadable"]) == ["odd/empty.png", "odd/half.png", "odd/text.jpg"]
    assert raw.info["unreadable"]["odd/empty.png"] == "is empty"
    assert raw.info["unreadable"]["odd/text.jpg"] == "is not an image"
    assert raw.info["left_out"] == {
        "outside the folders of this layout": 1,
        "hidden": 1,
        "of a kind that is not read (.heic, .txt)": 2,
    }
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [message for message in warned if "empty.png is empty" in message and "text.jpg is not" in message] == [
        next(message for message in warned if message.startswith("photos: 3 files left out, because they cannot"))
    ]
    assert "photos: 2 files in 2 folders left out, because they are of a kind that is not read" in "\n".join(warned)
    assert raw.info["notes"] == [record.getMessage().removeprefix("photos: ") for record in caplog.records]
    assert raw.info["notes"][0] == "class folders, 3 images of 2 classes (fine 2, odd 1), 4 x 4 pixels, grey."


def test_the_size_is_one_number_two_or_the_most_common_one(photos):
    assert load(photos, size=64).images.shape[2:] == (64, 64)
    assert load(photos, size=[6, 5]).images.shape[2:] == (6, 5)
    raw = load(photos)
    assert raw.images.shape[2:] == (10, 20)
    assert "1 image of another size scaled to this one, 1 of them cut to it." in raw.info["notes"]


def test_an_image_is_cut_around_its_centre(tmp_path):
    (tmp_path / "fine").mkdir()
    picture = np.zeros((4, 8), np.uint8)
    picture[:, 2:6] = 255
    Image.fromarray(picture).save(tmp_path / "fine" / "a.png")
    assert load(tmp_path, size=(4, 4)).images.min() == 255


def test_images_that_would_fill_the_disk_need_a_smaller_size(photos, monkeypatch):
    monkeypatch.setattr(album.shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(DatasetError, match=r"3 images of 10 x 20 pixels would take .* say a smaller size"):
        load(photos)
    assert load(photos, size=(5, 10)).images.size == 150


def test_colour_is_kept_if_any_image_is_coloured(photos):
    assert load(photos, size=2).images.shape[1] == 1, "red, green and blue are alike in all"
    put(photos / "odd", "red.png", "red")
    raw = load(photos, size=2)
    assert raw.images[:, :, 0, 0].tolist() == [[0, 0, 0], [0, 0, 0], [255, 255, 255], [255, 0, 0]]
    assert load(photos, size=2, channels=1).images[:, 0, 0, 0].tolist() == [0, 0, 255, 76]
    assert load(photos, size=2, channels=3).images.shape[1] == 3


def test_floats_are_scaled_alike_over_the_whole_folder(tmp_path):
    for name, value in {"a.tif": 0.0, "b.tif": 0.5, "c.tif": 1.0}.items():
        put(tmp_path / "fine", name, value, mode="F")
    assert load(tmp_path).images[:, 0, 0, 0].tolist() == [0, 128, 255]
    put(tmp_path / "odd", "d.tif", -3.0, mode="F")
    assert load(tmp_path).images[:, 0, 0, 0].tolist() == [191, 223, 255, 0]
    assert load(tmp_path, white=2.0).images[:, 0, 0, 0].tolist() == [0, 64, 128, 0]
    put(tmp_path / "odd", "e.tif", float("nan"), mode="F")
    assert load(tmp_path).info["unreadable"] == {"odd/e.tif": "has values that are not finite"}


def test_twelve_bits_in_sixteen_are_noticed(tmp_path):
    put(tmp_path / "fine", "a.png", 4095, mode="I;16")
    raw = load(tmp_path)
    assert raw.images.max() == 16 and "reach 6.2% of white" in raw.info["notes"][-1]
    raw = load(tmp_path, white=4095)
    assert raw.images.min() == 255 and len(raw.info["notes"]) == 1


def test_more_classes_than_a_byte_counts(tmp_path):
    for number in range(257):
        put(tmp_path / f"{number:03d}", "a.png", "black", size=(2, 2))
    raw = load(tmp_path)
    assert raw.labels.tolist() == list(range(257)) and raw.labels_of(["256"]) == [256]


def test_pictures_are_decoded_one_at_a_time_and_lie_on_disk(tmp_path):
    for number in range(20):
        put(tmp_path / "fine", f"{number}.png", "white" if number < 10 else "red", size=(128, 128))
    load(tmp_path)
    tracemalloc.start()
    images = load(tmp_path).images
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < images.nbytes / 2 and isinstance(images, np.memmap)


def test_names_of_another_encoding_can_be_printed(tmp_path):
    folder = tmp_path / "gr\udcfcn"
    put(folder, "a.png", "black")
    (folder / "\udcfc.png").write_bytes(b"")
    put(folder, "b\n.png", "black")
    raw = load(tmp_path)
    assert raw.info["files"] == [r"gr\udcfcn/a.png", r"gr\udcfcn/b\n.png"]
    assert raw.info["class_names"] == [r"gr\udcfcn"]
    assert r"\udcfc.png is empty" in raw.info["notes"][1]


def test_what_is_wrong_is_named(tmp_path, photos):
    with pytest.raises(
        DatasetError, match=r"there is no folder .*nowhere: name another, or put images into .*nowhere/<class>/$"
    ):
        load(tmp_path / "nowhere")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("no image")
    with pytest.raises(DatasetError, match=r"of other files there are 1, such as a\.txt$"):
        load(tmp_path / "texts")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "a.png").write_bytes(b"no image")
    with pytest.raises(DatasetError, match=r"none of the images in .*damaged can be read: a\.png is not an image$"):
        load(tmp_path / "damaged")
    with pytest.raises(DatasetError, match="channels must be 1 or 3, got 2"):
        load(photos, channels=2)
    with pytest.raises(DatasetError, match="white must be a number above 0, got 0"):
        load(photos, white=0)
    for size in ((4, 0), "64", 6.5, [1, 2, 3], True):
        with pytest.raises(DatasetError, match="size must be a height and a width"):
            load(photos, size=size)
    with pytest.raises(DatasetError, match="load-only"):
        FolderDataset(path=str(photos), name="photos").save({})
