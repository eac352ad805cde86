"""Arrays too large for memory lie in a file without a name, and are walked a few megabytes at a time."""

import gc
from pathlib import Path

import numpy as np
import pytest

from autoencoders.data import stack
from autoencoders.data.stack import Stack, forget, pieces


@pytest.fixture
def rows(tmp_path: Path, monkeypatch, rng) -> np.ndarray:
    monkeypatch.chdir(tmp_path)
    return rng.integers(0, 256, size=(50, 3, 40), dtype=np.uint8)


def test_what_was_put_onto_a_stack_outlives_it_and_leaves_no_file(rows, tmp_path) -> None:
    mapped = Stack.of(rows, rows.shape[1:], np.uint8).mapped()
    gc.collect()
    assert isinstance(mapped, np.memmap) and not list(tmp_path.iterdir())
    np.testing.assert_array_equal(mapped, rows)


def test_axes_of_length_one_are_repeated(rows) -> None:
    mapped = Stack.of(rows[:, :1], (3, 40), np.uint8).mapped()
    np.testing.assert_array_equal(mapped, rows[:, :1].repeat(3, axis=1))


def test_a_stack_may_be_empty(rows) -> None:
    assert Stack((3, 40), bool).mapped().shape == (0, 3, 40)


def test_pieces_are_all_there_is_in_order(rows, monkeypatch) -> None:
    monkeypatch.setattr(stack, "PIECE", 1000)
    for array in (rows, Stack.of(rows, rows.shape[1:], np.uint8).mapped(), rows[:0], rows[:, 0, 0]):
        parts = [np.array(part) for part in pieces(array)]
        assert all(part.nbytes <= 1000 for part in parts)
        np.testing.assert_array_equal(np.concatenate([array[:0], *parts]), array)


def test_what_is_forgotten_is_read_again_and_what_was_changed_stays(rows, tmp_path) -> None:
    np.save(tmp_path / "rows.npy", rows)
    for mode in ("r", "c", "r+"):
        mapped = np.load(tmp_path / "rows.npy", mmap_mode=mode)
        expected = rows.copy()
        if mode != "r":
            mapped[0], expected[0] = 7, 7
        forget(mapped)
        np.testing.assert_array_equal(mapped, expected)
