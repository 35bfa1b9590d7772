"""What is counted of trackers, and the streams that are made for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from har_live.people.detection import Detection
from har_live.people.tracker import Track, Tracker
from tests.support.people_made import jittered, person_at
from training.figure.source import FigureSource
from training.measure.multipose import MultiPose
from training.measure.people_measures import IouTracker, judge
from training.measure.people_streams import PeopleStream, side_by_side, through
from training.measure.solo_clips import SoloClip

SIZE = (400, 300)


class Scripted:
    """Gives whom it is shown the ids that a test says, frame by frame; 0 for none."""

    def __init__(self, *ids: Sequence[int]) -> None:
        self._ids = iter(ids)

    def update(self, people, pts_seconds, *, picture_size=None):
        return [
            Track(number, person, 0.0, pts_seconds, 1)
            for number, person in zip(next(self._ids), people, strict=True)
            if number
        ]

    def reset(self) -> None:
        """Nothing is kept."""


def stream_of(*frames: list[Detection], num_false: int = 0) -> PeopleStream:
    """Everybody found is there, but for the last ``num_false`` of each grid frame."""
    truths: list[list[Detection | None]] = [
        list(people[: len(people) - num_false]) for people in frames
    ]
    return PeopleStream("made", list(frames), truths, SIZE)


def test_an_id_that_swaps_is_two_switches_and_two_taken():
    both = [person_at(100), person_at(250)]
    figures = judge(stream_of(both, both, both, both), Scripted((1, 2), (1, 2), (2, 1), (2, 1)))
    assert (figures.num_switches, figures.num_taken, figures.num_ids) == (2, 2, 2)
    assert (figures.lost_seconds, figures.num_false_ids) == (0.0, 0)
    assert figures.seconds == pytest.approx(0.4)


def test_who_has_no_track_is_lost_and_who_is_not_found_is_unfound():
    stream = stream_of([person_at(100)], [person_at(100)], [person_at(100)])
    stream.found[2] = []
    figures = judge(stream, Scripted((1,), (0,), ()))
    assert figures.lost_seconds == pytest.approx(0.2)
    assert figures.unfound_seconds == pytest.approx(0.1)


def test_an_id_of_nobody_is_false():
    frames = [[person_at(100), person_at(300)]] * 3
    figures = judge(stream_of(*frames, num_false=1), Scripted(*[(1, 2)] * 3))
    assert (figures.num_false_ids, figures.num_ids) == (1, 2)


def test_ours_does_not_fail_where_boxes_alone_do():
    rng = np.random.default_rng(0)

    def frame(k: int) -> list[Detection]:
        front, back = person_at(60 + 8 * k), person_at(300 - 8 * k, 97, tall=97)
        covered = abs(240 - 16 * k) < 25
        return [jittered(p, rng) for p in ([front] if covered else [front, back])]

    frames = [frame(k) for k in range(30)]
    truths: list[list[Detection | None]] = [[f[0], f[1] if len(f) > 1 else None] for f in frames]
    stream = PeopleStream("made", frames, truths, SIZE)
    ours, plain = judge(stream, Tracker()), judge(stream, IouTracker())
    assert (ours.num_switches, ours.num_taken, ours.num_false_ids) == (0, 0, 0)
    assert ours.lost_seconds == pytest.approx(0.2)  # two newcomers, one grid frame each
    assert plain.num_switches > 0


# --- streams ---


def drawn_take(look: str) -> SoloClip:
    """A grey picture with somebody standing in it; colours tell one take from the other."""
    shade = {"light": 200, "dark": 60}[look]
    pictures = [np.full((240, 320, 3), shade, np.uint8)] * 3
    return SoloClip(pictures, [person_at(160, 60, tall=150)] * 3)


def test_side_by_side_keeps_everybody_where_they_are_shown():
    seen = []

    def find(picture):
        seen.append(picture)
        return []

    stream = side_by_side((drawn_take("light"), drawn_take("dark")), find)
    height, width, _ = seen[0].shape
    assert stream.picture_size == (width, height)
    for left, right in stream.truths:
        assert left.middle[0] == pytest.approx(width / 4, abs=2)
        assert right.middle[0] == pytest.approx(3 * width / 4, abs=2)
    assert {int(seen[0][5, 5, 0]), int(seen[0][5, -5, 0])} == {200, 60}


@pytest.mark.parametrize("before", [True, False])
def test_who_passes_covers_or_is_covered(before):
    shown = []

    def find(picture):
        shown.append(picture)
        return []

    stream = through(drawn_take("light"), drawn_take("dark"), find, before=before)
    stays, first, second = zip(*stream.truths, strict=True)
    assert first[0] is None  # still outside
    assert all(person is None for person in first[40:])
    assert all(person is None for person in second[:40])
    assert any(first)
    assert any(second)
    middle = stream.truths[20]  # both at the same place
    assert (middle[0] is None, middle[1] is None) == (before, not before)
    assert all(stays) != before
    assert (shown[20][140, 160] == (60 if before else 200)).all()
    assert (shown[0][:, 40:] == 200).all()


@pytest.mark.data
def test_the_published_finder_finds_the_drawn_person(shared_data):
    find = MultiPose(shared_data)
    image = FigureSource(width=320, height=240).picture_at(1.0)
    best = max(find(image), key=lambda person: person.score)
    assert best.score > 0.3
    assert 100 < best.middle[0] < 220
    assert best.joints[0, 1] < best.joints[11, 1] < best.joints[15, 1]  # nose, hip, ankle
