"""Measures how well a tracker keeps people apart: id switches, lost seconds, false ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Protocol

import numpy as np

from har_live.people.detection import Detection
from har_live.people.matching import best_pairs, overlap, without_doubles
from har_live.people.tracker import Track, TrackerSpec
from training.measure.people_streams import PeopleStream
from training.measure.solo_clips import GRID_FPS

NEAR = 0.3
"""A track is a person when its joints lie nearer than this to theirs, by the person's size."""
REMEMBERED_SECONDS = 1.0
"""Somebody who comes back later than this may get a new id."""


class TracksPeople(Protocol):
    """A tracker that can be measured."""

    def update(
        self,
        people: Sequence[Detection],
        pts_seconds: float,
        *,
        picture_size: tuple[float, float] | None = None,
    ) -> list[Track]: ...
    def reset(self) -> None: ...


@dataclass(frozen=True)
class TrackingFigures:
    """All that happened in a stream, or in several together."""

    seconds: float = 0.0
    num_switches: int = 0
    """A person has another id than a second before, or less."""
    num_taken: int = 0
    """A person has an id that was another person's."""
    lost_seconds: float = 0.0
    """A person is in the picture and has no track; of all people together."""
    unfound_seconds: float = 0.0
    """The part of it in which the finder found nobody there: no tracker can help."""
    num_false_ids: int = 0
    """Ids that belong to nobody most of their time."""
    num_ids: int = 0

    def __add__(self, other: TrackingFigures) -> TrackingFigures:
        return TrackingFigures(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def cost(self) -> float:
        """Number that constants are chosen by: a switch is as bad as 2 s without a track or a false
        id."""
        return self.num_switches + self.num_taken + self.num_false_ids + self.lost_seconds / 2


def judge(stream: PeopleStream, tracker: TracksPeople) -> TrackingFigures:
    """Play a stream to a tracker."""
    tally = _Tally()
    for index, (found, truths) in enumerate(zip(stream.found, stream.truths, strict=True)):
        if index in stream.cuts:
            tracker.reset()
            tally.last.clear()
        tracks = tracker.update(found, index / GRID_FPS, picture_size=stream.picture_size)
        tally.add(index, found, truths, [track for track in tracks if track.detection is not None])
    return tally.figures(len(stream.found) / GRID_FPS)


class _Tally:
    """All that has happened so far in a stream."""

    def __init__(self) -> None:
        self.last: dict[int, tuple[int, int]] = {}  # person → id, grid frame
        self._owner: dict[int, int] = {}  # id → person
        self._seen: dict[int, list[bool]] = {}  # id → is it somebody, at each frame that tells
        self._ids: set[int] = set()
        self._switches = self._taken = self._lost = self._unfound = 0

    def add(
        self,
        index: int,
        found: Sequence[Detection],
        truths: Sequence[Detection | None],
        tracks: Sequence[Track],
    ) -> None:
        own = _whose([track.detection for track in tracks if track.detection is not None], truths)
        there = _whose(found, truths)
        for person in (i for i, truth in enumerate(truths) if truth is not None):
            self._lost += person not in own
            self._unfound += person not in own and person not in there
            if person in own:
                self._has(person, tracks[own[person]].id, index)
        self._ids |= {track.id for track in tracks}
        tells = bool(truths) and None not in truths
        for at, track in enumerate(tracks):
            if tells or at in own.values():
                self._seen.setdefault(track.id, []).append(at in own.values())

    def _has(self, person: int, number: int, index: int) -> None:
        before, when = self.last.get(person, (number, index))
        self._switches += number != before and index - when <= REMEMBERED_SECONDS * GRID_FPS
        self._taken += self._owner.get(number, person) != person
        self.last[person] = number, index
        self._owner[number] = person

    def figures(self, seconds: float) -> TrackingFigures:
        return TrackingFigures(
            seconds=seconds,
            num_switches=self._switches,
            num_taken=self._taken,
            lost_seconds=self._lost / GRID_FPS,
            unfound_seconds=self._unfound / GRID_FPS,
            num_false_ids=sum(sum(is_one) < len(is_one) / 2 for is_one in self._seen.values()),
            num_ids=len(self._ids),
        )


def _whose(found: Sequence[Detection], truths: Sequence[Detection | None]) -> dict[int, int]:
    """Map: real person → which of those found they are."""
    gains = np.zeros((len(truths), len(found)))
    for row, truth in enumerate(truths):
        for column, person in enumerate(found):
            if truth is not None:
                gains[row, column] = max(0.0, NEAR - _apart(truth, person))
    return dict(best_pairs(gains))


def _apart(truth: Detection, person: Detection) -> float:
    """Return the mean distance of the joints that the truth is sure of, by its size."""
    sure = truth.is_sure
    away = np.linalg.norm(truth.joints[sure, :2] - person.joints[sure, :2], axis=-1)
    return float(away.mean() / max(truth.size, 1e-9)) if sure.any() else 1.0


class IouTracker:
    """The plain way, to be seen beside ours: the box most like the last one, an id at once."""

    def __init__(self, least_overlap: float = 0.3) -> None:
        self._spec = TrackerSpec()
        self._least_overlap = least_overlap
        self._num_ids = 0
        self.reset()

    def reset(self) -> None:
        self._last: dict[int, tuple[Detection, float, int]] = {}

    def update(
        self,
        people: Sequence[Detection],
        pts_seconds: float,
        *,
        picture_size: tuple[float, float] | None = None,
    ) -> list[Track]:
        sure = [p for p in without_doubles(people) if p.score >= self._spec.sure_score]
        oldest = pts_seconds - self._spec.lost_seconds
        self._last = {i: one for i, one in self._last.items() if one[1] >= oldest}
        ids = list(self._last)
        alike = overlap([self._last[i][0] for i in ids], sure)
        own = {column: ids[row] for row, column in best_pairs(self._gains(alike))}
        tracks = []
        for column, person in enumerate(sure):
            if column not in own:
                self._num_ids += 1
            number = own.get(column, self._num_ids)
            num_frames = self._last[number][2] + 1 if column in own else 1
            self._last[number] = person, pts_seconds, num_frames
            tracks.append(Track(number, person, pts_seconds, pts_seconds, num_frames))
        return tracks

    def _gains(self, alike: np.ndarray) -> np.ndarray:
        return np.where(alike >= self._least_overlap, alike, 0.0)
