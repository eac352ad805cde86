"""On the official files, where they are; a full training is `kedro run --pipelines mnist.anomaly_detection`."""

import numpy as np
import pytest

from autoencoders.data.catalog.idx import IDXDataset
from autoencoders.data.images import ImageSet
from autoencoders.data.splits import Splits, only, split
from autoencoders.evaluation.metrics import auroc
from autoencoders.training import pca

pytestmark = pytest.mark.slow

PUBLISHED_SSE = {8: 29.35, 30: 13.87, 128: 3.30}  # PCA fitted to all 60,000 training images of MNIST


@pytest.fixture(scope="module")
def mnist(real_images) -> ImageSet:
    return IDXDataset(name="MNIST", path=str(real_images), parts=["train", "test"]).load()


def flat(raw: ImageSet, indices: np.ndarray) -> np.ndarray:
    return raw.images[indices].reshape(len(indices), -1) / np.float32(255)


def test_pca_leaves_the_published_error_on_the_test_images(mnist: ImageSet) -> None:
    train, test = (np.flatnonzero(mnist.official_split == part) for part in ("train", "test"))
    basis = pca.fit(flat(mnist, train))
    for components, published in PUBLISHED_SSE.items():
        errors = pca.reconstruction_errors(basis, flat(mnist, test), components)
        assert 784 * errors.mean() == pytest.approx(published, abs=0.01)


PRINTED = [4.9069, 16.8624, 16.0458, 10.7148, 14.8482, 20.3908, 11.7359, 14.3566, 13.2155, 16.6058]
CENTRED = [4.4641, 16.6535, 15.4137, 10.5702, 15.0635, 20.6127, 11.1977, 13.5807, 12.6890, 16.7954]


def test_the_errors_printed_for_ten_images_come_from_a_projection_without_centring(mnist: ImageSet) -> None:
    train, test = (np.flatnonzero(mnist.official_split == part) for part in ("train", "test"))
    basis = pca.fit(flat(mnist, train))
    demo, components = flat(mnist, test[9705:9715]), basis["components"][:30]
    faulty = demo - demo @ components.T @ components
    assert np.square(faulty).sum(axis=1) == pytest.approx(PRINTED, abs=1e-3)
    assert 784 * pca.reconstruction_errors(basis, demo, 30) == pytest.approx(CENTRED, abs=1e-3)


def test_pca_of_zeros_tells_zeros_from_the_rest(mnist: ImageSet) -> None:
    splits = Splits(seed=0, test="official", validation=0.05, calibration=0.05)
    found = split(mnist.labels, mnist.official_split, splits)
    zeros = only(found["train"], mnist.labels, [0], "train")
    errors = pca.reconstruction_errors(pca.fit(flat(mnist, zeros)), flat(mnist, found["test"]), 32)
    assert auroc(errors, mnist.labels[found["test"]] != 0) > 0.99


def test_kmnist_needs_its_test_part_only(real_images) -> None:
    raw = IDXDataset(name="KMNIST", path=str(real_images), parts=["test"]).load()
    assert raw.images.shape == (10000, 1, 28, 28)
    assert np.bincount(raw.labels).tolist() == [1000] * 10
    parts = split(raw.labels, raw.official_split, Splits(seed=0, test=0.3, validation=0.03, calibration=0.05))
    counts = {name: set(np.bincount(raw.labels[indices]).tolist()) for name, indices in parts.items()}
    assert counts == {"train": {644}, "validation": {21}, "calibration": {35}, "test": {300}}
