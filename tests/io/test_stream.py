"""Streams: what threads do ahead comes out in order, and only a little is done ahead."""

import threading

import pytest

from autoencoders.data.folders.stream import AHEAD, in_order


def test_results_come_in_order_and_little_is_done_ahead() -> None:
    begun, first = [], threading.Event()

    def doubled(number: int) -> int:
        begun.append(number)
        if number == 0:
            first.wait(5)  # others overtake it
        return 2 * number

    found = in_order(doubled, range(20), workers=2)
    first.set()
    assert next(found) == 0
    assert len(begun) <= 2 * AHEAD + 1
    assert list(found) == list(range(2, 40, 2))


def test_an_error_comes_out_where_it_belongs() -> None:
    found = in_order(lambda number: 1 // (2 - number), range(5), workers=3)
    assert [next(found), next(found)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(found)
