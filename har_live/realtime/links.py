"""What the threads share of one source, and nothing else of it is shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from har_live.realtime.clock import Clock
    from har_live.realtime.inbox import ScorerInbox, ScreenInbox
    from har_live.realtime.playback import Playback


@dataclass(frozen=True, slots=True)
class Links:
    """Each part locks for itself."""

    clock: Clock
    playback: Playback
    """Capture waits in it; the main thread commands it."""
    scorer: ScorerInbox
    """From capture to the scorer, which serves all sources."""
    screen: ScreenInbox
    """From both to the main thread."""
