"""The sliding buffer against a plain list."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.ring import FrameRing


def picture(value: int) -> np.ndarray:
    return np.full((4, 4, 3), value, np.uint8)


@pytest.mark.parametrize("capacity", [1, 2, 5])
def test_holds_the_newest_in_order(capacity):
    ring = FrameRing(capacity, 4)
    for value in range(17):
        ring.append(picture(value))
        count = min(value + 1, capacity)
        assert len(ring) == count
        for wanted in range(1, count + 1):
            seen = ring.newest(wanted)
            assert seen.shape == (wanted, 4, 4, 3)
            assert seen[:, 0, 0, 0].tolist() == list(range(value + 1 - wanted, value + 1))


def test_reading_copies_nothing():
    ring = FrameRing(3, 4)
    for value in range(5):
        ring.append(picture(value))
    assert ring.newest(3).base is ring.newest(2).base


def test_more_than_there_is_is_refused():
    ring = FrameRing(3, 4)
    ring.append(picture(1))
    with pytest.raises(ValueError, match="count is 2; the ring holds 1"):
        ring.newest(2)
    ring.clear()
    with pytest.raises(ValueError, match="holds 0"):
        ring.newest(1)
