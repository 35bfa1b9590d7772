"""What is amiss with a take: nobody, half a person, or two people were seen for too much of it.

What is seen must be seen steadily, and need not be all of a person: of somebody at a desk who waves
one hand, legs and the other hand may stay out of the picture. What comes and goes at the picture's
edge would be learnt as a part of the action.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from har_live.people.joints import JOINT_NAMES, LEAST_SCORE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from har_live.lessons.guide_seen import Seen
    from har_live.types import Person

MOST_AMISS = 0.25
"""Share of a take in which something may be amiss."""
MOST_OUT = 0.4
"""Share of a take in which a hand or knee that is used may be out of the picture."""
LEAST_USED = 0.2
"""Share of a take from which on a hand or knee that is seen counts as used."""
EDGE = 0.04
"""Share of the picture's width and height along its edges that counts as out of it: joints a little
out of the picture are found there (measured: at 0.97 of the height, with scores of 0.2 to 0.6)."""
AS_LARGE = 0.6
"""Somebody of this share of the main person's size may be taken for them."""
LEAST_NONE = 0.2
"""Share of a recording of ``none`` in which somebody is to be seen."""

NOBODY = "Nobody is seen: step into the picture"
NOT_ALWAYS = "You were not seen all the time: stay in the picture"
TWO_PEOPLE = "Two people are seen: only one may be in the picture"
HALF = "Only a part of you is seen: step back"
HANDS = "Step back: your hands leave the picture"
LEGS = "Step back: your legs leave the picture"

_SHOULDERS, _ELBOWS, _WRISTS, _HIPS, _KNEES = (
    [JOINT_NAMES.index(f"{side}_{name}") for side in ("left", "right")]
    for name in ("shoulder", "elbow", "wrist", "hip", "knee")
)


def fault_of(frames: Sequence[Seen]) -> str | None:
    """Return what is amiss with a take, in words for who is in it; None if nothing is."""
    place = fault_of_place(frames)
    if place is not None:
        return place
    joints = np.stack([person.joints for person in _main_people(frames)])  # (F, 13, 3)
    if _leave(joints[:, _WRISTS], joints[:, _ELBOWS], are_needed=True):
        return HANDS
    if _leave(joints[:, _KNEES], joints[:, _HIPS], are_needed=False):
        return LEGS
    return None


def fault_of_place(frames: Sequence[Seen]) -> str | None:
    """Return what is amiss with who is where, whatever they do."""
    if _share(frames, lambda seen: not seen.people) >= 1 - MOST_AMISS:
        return NOBODY
    if _share(frames, _has_two) > MOST_AMISS:
        return TWO_PEOPLE
    people = _main_people(frames)
    if len(people) < (1 - MOST_AMISS) * len(frames):
        return NOT_ALWAYS
    shoulders = np.stack([person.joints[_SHOULDERS] for person in people])  # (F, 2, 3)
    # Who stands sideways hides one of them, which is not out of the picture.
    is_half = _are_at_edge(shoulders).any(axis=1) | _are_unseen(shoulders).all(axis=1)
    return HALF if is_half.mean() > MOST_AMISS else None


def fault_of_none(frames: Sequence[Seen]) -> str | None:
    """Return what is amiss with a recording of ``none``: in it people come and go."""
    return NOBODY if _share(frames, lambda seen: bool(seen.people)) < LEAST_NONE else None


def main_person(frames: Sequence[Seen]) -> int | None:
    """Return the id of whom a take is of: who is the main person longest; None if nobody is."""
    ids = Counter(seen.people[0].id for seen in frames if seen.people)
    return ids.most_common(1)[0][0] if ids else None


def _main_people(frames: Sequence[Seen]) -> list[Person]:
    """Return the main person as seen in those grid frames in which they are."""
    main = main_person(frames)
    return [person for seen in frames for person in seen.people if person.id == main]


def _has_two(seen: Seen) -> bool:
    sizes = [_size(person) for person in seen.people]
    return len(sizes) > 1 and max(sizes[1:]) >= AS_LARGE * sizes[0]


def _size(person: Person) -> float:
    left, top, right, bottom = person.box
    return float(np.sqrt((right - left) * (bottom - top)))


def _leave(joints: NDArray[np.float32], inner: NDArray[np.float32], *, are_needed: bool) -> bool:
    """Return whether (F, 2, 3) joints of both sides come and go at the picture's edge.

    A joint that is not seen is out of the picture where the limb that ends in it is not seen in the
    picture either; else it is hidden, such as a hand behind the back.

    Args:
        inner: (F, 2, 3) joints before them: elbows of wrists.
        are_needed: neither of them being in the picture counts, too.
    """
    unseen = _are_unseen(joints)
    out = _are_at_edge(joints) | (unseen & (_are_at_edge(inner) | _are_unseen(inner)))  # (F, 2)
    used = (~out & ~unseen).mean(axis=0) >= LEAST_USED
    is_out = out.mean(axis=0) > MOST_OUT
    return bool((used & is_out).any() or (are_needed and (is_out & ~used).all()))


def _are_at_edge(joints: NDArray[np.float32]) -> NDArray[np.bool_]:
    places = joints[..., :2]
    return np.asarray(((places < EDGE) | (places > 1 - EDGE)).any(axis=-1), np.bool_)


def _are_unseen(joints: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(joints[..., 2] < LEAST_SCORE, np.bool_)


def _share(frames: Sequence[Seen], is_so: Callable[[Seen], bool]) -> float:
    return sum(map(is_so, frames)) / len(frames)
