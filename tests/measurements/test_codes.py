"""What lies nearest to an image or to a code."""

import numpy as np
import pytest
import torch
from digit_subject import Identity, subject

from autoencoders.evaluation.latent import encode, nearest_distances, neighbour_accuracy, subset


def images(*values: float) -> torch.Tensor:
    return torch.tensor(values)[:, None, None, None].expand(-1, 1, 2, 2)


def test_the_nearest_distance_is_a_root_mean_square_by_hand():
    distances = nearest_distances(images(0.0, 0.7), images(0.2, 1.0))
    torch.testing.assert_close(distances, torch.tensor([0.2, 0.3]))


def test_an_image_among_the_references_is_at_distance_0_exactly():
    pictures = torch.rand(50, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    assert (nearest_distances(pictures, pictures) == 0).all()


def test_no_references_are_an_error():
    with pytest.raises(ValueError, match="neighbours must be at most 0, the images to choose from, got 1"):
        nearest_distances(images(0.0), images(0.0)[:0])


def test_a_point_does_not_vote_for_itself():
    points, labels = torch.tensor([[0.0], [0.1], [5.0], [5.1]]), np.array([0, 1, 2, 2])
    assert neighbour_accuracy(points, labels, 1) == 0.5
    assert neighbour_accuracy(points, labels, 1, points, labels) == 1


def test_more_votes_than_points_are_an_error():
    with pytest.raises(ValueError, match=r"neighbours must be at most 2, .* got 3"):
        neighbour_accuracy(torch.rand(3, 2), np.zeros(3, dtype=int), 3)


def test_only_test_images_of_known_classes_are_taken():
    one = subject(Identity(), classes=range(3, 5))
    assert set(one.labels[one.known_test_indices()]) == {3, 4}


def test_a_subset_has_no_index_twice_and_never_more_than_there_are(rng: np.random.Generator):
    assert len(np.unique(subset(np.arange(9), 5, rng))) == 5
    assert subset(np.arange(9), 50, rng).tolist() == list(range(9))


def test_codes_do_not_depend_on_the_batches():
    one = subject()
    whole = encode(one.model, one.split("test"))
    parts = torch.cat([one.model.encode(batch) for batch in one.split("test").batches(100)])
    torch.testing.assert_close(parts, whole)


def test_intensities_undo_the_scale():
    raw, unit = subject(Identity(), scale="raw").split("test"), subject(Identity()).split("test")
    assert raw[:].max() == 16
    torch.testing.assert_close(raw.intensities(raw[:]), unit[:])
