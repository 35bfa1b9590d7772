"""Making things ahead changes when they are made, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from har_live.files.prefetch import prefetch

WAIT_SECONDS = 10.0


def num_makers() -> int:
    return sum(thread.name == "har-live-prefetch" for thread in threading.enumerate())


@pytest.mark.parametrize("max_waiting", [1, 3, 100])
def test_the_same_items_in_the_same_order(max_waiting):
    assert list(prefetch(range(50), max_waiting=max_waiting)) == list(range(50))
    assert list(prefetch([], max_waiting=max_waiting)) == []
    assert num_makers() == 0


def test_another_thread_makes_them_and_not_too_many():
    made: list[int] = []
    is_full = threading.Event()

    def make() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if number == 4:
                is_full.set()
            yield number

    items = prefetch(make(), max_waiting=3)
    assert next(items) == 0
    # One was taken, three wait, and one more is made before it is known where to put it.
    assert is_full.wait(WAIT_SECONDS)
    items.close()
    assert made == [0, 1, 2, 3, 4]
    assert num_makers() == 0


def test_an_error_comes_after_what_was_made_before_it():
    def make() -> Iterator[int]:
        yield from (1, 2, 3)
        raise OSError("torn tape")

    seen = []
    with pytest.raises(OSError, match="torn tape") as caught:
        seen.extend(prefetch(make(), max_waiting=2))
    assert seen == [1, 2, 3]
    assert any(entry.name == "make" for entry in caught.traceback), "its traceback says where"
    assert num_makers() == 0


def test_an_item_that_waits_for_ever_can_be_interrupted():
    is_waiting, is_over = threading.Event(), threading.Event()

    def make() -> Iterator[int]:
        yield 1
        is_waiting.set()
        assert is_over.wait(WAIT_SECONDS)

    items = prefetch(make(), max_waiting=2, interrupt=is_over.set)
    assert next(items) == 1
    assert is_waiting.wait(WAIT_SECONDS)
    items.close()
    assert is_over.is_set()
    assert num_makers() == 0


def test_who_stops_early_leaves_no_thread():
    items = prefetch(iter(int, 1), max_waiting=2)
    assert [next(items) for _ in range(5)] == [0] * 5
    assert num_makers() == 1
    del items
    assert num_makers() == 0
