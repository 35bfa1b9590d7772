"""The places of the tags: at their people, over nobody's face, and over one another only in
need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.overlay.style import Rect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_HIDDEN = 0.1
"""The share of a tag that may lie over others or under a panel; one more hidden says nothing."""


def place(
    width: int,
    height: int,
    person: Rect,
    room: Rect,
    *,
    taken: Sequence[Rect],
    faces: Sequence[Rect],
) -> Rect | None:
    """Find a tag's place; None where there is none.

    Args:
        person: whom it belongs to.
        room: it must not leave this, as far as it fits.
        taken: what it would hide, or be hidden by.
        faces: everybody's.
    """
    best, least = None, float("inf")
    for far, (x, y) in enumerate(_corners(width, height, person)):
        x = 2 * (max(room.x, min(x, room.right - width)) // 2)
        y = 2 * (max(room.y, min(y, room.bottom - height)) // 2)
        box = Rect(x, y, width, height)
        hidden = sum(_shared(box, other) for other in taken)
        over_faces = sum(_shared(box, other) for other in faces)
        # Any free place is better than one where something is hidden.
        cost = (0.02 * far + bool(hidden)) * width * height + 2.0 * hidden + 1.5 * over_faces
        if cost < least and hidden <= MOST_HIDDEN * width * height:
            best, least = box, cost
        if not hidden and not over_faces:
            break  # those that follow are further away
    return best


def _corners(width: int, height: int, person: Rect) -> Iterator[tuple[int, int]]:
    """Yield where a tag may go at its person, the best first."""
    middle = person.x + (person.width - width) // 2
    above, below = person.y - height, person.bottom
    sides = (person.x, middle, person.right - width)
    yield from ((x, above) for x in sides)
    yield from ((x, person.bottom - height) for x in sides)
    yield from ((x, below) for x in sides)
    yield from ((x, above - height - 2) for x in sides)
    yield from ((x, below + height + 2) for x in sides)
    halfway = person.y + person.height // 2
    yield from ((x, halfway) for x in (*sides, person.right, person.x - width))
    yield from ((x, halfway - height - 2) for x in sides)
    yield from ((x, halfway + height + 2) for x in sides)


def _shared(one: Rect, other: Rect) -> int:
    """Count the pixels in both."""
    across = min(one.right, other.right) - max(one.x, other.x)
    down = min(one.bottom, other.bottom) - max(one.y, other.y)
    return across * down if across > 0 and down > 0 else 0
