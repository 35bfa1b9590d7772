"""What the guide says on the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.overlay.lesson import LessonView
from har_live.overlay.view import PersonView
from har_live.types import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.lessons.guide_steps import Guide
    from har_live.overlay.lesson import Tone
    from har_live.types import Person

NONE_NAME = "Nothing special"
"""Name of ``none`` for people."""
NONE_HOW = "Sit, walk in and out, scratch your head: whatever is none of the actions"


def view_of(
    guide: Guide, people: Sequence[Person], *, notice: str | None, has_joints: bool
) -> LessonView:
    """Return what is to be drawn now.

    Args:
        notice: what is amiss with the source; goes before all else.
    """
    step, is_recording = guide.step, guide.phase == "take"
    message, tone = _message(guide)
    if notice:
        message, tone = notice[:1].upper() + notice[1:], "warning"
    return LessonView(
        action=NONE_NAME if step.action == NONE else step.action,
        progress=_progress(guide),
        num_kept=guide.num_kept[guide.index],
        num_takes=step.num_takes,
        message=message,
        tone=tone,
        count=guide.count if guide.phase == "count" and not notice else None,
        recorded=guide.share if is_recording else None,
        keys=_keys(guide),
        people=tuple(
            PersonView(one.box, one.joints if has_joints else None, step.action) for one in people
        ),
        labels=tuple(one.action for one in guide.steps),
    )


def _progress(guide: Guide) -> str:
    step, kept = guide.step, guide.num_kept[guide.index]
    number = kept if guide.phase in ("kept", "done") else kept + 1
    take = f"take {min(number, step.num_takes)} of {step.num_takes}"
    return f"{take} · action {guide.index + 1} of {len(guide.steps)}"


def _message(guide: Guide) -> tuple[str, Tone]:
    step, is_none = guide.step, guide.step.action == NONE
    match guide.phase:
        case "paused" if guide.has_begun:
            return "Space goes on", "plain"
        case "paused":
            times = "once" if step.num_takes == 1 else f"{step.num_takes} times"
            how = NONE_HOW if is_none else f"Do it for {step.seconds:g} s, {times}"
            return f"{how}. Space starts", "plain"
        case "place" if guide.note:
            return guide.note, "bad"
        case "place" if guide.hint:
            return guide.hint, "warning"
        case "place":
            return (NONE_HOW if is_none else "Get ready"), "plain"
        case "take":
            return (NONE_HOW if is_none else ""), "plain"
        case "kept":
            return "Kept", "good"
        case "refused":
            return guide.note or "", "bad"
        case "done":
            return "All is recorded", "good"
    return "", "plain"


def _keys(guide: Guide) -> tuple[tuple[str, str], ...]:
    space = {"paused": "start", "take": "repeat", "done": ""}.get(guide.phase, "pause")
    keep = "keep anyway" if guide.refused else ""
    keys = [("K", keep), ("Space", space), ("Backspace", "drop last"), ("Enter", "next")]
    keys.append(("Q", "end"))
    return tuple((key, deed) for key, deed in keys if deed)
