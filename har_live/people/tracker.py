"""Tells who is who over grid frames: the same person keeps the same id.

Each person followed is expected a little further on the way that they were going, and everybody
found is given to whom they are most like, all at once, by joints and box. Those found surely choose
first; who is left over may be found unsurely, which continues a track and never begins one
(ByteTrack: Zhang et al., "Multi-Object Tracking by Associating Every Detection Box", ECCV 2022).

Scores, likeness and reach were chosen on four made streams of 8 s with the published finder at 10
grid frames a second, the other constants on finds of single people moved over one another, where
they hardly mattered; ``python -m training tracks DATA --choose`` is to choose all of them on more.
Where one person covers another, that finder often tells of one alone, somewhere between the two:
then an id may still go from one to the other, as often as by boxes alone.

There is no filter over the joints: those of people who stand still deviate by 0.008 to 0.015 trunk
lengths, and a one-euro filter (Casiez et al., CHI 2012) at 10 frames a second lags behind those who
move by more than that with every setting tried.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from har_live.people.matching import best_pairs, likeness, without_doubles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.people.detection import Detection

NUM_TO_CONFIRM = 2
"""Grid frames in which a newcomer must be seen to get an id: a false find is gone by then."""
FOLLOWED_SECONDS = 4.0
"""Somebody who has been shown for so long counts twice as large when there are too many."""
MAIN_BONUS = 1.3
"""The main person stays so until somebody counts this much more: of two alike, always the same."""


@dataclass(frozen=True, slots=True)
class TrackerSpec:
    """Limits within which two finds are one person. Seconds, and shares of a person's size: no
    pixels."""

    sure_score: float = 0.2
    """A find of this score is somebody: it may begin a track."""
    unsure_score: float = 0.1
    """A find of this score may still be somebody whom we follow."""
    least_likeness: float = 0.4
    """0–1: who is less like a track than this is somebody else."""
    reach: float = 0.2
    """Distance of a joint from where it is expected, by the person's size, that counts 0.6."""
    reach_growth: float = 0.5
    """Its growth for each second in which the person was not seen, by itself."""
    lost_seconds: float = 1.0
    """A person not seen for longer than this has left."""
    waiting_seconds: float = 0.25
    """The same for a newcomer who has no id yet."""
    velocity_seconds: float = 0.2
    """A change of velocity is believed after about so long."""
    coast_seconds: float = 1.0
    """A person not seen is expected to slow down within about so long."""


@dataclass(frozen=True, slots=True)
class Track:
    """One person followed, as known at a grid frame."""

    id: int
    """Counts from 1; never given to anybody else."""
    detection: Detection | None
    """The find in this grid frame; None while lost."""
    first_seen_seconds: float
    last_seen_seconds: float
    num_frames: int
    """Grid frames in which the person was found."""


@dataclass(slots=True, eq=False)
class _OpenTrack:
    """A track while it goes on."""

    detection: Detection
    """The newest find."""
    first_seen_seconds: float
    last_seen_seconds: float
    velocity: NDArray[np.float32]
    """(2,) right and down, a second."""
    id: int | None = None
    """None until it is confirmed."""
    num_frames: int = 1
    shown_seconds: float = 0.0

    @property
    def weight(self) -> float:
        """Size, doubled for those who have been shown for long."""
        return self.detection.size * (1 + min(self.shown_seconds / FOLLOWED_SECONDS, 1.0))


class Tracker:
    """Gives everybody an id that stays. What it answers depends on its calls alone.

    Args:
        max_people: as many are told of; of more, the larger and the longer shown.
    """

    def __init__(self, spec: TrackerSpec | None = None, *, max_people: int = 4) -> None:
        if max_people < 1:
            raise ValueError(f"max_people is {max_people}; expected at least 1")
        self.spec = spec or TrackerSpec()
        self.max_people = max_people
        self._num_ids = 0
        self.reset()

    def reset(self) -> None:
        """End all tracks, as at a cut or a gap; ids go on counting."""
        self._followed: list[_OpenTrack] = []
        self._main: _OpenTrack | None = None
        self._now_seconds = -math.inf

    def update(
        self,
        people: Sequence[Detection],
        pts_seconds: float,
        *,
        picture_size: tuple[float, float] | None = None,
    ) -> list[Track]:
        """Take in everybody found in a grid frame, in any order.

        Args:
            pts_seconds: of the grid frame, later than the one before.
            picture_size: width and height, in the unit of joints: where it is known, who walks out
                of the picture has left at once, and who walks in there next is somebody else.

        Returns:
            Everybody with an id, also the lost whom we still expect, the main person first.
        """
        if not self._now_seconds < pts_seconds < math.inf:
            raise ValueError(
                f"pts_seconds is {pts_seconds}; expected later than {self._now_seconds}, "
                "or reset() before"
            )
        passed_seconds, self._now_seconds = pts_seconds - self._now_seconds, pts_seconds
        self._followed = [one for one in self._followed if self._is_expected(one)]
        found = [person for person in people if person.score >= self.spec.unsure_score]
        self._associate(without_doubles(found))
        if picture_size is not None:
            self._followed = [one for one in self._followed if self._is_inside(one, picture_size)]
        shown = self._shown()
        for one in shown:
            one.shown_seconds += passed_seconds if math.isfinite(passed_seconds) else 0.0
        return [self._track(one) for one in shown]

    def _is_expected(self, one: _OpenTrack) -> bool:
        spec = self.spec
        allowed = spec.waiting_seconds if one.id is None else spec.lost_seconds
        # A thousandth: grid instants are sums of steps that are no binary fractions.
        return self._now_seconds - one.last_seen_seconds <= allowed + 1e-3

    def _is_inside(self, one: _OpenTrack, picture_size: tuple[float, float]) -> bool:
        if one.last_seen_seconds == self._now_seconds:
            return True
        (across, down), (width, height) = self._expected(one).middle, picture_size
        return bool(0 <= across <= width and 0 <= down <= height)

    def _associate(self, people: list[Detection]) -> None:
        spec = self.spec
        sure = [person for person in people if person.score >= spec.sure_score]
        unsure = [person for person in people if person.score < spec.sure_score]
        known = [one for one in self._followed if one.id is not None]
        waiting = [one for one in self._followed if one.id is None]
        unknown = self._give(sure, known)
        self._give(unsure, [one for one in known if one.last_seen_seconds < self._now_seconds])
        newcomers = self._give(unknown, waiting)
        for person in newcomers:
            now, still = self._now_seconds, np.zeros(2, np.float32)
            self._followed.append(_OpenTrack(person, now, now, still))

    def _give(self, people: list[Detection], followed: list[_OpenTrack]) -> list[Detection]:
        """Continue tracks with the people who are most like them; return the people left over."""
        if not (people and followed):
            return people
        lost_seconds = np.array([self._now_seconds - one.last_seen_seconds for one in followed])
        reach = self.spec.reach * (1 + self.spec.reach_growth * lost_seconds)
        alike = likeness([self._expected(one) for one in followed], people, reach=reach)
        pairs = best_pairs(np.where(alike >= self.spec.least_likeness, alike, 0.0))
        for track, person in pairs:
            self._continue(followed[track], people[person])
        given = {person for _, person in pairs}
        return [person for index, person in enumerate(people) if index not in given]

    def _expected(self, one: _OpenTrack) -> Detection:
        """Return the person where they should be now: on their way, slower and slower."""
        coast = self.spec.coast_seconds
        gone_seconds = self._now_seconds - one.last_seen_seconds
        way_seconds = coast * (1 - math.exp(-gone_seconds / coast))
        return one.detection.moved(one.velocity * np.float32(way_seconds))

    def _continue(self, one: _OpenTrack, person: Detection) -> None:
        gone_seconds = self._now_seconds - one.last_seen_seconds
        velocity = _way(one.detection, person) / np.float32(gone_seconds)
        share = 1 - math.exp(-gone_seconds / self.spec.velocity_seconds)
        one.velocity = one.velocity + np.float32(share) * (velocity - one.velocity)
        one.detection, one.last_seen_seconds = person, self._now_seconds
        one.num_frames += 1
        if one.id is None and one.num_frames >= NUM_TO_CONFIRM:
            self._num_ids += 1
            one.id = self._num_ids

    def _shown(self) -> list[_OpenTrack]:
        """Return the main people, the first one first."""
        known = [one for one in self._followed if one.id is not None]
        bonus = {id(self._main): MAIN_BONUS}
        known.sort(key=lambda one: (-one.weight * bonus.get(id(one), 1.0), one.id))
        shown = known[: self.max_people]
        self._main = shown[0] if shown else None
        return shown

    def _track(self, one: _OpenTrack) -> Track:
        assert one.id is not None
        is_seen = one.last_seen_seconds == self._now_seconds
        return Track(
            id=one.id,
            detection=one.detection if is_seen else None,
            first_seen_seconds=one.first_seen_seconds,
            last_seen_seconds=one.last_seen_seconds,
            num_frames=one.num_frames,
        )


def _way(before: Detection, after: Detection) -> NDArray[np.float32]:
    """Return (2,) how far the body moved: the median over the joints seen in both, or the box's
    middle."""
    shared = before.is_sure & after.is_sure
    if shared.sum() >= 3:
        ways = after.joints[shared, :2] - before.joints[shared, :2]
        return np.asarray(np.median(ways, axis=0), np.float32)
    return after.middle - before.middle
