"""How well a tracker keeps people apart: id switches, lost seconds, false ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Protocol

import numpy as np

from har_live.people.likeness import best_pairs, overlap, without_doubles
from har_live.people.detection import Detection
from har_live.people.tracker import Track, TrackerSpec
from training.measure.people_streams import PeopleStream
from training.measure.people_takes import GRID_FPS

NEAR = 0.3
"""A track is a person when its joints lie nearer than this to theirs, by the person's size."""
REMEMBERED_SECONDS = 1.0
"""Who comes back later than this may get a new id."""


class TracksPeople(Protocol):
    """What is measured."""

    def update(self, people: Sequence[Detection], pts_seconds: float) -> list[Track]: ...
    def reset(self) -> None: ...


@dataclass(frozen=True)
class Figures:
    """What happened in a stream, or in several together."""

    seconds: float = 0.0
    num_switches: int = 0
    """A person has another id than a second before, or less."""
    lost_seconds: float = 0.0
    """A person is in the picture and has no track; of all people together."""
    unfound_seconds: float = 0.0
    """The part of it in which the finder found nobody there: no tracker can help."""
    num_false_ids: int = 0
    """Ids that belong to nobody most of their time."""
    num_ids: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def cost(self) -> float:
        """What constants are chosen by: a switch is as bad as 2 s without a track or a false id."""
        return self.num_switches + self.num_false_ids + self.lost_seconds / 2


def judge(stream: PeopleStream, tracker: TracksPeople) -> Figures:
    """Play a stream to a tracker."""
    last: dict[int, tuple[int, int]] = {}  # person → id, grid frame
    seen: dict[int, list[bool]] = {}  # id → at each grid frame that tells: is it somebody?
    switches = lost = unfound = 0
    for index, (found, truths) in enumerate(zip(stream.found, stream.truths, strict=True)):
        if index in stream.cuts:
            tracker.reset()
            last.clear()
        tracks = [t for t in tracker.update(found, index / GRID_FPS) if t.person is not None]
        own = _whose([t.person for t in tracks if t.person is not None], truths)
        there = _whose(found, truths)
        for person in (i for i, truth in enumerate(truths) if truth is not None):
            lost += person not in own
            unfound += person not in own and person not in there
            if person in own:
                number = tracks[own[person]].id
                before, when = last.get(person, (number, index))
                recent = index - when <= REMEMBERED_SECONDS * GRID_FPS
                switches += number != before and recent
                last[person] = number, index
        for at, track in enumerate(tracks):
            if at in own.values() or None not in truths:
                seen.setdefault(track.id, []).append(at in own.values())
    false = sum(np.mean(is_somebody) < 0.5 for is_somebody in seen.values())
    seconds = len(stream.found) / GRID_FPS
    return Figures(
        seconds, int(switches), lost / GRID_FPS, unfound / GRID_FPS, int(false), len(seen)
    )


def _whose(found: Sequence[Detection], truths: Sequence[Detection | None]) -> dict[int, int]:
    """Real person → which of those found they are."""
    gains = np.zeros((len(truths), len(found)))
    for row, truth in enumerate(truths):
        for column, person in enumerate(found):
            if truth is not None:
                gains[row, column] = max(0.0, NEAR - _apart(truth, person))
    return dict(best_pairs(gains))


def _apart(truth: Detection, person: Detection) -> float:
    """Mean distance of the joints that the truth is sure of, by its size."""
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

    def update(self, people: Sequence[Detection], pts_seconds: float) -> list[Track]:
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
