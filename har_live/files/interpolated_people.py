"""People's places in the frames between those in which they were looked for.

Live, a frame can only show where people were last seen. A recording need not hurry: each frame
waits for the grid frame after it, a tenth of a second of video, and shows people on the way there.
Labels and segments stay as they are, and come with the same frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from har_live.errors import HarLiveError
from har_live.types import Person

if TYPE_CHECKING:
    from har_live.moment import Moment

MOST_SECONDS = 0.5
"""Frames wait no longer: nobody was looked for so long, or the clock jumped."""


def people_between(moments: Iterable[Moment]) -> Iterator[Moment]:
    """The same moments, up to one grid step later, with people where each frame shows them.

    Args:
        moments: as ``recognize`` gives them: people first known at a moment were seen in the frame
            before it.
    """
    waiting: list[Moment] = []
    seen: tuple[Person, ...] = ()
    seen_seconds = last_seconds = 0.0
    try:
        for moment in moments:
            if moment.people is not seen:
                if moment.people:
                    waiting = _on_the_way(waiting, seen, seen_seconds, moment.people, last_seconds)
                yield from waiting  # where nobody is left, as after a cut, they stay until then
                waiting, seen, seen_seconds = [], moment.people, last_seconds
            waiting.append(moment)
            if moment.frame is not None:
                last_seconds = moment.frame.pts_seconds
            if moment.frame is None or not seen or last_seconds - seen_seconds > MOST_SECONDS:
                yield from waiting
                waiting = []
    except HarLiveError:  # the source is lost: what was seen of it is kept
        yield from waiting
        raise
    yield from waiting


def _on_the_way(
    waiting: Sequence[Moment],
    seen: Sequence[Person],
    seen_seconds: float,
    next_seen: Sequence[Person],
    next_seconds: float,
) -> list[Moment]:
    way = next_seconds - seen_seconds
    moved = []
    for moment in waiting:
        assert moment.frame is not None
        share = (moment.frame.pts_seconds - seen_seconds) / way if way > 0 else 1.0
        people = _moved(seen, next_seen, min(max(share, 0.0), 1.0))
        moved.append(replace(moment, people=people))
    return moved


def _moved(seen: Sequence[Person], next_seen: Sequence[Person], share: float) -> tuple[Person, ...]:
    """Move people ``share`` of the way; who is seen at one end is there by half."""
    nearer, other = (next_seen, seen) if share >= 0.5 else (seen, next_seen)
    others = {person.id: person for person in other}
    return tuple(
        _mixed(one, others[one.id], max(share, 1 - share)) if one.id in others else one
        for one in nearer
    )


def _mixed(one: Person, other: Person, share: float) -> Person:
    """Mix ``share`` of one with the rest of the other; joints keep the scores of the one."""
    mixed = share * np.asarray(one.joints) + (1 - share) * np.asarray(other.joints)
    is_seen = (one.joints[:, 2:] > 0) & (other.joints[:, 2:] > 0)
    joints = np.where(is_seen, mixed, one.joints).astype(np.float32)
    joints[:, 2] = one.joints[:, 2]
    left, top, right, bottom = (
        share * side + (1 - share) * way for side, way in zip(one.box, other.box, strict=True)
    )
    return Person(one.id, (left, top, right, bottom), joints)
