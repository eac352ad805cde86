"""Figures of a study's measurements show its best variants."""

from autoencoders.measurements import best_of


def test_of_many_variants_a_figure_shows_the_best_in_the_order_of_the_study():
    assert best_of(["a", "b", "c"], ["c", "a", "b"], most=2) == ["a", "c"]
    assert best_of(["a 0", "a 1", "b 0", "b 1"], ["b", "a"], most=3) == ["a 0", "b 0", "b 1"]
    assert best_of(["a", "b"], ["b", "a"], most=3) == ["a", "b"]
    assert best_of(["unmeasured", "a", "b"], ["b", "a"], most=2) == ["a", "b"]
