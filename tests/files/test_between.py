"""People between grid frames: drawn where the frame shows them, in recordings."""

from __future__ import annotations

import numpy as np
import pytest

from har_live import Sink, SourceError, annotate
from har_live.files.interpolated_people import MOST_SECONDS, people_between
from har_live.moment import Moment
from har_live.overlay.style import color_of
from har_live.time_grid import GridFrame
from har_live.types import NUM_JOINTS, Frame, Person, VideoInfo
from tests.files.test_annotate_people import TwoPeople
from tests.support.people_drawn import LABELS, make_person, make_prediction
from tests.support.sources_made import MadeSource

PICTURE = np.zeros((2, 2, 3), np.uint8)


def person(x: float, number: int = 1) -> Person:
    joints = np.full((NUM_JOINTS, 3), x, np.float32)
    joints[:, 2] = 0.9
    return Person(number, (x, x, x + 0.1, x + 0.1), joints)


def stream(*people: tuple[Person, ...], step: float = 0.04, every: int = 3) -> list[Moment]:
    """Frames, of which each ``every``-th was looked at; known one frame later, as live."""
    moments = [Moment(Frame(PICTURE, 0.0), [], [], None, ())]
    for number in range(1, every * len(people)):
        known = people[(number - 1) // every]
        moments.append(Moment(Frame(PICTURE, number * step), [], [], None, known))
    return [*moments, Moment(None, [], [], None, people[-1])]


def lefts(moments: list[Moment], number: int = 1) -> list[float | None]:
    """Where a person's box begins in each frame; None where they are not."""
    found = [{one.id: one.box[0] for one in moment.people} for moment in moments]
    return [boxes.get(number) for boxes in found]


def test_people_move_evenly_from_where_they_were_seen_to_where_they_are_next():
    walking = [(person(0.1 * step),) for step in range(5)]
    moved = list(people_between(stream(*walking)))
    found = lefts(moved)
    # Known from frame 1 on; each third frame was looked at, and is right on it.
    assert found[1:13] == pytest.approx([i / 30 for i in range(1, 13)], abs=1e-6)
    assert found[13:] == pytest.approx([0.4] * len(found[13:]))
    for moment in moved[1:13]:
        (one,) = moment.people
        assert one.joints[:, 0] == pytest.approx(one.box[0])
        assert one.joints[:, 2] == pytest.approx(0.9)


def test_frames_and_what_is_known_of_them_stay_in_order():
    moments = stream((person(0.1),), (), (person(0.3, 2),), (person(0.4, 2),))
    out = list(people_between(moments))
    assert [moment.frame for moment in out] == [moment.frame for moment in moments]


def test_who_comes_or_goes_is_there_from_half_way_on_or_until_then():
    both = list(people_between(stream((person(0.1),), (person(0.1), person(0.5, 2)), every=4)))
    assert [left is not None for left in lefts(both, 2)][:5] == [False, False, True, True, True]
    gone = list(people_between(stream((person(0.1), person(0.5, 2)), (person(0.1),), every=4)))
    assert [left is not None for left in lefts(gone, 2)][:5] == [False, True, False, False, False]


def test_a_joint_lost_at_one_end_stays_where_it_was_seen():
    lost = person(0.2)
    lost.joints[3] = 0
    moved = list(people_between(stream((person(0.1),), (lost,))))
    first, later = moved[1].people[0].joints[3], moved[3].people[0].joints[3]
    assert first == pytest.approx([0.1, 0.1, 0.9])
    assert later == pytest.approx([0, 0, 0])


def test_a_source_that_is_lost_leaves_what_was_seen():
    moments = stream((person(0.1),), (person(0.2),))

    def lost():
        yield from moments[:-2]
        raise SourceError("gone")

    out: list[Moment] = []
    with pytest.raises(SourceError, match="gone"):
        out.extend(people_between(lost()))
    assert [moment.frame for moment in out] == [moment.frame for moment in moments[:-2]]


def test_no_frame_waits_long_for_a_grid_frame_that_does_not_come():
    someone = (person(0.1),)

    def endless():
        yield Moment(Frame(PICTURE, 0.0), [], [], None, ())
        number = 0
        while True:
            number += 1
            yield Moment(Frame(PICTURE, number / 30), [], [], None, someone)

    moments = people_between(endless())
    out = [next(moments) for _ in range(40)]
    assert out[-1].frame.pts_seconds > 2 * MOST_SECONDS
    assert all(one.people == someone for one in out[1:])


class Walking:
    """A recognizer that sees somebody walk: every fourth frame it looks, and knows by the next."""

    labels = LABELS
    card = TwoPeople.card
    segmenter = TwoPeople.segmenter
    grid = TwoPeople.grid
    look = TwoPeople.look
    num_threads = TwoPeople.num_threads
    warming_up = None

    def __init__(self) -> None:
        self.people: tuple[Person, ...] = ()

    def stream(self) -> Walking:
        return self

    def advance(self, grid_frames: list[GridFrame], *, looks: list[None]) -> list:
        assert len(grid_frames) == len(looks) <= 1
        for one in grid_frames:
            left = 0.4 * one.frame.pts_seconds + 0.1
            self.people = (make_person(1, (left, 0.3, left + 0.2, 0.9)),)
        return [make_prediction(1, "walk", end=one.instant_seconds) for one in grid_frames]

    def finish(self) -> list:
        return []


class Seen(Sink):
    """Where somebody is said to be, and where the side of their box is drawn."""

    def __init__(self) -> None:
        self.lefts: list[float] = []
        self.drawn: list[int] = []

    def write(self, moment: Moment) -> None:
        if moment.frame is None or not moment.people:
            return
        self.lefts.append(moment.people[0].box[0])
        row = moment.drawn()[200].astype(int)  # below the panel, across the person's middle
        self.drawn.append(int(np.abs(row - color_of("walk", LABELS)).sum(axis=-1).argmin()))


def test_boxes_in_an_annotated_video_move_with_every_frame():
    grey = np.full((360, 800, 3), 90, np.uint8)
    source = MadeSource(Frame(grey, i / 40) for i in range(23))
    source._info = VideoInfo("made", 800, 360, 40.0)
    seen = Seen()
    annotate(source, Walking(), sinks=[seen], joints=False)
    # From frame 1 on, 0.1 at frame 0; the last time they are seen is frame 20, known in frame 21.
    expected = [0.1 + i / 100 for i in range(1, 21)] + [0.3, 0.3]
    assert seen.lefts == pytest.approx(expected)
    assert seen.drawn == pytest.approx([800 * left for left in expected], abs=4)
