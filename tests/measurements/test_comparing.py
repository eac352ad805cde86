"""Figures of a study's measurements show its best variants."""

import pandas as pd

from autoencoders.measurements import best_of
from autoencoders.reporting.best import ranked


def test_variants_are_ranked_by_their_auroc_or_else_by_their_error():
    errors = pd.DataFrame({"variant": ["a", "b", "c"], "test/mse_mean": [0.2, 0.1, None]})
    assert ranked(errors) == ["b", "a", "c"]
    assert ranked(errors.assign(**{"test/auroc_mean_mean": [0.9, 0.8, 0.95]})) == ["c", "a", "b"]


def test_of_many_variants_a_figure_shows_the_best_in_the_order_of_the_study():
    assert best_of(["a", "b", "c"], ["c", "a", "b"], most=2) == ["a", "c"]
    assert best_of(["a 0", "a 1", "b 0", "b 1"], ["b", "a"], most=3) == ["a 0", "b 0", "b 1"]
    assert best_of(["a", "b"], ["b", "a"], most=3) == ["a", "b"]
