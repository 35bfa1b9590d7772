"""Live use: the heart on threads, never late and never hung.

::

    capture ──► ScorerInbox ──► scorer ──► ScreenInbox ──► main: picture, window, keys, files
       └────────────── the newest frame ───────┘

Nothing in between grows. A recording plays at its own speed; of a live source, who is late gets
the newest frame, and what was dropped is counted and shown. Each of several sources has a capture
thread and inboxes of its own; one scorer takes a grid frame of each into a batch, and one window
shows them side by side.
"""

from har_live.realtime.any_window import AnyWindow
from har_live.realtime.clock import Clock
from har_live.realtime.metrics import LiveSummary
from har_live.realtime.replay import Replay
from har_live.realtime.run import live
from har_live.realtime.settings import LiveSettings
from har_live.realtime.watch import watch

__all__ = [
    "AnyWindow",
    "Clock",
    "LiveSettings",
    "LiveSummary",
    "Replay",
    "live",
    "watch",
]
