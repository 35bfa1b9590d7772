"""A broadcast over HLS: a playlist of the last segments, which grows as time goes by."""

from __future__ import annotations

import time
from pathlib import Path

from tests.support.make_media import make_clip
from tests.support.servers.http_server import Request

SEGMENT_SECONDS = 0.5
FRAMES_PER_SEGMENT = 5
WINDOW = 4
"""Segments that the playlist holds."""
_KIND = "application/vnd.apple.mpegurl"


def make_recording(folder: Path, *, num_segments: int) -> Path:
    """``index.m3u8``, complete, and its segments ``index0.ts``, …: half a second, 10 fps each."""
    num_frames = FRAMES_PER_SEGMENT * num_segments
    return make_clip(
        folder / "index.m3u8",
        pts_seconds=[index / 10 for index in range(num_frames)],
        options={"g": str(FRAMES_PER_SEGMENT), "sc_threshold": "0", "bf": "0"},
        container_options={"hls_time": str(SEGMENT_SECONDS), "hls_playlist_type": "vod"},
    )


class Broadcast:
    """Answers requests for its playlist; the segments lie in ``folder`` beside it.

    It begins with the first request, has four segments then, one more every half second, and ends
    after the last one.
    """

    def __init__(self, num_segments: int, *, ends: bool = True) -> None:
        """One that does not end stays as it is after its last segment."""
        self.num_segments = num_segments
        self._ends = ends
        self._began_seconds: float | None = None

    def __call__(self, request: Request) -> None:
        now_seconds = time.monotonic()
        self._began_seconds = self._began_seconds or now_seconds
        num_ready = WINDOW + int((now_seconds - self._began_seconds) / SEGMENT_SECONDS)
        num_ready = min(num_ready, self.num_segments)
        first = max(0, num_ready - WINDOW)
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:3",
            "#EXT-X-TARGETDURATION:1",
            f"#EXT-X-MEDIA-SEQUENCE:{first}",
        ]
        for index in range(first, num_ready):
            lines += [f"#EXTINF:{SEGMENT_SECONDS},", f"index{index}.ts"]
        if self._ends and num_ready == self.num_segments:
            lines.append("#EXT-X-ENDLIST")
        request.give("\n".join([*lines, ""]).encode(), _KIND)
