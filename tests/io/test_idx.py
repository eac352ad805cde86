"""The MNIST family: whole files load, and each fault is named with its way out."""

import gzip
import hashlib
import os
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torchvision.datasets
from kedro.io import DataCatalog, DatasetError

from autoencoders.data.catalog.idx import CHECKSUMS, IDXDataset

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
WAY_OUT = "; delete it to download it again, or replace it by a whole copy$"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mirror is a closed port of this machine."""
    for name in CHECKSUMS:
        monkeypatch.setattr(getattr(torchvision.datasets, name), "mirrors", ["http://127.0.0.1:9/"])


@pytest.fixture
def raw(tmp_path: Path, write_idx: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small MNIST, whose checksums are made the official ones."""
    folder = tmp_path / "MNIST" / "raw"
    arrays = {
        TRAIN_IMAGES: np.arange(5 * 9).reshape(5, 3, 3),
        TRAIN_LABELS: np.array([0, 1, 2, 8, 9]),
        TEST_IMAGES: np.arange(2 * 9).reshape(2, 3, 3) + 100,
        TEST_LABELS: np.array([4, 5]),
    }
    for name, array in arrays.items():
        digest = hashlib.md5(write_idx(folder / f"{name}.gz", array)).hexdigest()
        monkeypatch.setitem(CHECKSUMS["MNIST"], name, digest)
    return folder


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address under which this machine serves it."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SilentHandler, directory=folder)) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield folder, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class SilentHandler(SimpleHTTPRequestHandler):
    """Serve files without a log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def load(raw: Path, *parts: str) -> dict:
    """Load parts, both unless told, of the MNIST whose files lie in a folder."""
    return IDXDataset(name="MNIST", path=str(raw.parents[1]), parts=list(parts or ("train", "test"))).load()


def test_the_training_part_comes_first_however_parts_are_listed(raw: Path) -> None:
    data = load(raw, "test", "train")
    assert data.images.shape == (7, 1, 3, 3)
    assert data.images[:, 0, 0, 0].tolist() == [0, 9, 18, 27, 36, 100, 109]
    assert data.labels.tolist() == [0, 1, 2, 8, 9, 4, 5]
    assert data.official_split.tolist() == ["train"] * 5 + ["test"] * 2
    assert data.official_split.dtype == "<U5"
    assert data.info["class_names"] == list("0123456789")


def test_only_files_of_the_listed_parts_are_touched(raw: Path) -> None:
    (raw / f"{TRAIN_IMAGES}.gz").write_bytes(b"not read")
    (raw / f"{TRAIN_LABELS}.gz").unlink()
    assert load(raw, "test").official_split.tolist() == ["test", "test"]


def test_a_gzipped_file_goes_before_a_plain_one(raw: Path) -> None:
    (raw / TEST_LABELS).write_bytes(b"not read")
    assert load(raw).labels[-2:].tolist() == [4, 5]


def test_the_checksum_follows_the_contents_not_the_packing(raw: Path) -> None:
    before = load(raw).described().info["checksum"]
    unpack(raw / f"{TEST_LABELS}.gz")
    assert load(raw).described().info["checksum"] == before != load(raw, "train").described().info["checksum"]


def unpack(path: Path) -> Path:
    """Put the plain file in the place of a gzipped one."""
    plain = path.with_suffix("")
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    path.unlink()
    return plain


IMAGES_OF_ZEROS = b"\0\0\x08\x03" + np.array([2, 3, 3], ">u4").tobytes() + bytes(18)
LABELS_OF_THREE = b"\0\0\x08\x01\0\0\0\x03\1\2\3"
DAMAGED_CONTENTS = {  # what becomes of a file's content, and what is said of it
    "truncated": (TRAIN_IMAGES, lambda content: content[:-5], "is truncated .*: it announces 61 bytes and holds 56"),
    "half a header": (TRAIN_IMAGES, lambda content: content[:6], "is truncated .*: it announces 16 bytes and holds 6"),
    "empty": (TRAIN_IMAGES, lambda content: b"", "begins with magic number 0 instead of 2051"),
    "too long": (TEST_LABELS, lambda content: content + b"\0", "too long: it announces 10 bytes and holds more"),
    "images without number": (
        TRAIN_IMAGES,
        lambda content: content[:4] + b"\x80\0\0\0" + content[8:],
        "announces 19,3",
    ),
    "images without end": (TRAIN_IMAGES, lambda content: content[:8] + b"\xff" * 8 + content[16:], "announces 92,2"),
    "labels for images": (TRAIN_IMAGES, lambda content: LABELS_OF_THREE, "magic number 2049 instead of 2051"),
    "other images": (TEST_IMAGES, lambda content: IMAGES_OF_ZEROS, "does not have an official checksum"),
    "a label too many": (TEST_LABELS, lambda content: LABELS_OF_THREE, "does not have an official checksum"),
    "a label outside 0..9": (TEST_LABELS, lambda content: content[:-1] + b"\x0a", "does not have an official checksum"),
}


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("damage", DAMAGED_CONTENTS)
def test_a_damaged_file_is_named_with_the_way_out(damage: str, suffix: str, raw: Path) -> None:
    name, change, sentence = DAMAGED_CONTENTS[damage]
    content = change(unpack(raw / f"{name}.gz").read_bytes())
    (raw / name).unlink()
    path = raw / f"{name}{suffix}"
    path.write_bytes(gzip.compress(content) if suffix else content)
    with pytest.raises(DatasetError, match=f"^{path} .*{sentence}.*{WAY_OUT}"):
        load(raw)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda packed: packed[:-12], id="truncated"),
        pytest.param(lambda packed: b"<!DOCTYPE html>", id="no gzip file"),
        pytest.param(lambda packed: packed[:-6] + bytes([packed[-6] ^ 0xFF]) + packed[-5:], id="a flipped byte"),
    ],
)
def test_a_damaged_gzip_file_is_named_with_the_way_out(change: Callable[[bytes], bytes], raw: Path) -> None:
    path = raw / f"{TRAIN_IMAGES}.gz"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DatasetError, match=rf"^{path} is not a whole gzip file \(.+\){WAY_OUT}"):
        load(raw)


def peak_of_refusal(raw: Path, sentence: str) -> int:
    """Return how many bytes of memory it takes at most to refuse a folder."""
    with pytest.raises(DatasetError, match=f"{sentence}.*{WAY_OUT}"):  # what the first one imports is not counted
        load(raw)
    tracemalloc.start()
    with pytest.raises(DatasetError):
        load(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_no_more_is_unpacked_than_a_file_announces(raw: Path) -> None:
    path = raw / f"{TRAIN_LABELS}.gz"
    path.write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x05" + bytes(2**25), 1))
    assert peak_of_refusal(raw, f"^{path} .* too long: it announces 13 bytes and holds more") < 2**20


def test_no_more_is_read_than_the_family_has(raw: Path) -> None:
    plain = unpack(raw / f"{TRAIN_LABELS}.gz")
    os.truncate(plain, 2**40)
    assert peak_of_refusal(raw, f"^{plain} has 1,099,511,627,776 bytes, more than the 67,108,864 that are read") < 2**20


@pytest.mark.parametrize(
    "made", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path)], ids=["folder", "pipe", "link to itself"]
)
def test_what_is_no_file_is_named_with_the_way_out(made: Callable[[Path], None], raw: Path) -> None:
    path = raw / f"{TEST_LABELS}.gz"
    path.unlink()
    made(path)
    with pytest.raises(DatasetError, match=f"^{path} is not a file, but a folder, a pipe or a link.*{WAY_OUT}"):
        load(raw)


def test_a_file_that_the_system_does_not_read_is_named(raw: Path) -> None:
    path = raw / f"{TEST_LABELS}.gz"
    path.unlink()
    path.symlink_to("/proc/self/mem")  # whose first bytes nobody may read, not even root
    with pytest.raises(DatasetError, match=rf"^{path} cannot be read \(Input/output error\){WAY_OUT}"):
        load(raw)


def test_without_a_network_a_missing_file_is_named_with_every_way_out(raw: Path) -> None:
    (raw / f"{TEST_IMAGES}.gz").unlink()
    with pytest.raises(DatasetError) as caught:
        load(raw)
    message = str(caught.value)
    assert message.startswith(f"MNIST lacks {TEST_IMAGES} (looked for it in {raw}, plain and with .gz)")
    assert "Connection refused" in message
    for way_out in ("connect to the network", "put the file there", "--params raw_data=PATH"):
        assert way_out in message
    assert "\n" not in message
    assert not list(raw.glob(".*"))


def test_a_missing_file_is_not_looked_for_on_the_network_if_the_folder_is_read_only(
    read_only_folder: Path,
) -> None:
    with pytest.raises(DatasetError) as caught:
        IDXDataset(name="MNIST", path=str(read_only_folder), parts=["test"]).load()
    assert "cannot be downloaded: Cannot write" in str(caught.value)
    assert "the folder is read-only (Permission denied)" in str(caught.value)
    assert "--params raw_data=PATH" in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


def test_a_missing_file_is_downloaded_whole_from_the_next_mirror_that_has_it(
    raw: Path, mirror: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = mirror
    path = (raw / f"{TEST_IMAGES}.gz").rename(folder / f"{TEST_IMAGES}.gz")
    digest = hashlib.md5(path.read_bytes()).hexdigest()
    monkeypatch.setattr(torchvision.datasets.MNIST, "resources", [(path.name, digest)])
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", ["http://127.0.0.1:9/", address])
    assert len(load(raw).images) == 7
    assert (raw / path.name).read_bytes() == path.read_bytes()
    assert not list(raw.glob(".*"))


def test_a_download_with_the_wrong_checksum_is_not_kept(
    raw: Path, mirror: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = mirror
    path = raw / f"{TEST_IMAGES}.gz"
    path.unlink()
    (folder / path.name).write_bytes(b"something else")
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [address])
    with pytest.raises(DatasetError, match=r"no mirror delivered it .*corrupted"):
        load(raw)
    assert not path.exists()
    assert not list(raw.glob(".*"))


def test_where_only_the_gzipped_file_has_a_checksum_no_other_is_accepted(
    tmp_path: Path, write_idx: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "KMNIST" / "raw"
    files = {f"{TRAIN_IMAGES}.gz": np.zeros((2, 3, 3)), f"{TRAIN_LABELS}.gz": np.zeros(2)}
    for name, array in files.items():
        write_idx(folder / name, array)
    resources = [(name, hashlib.md5((folder / name).read_bytes()).hexdigest()) for name in files]
    monkeypatch.setattr(torchvision.datasets.KMNIST, "resources", resources)
    dataset = IDXDataset(name="KMNIST", path=str(tmp_path), parts=["train"])
    assert len(dataset.load().images) == 2
    unpack(folder / f"{TRAIN_LABELS}.gz")
    with pytest.raises(DatasetError, match=f"{TRAIN_LABELS} does not have an official checksum"):
        dataset.load()


@pytest.mark.parametrize(
    ("name", "parts", "sentence"),
    [
        ("EMNIST", ["train"], "name must be one of .* got 'EMNIST'"),
        ("MNIST", [], r"parts must be a non-empty subset of \['train', 'test'\], got \[\]"),
        ("MNIST", ["valid"], r"got \['valid'\]"),
    ],
)
def test_an_unknown_name_or_part_is_refused(name: str, parts: list[str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        IDXDataset(name=name, path="data/01_raw", parts=parts)


def test_the_files_of_a_collection_exist_or_not(raw: Path) -> None:
    dataset = IDXDataset(name="MNIST", path=str(raw.parents[1]), parts=["test"])
    assert dataset.exists()
    (raw / f"{TEST_LABELS}.gz").unlink()
    assert not dataset.exists()


def test_idx_files_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="load-only"):
        IDXDataset(name="MNIST", path=str(tmp_path), parts=["test"]).save({})


@pytest.mark.parametrize(
    ("name", "parts", "n_images"),
    [("MNIST", ["train", "test"], 70000), ("FashionMNIST", ["test"], 10000), ("KMNIST", ["test"], 10000)],
)
def test_the_real_files_load_through_the_catalog(name: str, parts: list[str], n_images: int, real_data: Path) -> None:
    config = {
        "raw": {
            "type": "autoencoders.data.catalog.idx.IDXDataset",
            "name": name,
            "path": str(real_data),
            "parts": parts,
            "validator": "autoencoders.data.catalog.validators.check_image_set",
        }
    }
    data = DataCatalog.from_config(config).load("raw")
    assert data.images.shape == (n_images, 1, 28, 28)
    assert (data.official_split == "test").sum() == 10000
    assert data.images.max() == data.info["intensity"] == 255
    assert data.info["class_names"][-1] == {"MNIST": "9", "FashionMNIST": "Ankle boot", "KMNIST": "wo"}[name]
    assert len(data.info["class_names"]) == 10
