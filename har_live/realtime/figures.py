"""What Prometheus is told of a source, by one name whether ``serve`` or ``fleet`` watches it."""

from __future__ import annotations

UP = ("har_live_source_up", "1 while it gives frames.")
FRAMES = ("har_live_frames", "Frames taken.")
LOSSES = ("har_live_source_losses", "Times that it was lost.")
PEOPLE = ("har_live_people", "People followed now.")
SEGMENTS = ("har_live_segments", "Actions that are over.")
