"""The guide through a lesson: what is to be done now, told by grid frames and keys alone."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal

from har_live.lessons.guide_faults import NOBODY, NOT_ALWAYS, fault_of_place
from har_live.lessons.guide_takes import USELESS, Drop, Step, Take
from har_live.types import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.lessons.guide_seen import Seen
    from har_live.sinks.window import Key

Phase = Literal["paused", "place", "count", "take", "kept", "refused", "done"]
"""``paused`` waits for a key, ``place`` until somebody is well seen, ``count`` counts down."""

COUNT_SECONDS = 3.0
SETTLED_SECONDS = 0.5
"""Somebody must have been well seen for so long before it counts down."""
INTRO_SECONDS = 2.0
"""Least time for which the next action's name is shown before it counts down."""
KEPT_SECONDS = 1.0
NOTE_SECONDS = 3.0
"""Time for which it is said why a take was refused, or is repeated."""
DONE_SECONDS = 2.0
BROKE_OFF = "The picture broke off: this take is repeated"
LOST = "The camera was gone: this take is repeated"


class Guide:
    """Call ``see`` with each grid frame, ``press`` with each key, until ``is_over``.

    Args:
        steps: at least one, in their order.
        num_kept: takes that there are of each already: it begins where some are missing.
        grid_fps: grid frames a second.
    """

    def __init__(self, steps: Sequence[Step], num_kept: Sequence[int], *, grid_fps: float) -> None:
        if not steps or len(steps) != len(num_kept):
            raise ValueError(f"{len(num_kept)} counts of {len(steps)} steps; expected as many, > 0")
        self.steps = tuple(steps)
        self.num_kept = list(num_kept)
        self._grid_fps = grid_fps
        self.index = 0
        """Number of the step, from 0."""
        self.phase: Phase = "paused"
        self.note: str | None = None
        """The reason why the last take was refused, or is repeated."""
        self.refused: Take | None = None
        """The last take, if it was refused and can be kept all the same."""
        self.is_over = False
        self._is_lost = False
        self._history: list[int] = []  # steps of the takes kept in this run
        self._now_seconds = 0.0
        self._since_seconds = 0.0
        self._least_seconds = INTRO_SECONDS
        self._recent: deque[Seen] = deque(maxlen=max(1, round(SETTLED_SECONDS * grid_fps)))
        self._frames: list[Seen] = []
        self._choose(0)

    @property
    def step(self) -> Step:
        return self.steps[self.index]

    @property
    def has_begun(self) -> bool:
        """True once there is a take of this action."""
        return self.num_kept[self.index] > 0

    @property
    def count(self) -> int:
        """Whole seconds until the take begins, while it counts down."""
        return max(1, int(COUNT_SECONDS - self._passed_seconds + 1 - 1e-6))

    @property
    def share(self) -> float:
        """0–1, how much of the take is recorded."""
        return min(1.0, len(self._frames) / self.step.num_frames(self._grid_fps))

    @property
    def hint(self) -> str | None:
        """What keeps it from counting down."""
        if self.step.action == NONE or not self._recent:
            return None
        fault = fault_of_place(self._recent)
        return NOBODY if fault == NOT_ALWAYS else fault

    def see(self, seen: Seen) -> Take | None:
        """Take in one more grid frame; return a take that is to be kept, once there is one."""
        if self._is_lost and not seen.begins_run:
            return None  # of before
        gap_seconds = seen.instant_seconds - self._now_seconds
        self._now_seconds = seen.instant_seconds
        if seen.begins_run and not self._goes_on(gap_seconds):
            self._begin_run()
        self._recent.append(seen)
        match self.phase:
            case "place":
                self._wait_for_place()
            case "count":
                self._count_down(seen)
            case "take":
                return self._record(seen)
            case "kept" if self._passed_seconds >= KEPT_SECONDS:
                self._go_on()
            case "refused" if self._passed_seconds >= NOTE_SECONDS:
                self.note = None
                self._enter("place")
            case "done" if self._passed_seconds >= DONE_SECONDS:
                self.is_over = True
        return None

    def lose(self) -> None:
        """Note that the source is gone: what is seen until it is back is of before."""
        self._interrupt(LOST)
        self._is_lost = True

    def press(self, key: Key) -> Drop | Take | None:
        """Heed a key; return what is to be dropped or kept, if it asks for that."""
        match key:
            case "quit":
                self.is_over = True
            case "pause":
                self._pause_or_go_on()
            case "keep" if self.refused is not None:
                return self._keep(self.refused)
            case "next" if self.phase == "done":
                self.is_over = True
            case "next":
                self._choose(self.index + 1)
            case "drop" if self.phase == "take":
                self._enter("place")
            case "drop" if self._history:
                return self._drop()
        return None

    @property
    def _passed_seconds(self) -> float:
        # Grid instants are sums of steps that are no binary fractions.
        return self._now_seconds - self._since_seconds + 1e-6

    def _enter(self, phase: Phase) -> None:
        self.phase, self._since_seconds = phase, self._now_seconds
        self._frames = []

    def _goes_on(self, gap_seconds: float) -> bool:
        """Return whether the take goes on over the beginning of a run: of ``none`` one may hold
        other scenes, as long as there is no gap."""
        is_none = self.phase == "take" and self.step.action == NONE
        return is_none and not self._is_lost and 0 < gap_seconds * self._grid_fps < 1.5

    def _begin_run(self) -> None:
        self._recent.clear()
        was_lost, self._is_lost = self._is_lost, False
        if not was_lost:
            self._interrupt(BROKE_OFF)
        self._since_seconds = self._now_seconds  # the clock may have jumped

    def _interrupt(self, note: str) -> None:
        """Drop the take in progress: it is to be repeated."""
        if self.phase == "take":
            self.note = note
        if self.phase in ("take", "count"):
            self._enter("place")

    def _pause_or_go_on(self) -> None:
        match self.phase:
            case "paused" | "take":  # a take in progress is repeated
                self.note = None
                self._enter("place")
            case "place" | "count" | "refused":
                self._enter("paused")
            case "kept":
                self.phase = "paused"  # which it stays unless this was the last take
                self._go_on()

    def _wait_for_place(self) -> None:
        if self._passed_seconds >= NOTE_SECONDS:
            self.note = None
        is_settled = len(self._recent) == self._recent.maxlen and self.hint is None
        if is_settled and self.note is None and self._passed_seconds >= self._least_seconds:
            self._least_seconds = 0.0
            self._enter("count")

    def _count_down(self, seen: Seen) -> None:
        if self.hint is not None:
            self._enter("place")
        elif self._passed_seconds >= COUNT_SECONDS:
            self._enter("take")
            self.refused = None
            self._frames = [seen]

    def _record(self, seen: Seen) -> Take | None:
        self._frames.append(seen)
        if self._passed_seconds < self.step.seconds - 1 / self._grid_fps:
            return None
        take = Take(self.step.action, tuple(self._frames))
        fault = self.step.fault_of(take.frames, self._grid_fps)
        if fault is None:
            return self._keep(take)
        self.note = fault
        self.refused = None if fault in USELESS else take
        self._enter("refused")
        return None

    def _keep(self, take: Take) -> Take:
        self.note = self.refused = None
        self._history.append(self.index)
        self.num_kept[self.index] += 1
        self._enter("kept")
        return take

    def _go_on(self) -> None:
        if self.num_kept[self.index] < self.step.num_takes:
            self._enter_next()
        else:
            self._choose(self.index + 1)

    def _choose(self, index: int) -> None:
        """Go on with the first step from ``index`` on that lacks takes."""
        lacking = [
            number
            for number, step in enumerate(self.steps)
            if number >= index and self.num_kept[number] < step.num_takes
        ]
        self.note = self.refused = None
        self._least_seconds = INTRO_SECONDS
        if lacking:
            self.index = lacking[0]
            self._enter_next()
        else:
            self._enter("done")

    def _enter_next(self) -> None:
        self._enter("paused" if self.phase == "paused" else "place")

    def _drop(self) -> Drop:
        self.index = self._history.pop()
        self.num_kept[self.index] -= 1
        self.note = self.refused = None
        self._enter_next()
        return Drop(self.step.action)
