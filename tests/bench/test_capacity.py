"""What many cameras take: measured with real processes, calculated by the formula that is told."""

from __future__ import annotations

import sys

import pytest

from har_live.bench.capacity import BUSY, capacity_rows


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc")
def test_thousands_follow_from_what_was_measured(small_weights):
    rows = list(capacity_rows(small_weights("lrcn"), num_cameras=(2,), seconds=0.5, size=(64, 48)))
    measured = {row.name: row.value for row in rows if row.subject.startswith("2 cameras, 48p30")}
    far = {row.name: row.value for row in rows if row.subject.startswith("10,000 cameras")}
    cores = measured["processor time, of a core"] / 100
    assert 0 < measured["of that, decoding"] <= measured["processor time, of a core"]
    assert measured["cameras a core, 70% busy"] == pytest.approx(BUSY / cores)
    assert far["cores, 70% busy"] == pytest.approx(10_000 * cores / BUSY)
    assert 5 < measured["memory"] < 2000
    assert far["memory"] == pytest.approx(10 * measured["memory"])
    assert far["network, 4 Mbit/s each"] == 40
