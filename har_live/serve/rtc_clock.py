"""When a visitor's device saw a picture, on the device's own clock, and when it sees the next one.

A sender tells every second or so which RTP timestamp belongs to which time of its clock (RTCP
sender reports, RFC 3550, 6.4.1). The page compares that with its own clock when it draws the
answer: what passes between is all of the delay, camera and network included.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Any

from aiortc.rtp import RtcpSrPacket

TICKS_A_SECOND = 90_000
_NTP_TO_UNIX_SECONDS = 2_208_988_800
_WRAP = 1 << 32
_NUM_REMEMBERED = 6


class SenderClock:
    """Listens to the reports that come with one track."""

    def __init__(self) -> None:
        self._receiver: Any = None
        self._report: tuple[float, int] | None = None  # Unix seconds, RTP ticks

    def listen(self, receiver: Any) -> None:
        """Hear what a ``RTCRtpReceiver`` is told."""
        self._receiver = receiver
        # aiortc passes the RTP timestamp of a report to nobody.
        handle = receiver._handle_rtcp_packet

        async def hear(packet: object) -> None:
            if isinstance(packet, RtcpSrPacket):
                told = packet.sender_info
                unix_seconds = told.ntp_timestamp / _WRAP - _NTP_TO_UNIX_SECONDS
                self._report = unix_seconds, told.rtp_timestamp
            await handle(packet)

        receiver._handle_rtcp_packet = hear

    def captured_ms(self, pts_seconds: float) -> float | None:
        """Return the Unix time in ms at which the device saw a picture; None before the first
        report."""
        origin = self._origin_ticks()
        if self._report is None or origin is None:
            return None
        unix_seconds, reported = self._report
        since = (round(pts_seconds * TICKS_A_SECOND) + origin - reported) % _WRAP
        if since >= _WRAP // 2:  # the picture came before the report
            since -= _WRAP
        return (unix_seconds + since / TICKS_A_SECOND) * 1000

    def _origin_ticks(self) -> int | None:
        """Return the RTP timestamp of the picture whose pts is 0: aiortc begins its pts there."""
        mapper = getattr(self._receiver, "_RTCRtpReceiver__timestamp_mapper", None)
        return getattr(mapper, "_origin", None)


class Rhythm:
    """Foresees pictures, so that an instant between two need not wait for the second: of 15 a
    second that takes 67 ms, and aiortc gives a picture out when the next one begins to come."""

    def __init__(self) -> None:
        self._seen_seconds: deque[float] = deque(maxlen=_NUM_REMEMBERED)

    def next_after(self, pts_seconds: float) -> float:
        """Return the time before which no picture comes after this one, by the last few."""
        self._seen_seconds.append(pts_seconds)
        steps_seconds = (later - one for one, later in pairwise(self._seen_seconds))
        return pts_seconds + max(0.0, min(steps_seconds, default=0.0))
