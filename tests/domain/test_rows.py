"""Numbers of many images, put together batch by batch."""

import numpy as np
import torch

from autoencoders.data.rows import by_name, joined


def test_named_parts_are_put_together_in_order(rng) -> None:
    whole = {"error": rng.random(10, np.float32), "code": rng.random((10, 3))}
    parts = [{name: array[first : first + 4] for name, array in whole.items()} for first in (0, 4, 8)]
    found = by_name(iter(parts), 10)
    assert list(found) == list(whole)
    for name, array in whole.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_parts_of_tensors_are_put_together_in_order() -> None:
    whole = torch.arange(30, dtype=torch.float64).view(10, 3)
    found = joined(iter(whole.split(4)), 10)
    assert torch.equal(found, whole) and found.dtype == torch.float64


def test_of_no_part_nothing_comes() -> None:
    assert by_name([], 0) == {} and joined([], 0) is None
