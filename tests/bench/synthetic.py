"""Image sets of any size, made from scikit-learn's digits: shifted, mixed within a class, brightened and dimmed."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

SIDE = 28  # pixels
REACH = 4  # pixels that a digit is moved at most, in each direction
CHUNK = 10_000  # images that are made together


def write_idx(folder: Path, count: int, test_share: float, seed: int) -> None:
    """Write images and labels, a training and a test part, as gzipped IDX files in torchvision's names.

    Args:
        folder: Where to.
        count: Images of both parts.
        test_share: Share of the test part, in [0, 1].
        seed: Of all that is drawn.
    """
    folder.mkdir(parents=True)
    test = round(test_share * count)
    for number, (part, size) in enumerate({"train": count - test, "t10k": test}.items()):
        images, labels = folder / f"{part}-images-idx3-ubyte.gz", folder / f"{part}-labels-idx1-ubyte.gz"
        with gzip.open(images, "wb", 1) as image_file, gzip.open(labels, "wb", 1) as label_file:
            image_file.write(np.array([0x0803, size, SIDE, SIDE], ">u4").tobytes())
            label_file.write(np.array([0x0801, size], ">u4").tobytes())
            for chunk, chunk_labels in make(size, np.random.default_rng([seed, number])):
                image_file.write(chunk.tobytes())
                label_file.write(chunk_labels.tobytes())


def make(count: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield images, uint8 (n, 28, 28), and labels, uint8 (n,), of ten classes in any order."""
    digits, targets = load_digits(return_X_y=True)
    windows, members = _windows(digits.reshape(-1, 8, 8)), [np.flatnonzero(targets == label) for label in range(10)]
    sizes = np.array([len(one) for one in members])
    starts, order = np.cumsum(sizes) - sizes, np.concatenate(members)
    for first in range(0, count, CHUNK):
        n = min(CHUNK, count - first)
        labels = rng.integers(10, size=n)
        one, other = (order[starts[labels] + rng.integers(sizes[labels])] for _ in range(2))
        shifts = rng.integers(2 * REACH + 1, size=(2, n))
        weight = rng.uniform(0.5, 1, (n, 1, 1)).astype(np.float32)
        mixed = weight * windows[one, *shifts] + (1 - weight) * windows[other, *shifts]
        mixed *= rng.uniform(0.6, 1, (n, 1, 1)).astype(np.float32)
        yield mixed.round().astype(np.uint8), labels.astype(np.uint8)


def _windows(digits: np.ndarray) -> np.ndarray:
    """Return each digit (n, 8, 8) at each place, a view (n, 9, 9, 28, 28) of values up to 255."""
    places = np.linspace(-0.5, 7.5, SIDE).clip(0, 7)
    low = np.minimum(places.astype(int), 6)
    weights = np.zeros((SIDE, 8), np.float32)
    np.put_along_axis(weights, low[:, None], (1 - places + low)[:, None], axis=1)
    np.put_along_axis(weights, low[:, None] + 1, (places - low)[:, None], axis=1)
    large = weights @ digits.astype(np.float32) @ weights.T * (255 / 16)
    padded = np.pad(large, ((0, 0), (REACH, REACH), (REACH, REACH)))
    return np.lib.stride_tricks.sliding_window_view(padded, (SIDE, SIDE), axis=(1, 2))
