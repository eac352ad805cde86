"""IDX files of one's own: whole ones load, memory-mapped, and each fault is named."""

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError

from autoencoders.data.catalog import idx_file
from autoencoders.data.catalog.idx_folder import IDXFolderDataset

ARRAYS = {
    "train-images-idx3-ubyte.gz": np.arange(5 * 12).reshape(5, 3, 4),
    "train-labels-idx1-ubyte": np.array([0, 1, 1, 0, 1]),
    "t10k-images-idx3-ubyte": np.arange(2 * 12).reshape(2, 3, 4) + 100,
    "t10k-labels-idx1-ubyte.gz": np.array([1, 0]),
}


@pytest.fixture
def folder(tmp_path: Path, write_idx: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, array in ARRAYS.items():
        write_idx(tmp_path / "mine" / name, array)
    return tmp_path / "mine"


def dataset(folder: Path, parts: list[str] | None = None) -> IDXFolderDataset:
    return IDXFolderDataset(path=str(folder), name="mine", class_names=["no", "yes"], source="made up", parts=parts)


def test_both_parts_are_loaded_the_training_part_first(folder: Path) -> None:
    found = dataset(folder).load()
    assert isinstance(found.images, np.memmap) and found.images.dtype == np.uint8
    expected = np.concatenate([ARRAYS["train-images-idx3-ubyte.gz"], ARRAYS["t10k-images-idx3-ubyte"]])
    np.testing.assert_array_equal(found.images[:, 0], expected)
    assert found.labels.tolist() == [0, 1, 1, 0, 1, 1, 0]
    assert found.official_split.tolist() == ["train"] * 5 + ["test"] * 2
    assert found.info == {"name": "mine", "intensity": 255, "class_names": ["no", "yes"], "source": "made up"}
    assert [one.name for one in folder.parent.iterdir()] == ["mine"]


def test_files_of_a_part_that_is_not_listed_are_never_touched(folder: Path) -> None:
    (folder / "t10k-images-idx3-ubyte").unlink()
    assert len(dataset(folder, ["train"]).load().images) == 5
    assert dataset(folder, ["train"]).exists() and not dataset(folder).exists()


def test_files_that_have_changed_are_told_apart(folder: Path) -> None:
    before = dataset(folder).fingerprint()
    assert dataset(folder).fingerprint() == before != dataset(folder, ["train"]).fingerprint()
    (folder / "train-labels-idx1-ubyte").write_bytes(b"longer than it was before")
    assert dataset(folder).fingerprint() != before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda content: content[:-3], r"is truncated: it announces the shape \(5, 3, 4\)"),
        (lambda content: content + b"0", r"is too long: it announces the shape \(5, 3, 4\)"),
        (lambda content: content[:6], "ends within its head"),
        (lambda content: b"PNG" + content[3:], "begins with magic number .* instead of 2051"),
    ],
    ids=["truncated", "too long", "half a head", "another kind"],
)
def test_a_damaged_file_is_named(change: Callable[[bytes], bytes], sentence: str, folder: Path) -> None:
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))
    with pytest.raises(DatasetError, match=f"^{path} {sentence}; replace it by a whole copy$"):
        dataset(folder).load()


def test_a_damaged_gzip_file_is_named(folder: Path) -> None:
    path = folder / "train-images-idx3-ubyte.gz"
    packed = path.read_bytes()
    path.write_bytes(packed[:-6] + bytes([packed[-6] ^ 0xFF]) + packed[-5:])
    with pytest.raises(DatasetError, match=rf"^{path} is not a whole gzip file \(.+\); replace it by a whole copy$"):
        dataset(folder).load()


def test_a_missing_file_and_parts_of_different_sizes_are_named(folder: Path, write_idx: Callable[..., bytes]) -> None:
    write_idx(folder / "t10k-images-idx3-ubyte", np.zeros((2, 4, 4)))
    with pytest.raises(DatasetError, match=r"images of all parts must have one size, got \[\(3, 4\), \(4, 4\)\]"):
        dataset(folder).load()
    (folder / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(DatasetError, match="t10k-images-idx3-ubyte is missing, plain and with"):
        dataset(folder).load()


@pytest.mark.parametrize("parts", [[], ["valid"]])
def test_unknown_parts_are_refused(parts: list[str], folder: Path) -> None:
    with pytest.raises(ValueError, match=r"parts must be a non-empty subset of \['train', 'test'\]"):
        dataset(folder, parts)


def test_images_are_unpacked_a_little_at_a_time(
    folder: Path, write_idx: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idx_file, "PIECE", 2**18)
    write_idx(folder / "train-images-idx3-ubyte.gz", np.zeros((10_000, 28, 28), np.uint8))
    write_idx(folder / "train-labels-idx1-ubyte", np.zeros(10_000, np.uint8))
    tracemalloc.start()
    assert dataset(folder, ["train"]).load().images.nbytes > 7e6
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3e6
