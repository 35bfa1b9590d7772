"""The parts that the threads of one source share; they share nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from har_live.realtime.clock import Clock
    from har_live.realtime.inbox import ScorerInbox, ScreenInbox
    from har_live.realtime.playback import Playback


@dataclass(frozen=True, slots=True)
class Channels:
    """The parts that capture, scorer and main thread share; each locks for itself."""

    clock: Clock
    playback: Playback
    """Capture waits in it; the main thread commands it."""
    scorer: ScorerInbox
    """Frames from capture to the scorer, which serves all sources."""
    screen: ScreenInbox
    """Frames and news from both to the main thread."""
