import numpy as np
import pytest
from sklearn.decomposition import PCA

from autoencoders.training import pca


def test_all_components_reconstruct_exactly(rng) -> None:
    images = rng.random((50, 12))
    assert pca.reconstruction_errors(pca.fit(images), images, 12) == pytest.approx(0, abs=1e-10)


def test_a_code_wider_than_the_image_changes_nothing(rng) -> None:
    images = rng.random((50, 12))
    basis = pca.fit(images)
    assert np.array_equal(pca.reconstruction_errors(basis, images, 100), pca.reconstruction_errors(basis, images, 12))


def test_images_on_a_line_need_one_component(rng) -> None:
    images = 0.5 + np.outer(rng.random(30), np.linspace(-0.3, 0.3, 9))
    assert pca.reconstruction_errors(pca.fit(images), images, 1) == pytest.approx(0, abs=1e-10)


def test_the_error_is_the_variance_left_out(rng) -> None:
    images = rng.random((500, 6)) * np.arange(1, 7)
    lost = np.sort(np.linalg.eigvalsh(np.cov(images.T, bias=True)))[:4].sum() / 6
    assert pca.reconstruction_errors(pca.fit(images), images, 2).mean() == pytest.approx(lost, rel=1e-4)


def test_fewer_images_than_pixels_are_enough(rng) -> None:
    images = rng.random((5, 12))
    assert pca.fit(images)["components"].shape == (5, 12)
    assert pca.reconstruction_errors(pca.fit(images), images, 5) == pytest.approx(0, abs=1e-10)


def test_one_image_is_not(rng) -> None:
    with pytest.raises(ValueError, match="at least 2 images, got 1"):
        pca.fit(rng.random((1, 12)))


@pytest.mark.parametrize("count", [50, 8])
def test_components_are_those_of_scikit_learn_from_batches_far_from_zero(rng, monkeypatch, count: int) -> None:
    monkeypatch.setattr(pca, "SCORING_BATCH", 7)
    images = 1e4 + rng.random((count, 12)) * np.arange(1, 13)
    found, expected = pca.fit(images), PCA().fit(images)
    assert np.allclose(found["mean"], expected.mean_)
    varying = min(count - 1, 12)
    assert np.allclose(found["components"][:varying], expected.components_[:varying], atol=1e-5)
