"""A visitor's browser, made of aiortc: sends a video, remembers what it is told."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from fractions import Fraction
from itertools import count
from typing import Any

import httpx
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from av import VideoFrame

from har_live.serve import rtc_room
from tests.support.serve_made import Served

TICKS = 90_000


def num_cameras(site: Served) -> int:
    """Visitors whose camera a server looks at, as it tells Prometheus."""
    text = site.http.get("/metrics").text
    (line,) = (one for one in text.splitlines() if one.startswith("har_live_cameras "))
    return int(float(line.split()[1]))


def be_patient(patch: pytest.MonkeyPatch) -> None:
    """Have nobody refused or seen out for being late: others may want the cores."""
    for name in ("MOST_ROUND_SECONDS", "NEAR_SECONDS", "LATE_SECONDS"):
        patch.setattr(rtc_room, name, 60.0)


def be_strict(patch: pytest.MonkeyPatch) -> None:
    """Have who came last seen out at once, whatever the delay, and let in again."""
    for name in ("LATE_SECONDS", "PATIENCE_SECONDS", "FULL_SECONDS"):
        patch.setattr(rtc_room, name, 0.0)


class ClipTrack(MediaStreamTrack):
    """Plays pictures at their times, again from the start when they are over."""

    kind = "video"

    def __init__(self, pictures: Iterable[np.ndarray], *, fps: float) -> None:
        super().__init__()
        self._frames = [
            VideoFrame.from_ndarray(one, "rgb24").reformat(format="yuv420p") for one in pictures
        ]
        self._fps = fps
        self._begin_seconds: float | None = None
        self._indices = count()

    async def recv(self) -> VideoFrame:
        index = next(self._indices)
        if self._begin_seconds is None:
            self._begin_seconds = time.monotonic()
        due_seconds = self._begin_seconds + index / self._fps
        await asyncio.sleep(max(0.0, due_seconds - time.monotonic()))
        frame = self._frames[index % len(self._frames)]
        frame.pts, frame.time_base = round(index * TICKS / self._fps), Fraction(1, TICKS)
        return frame


class Visit:
    """A connection of one visitor."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        self.connection = connection
        self.messages: list[dict[str, Any]] = []
        self.arrivals_ms: list[float] = []
        """Unix time at which each of them came."""
        self.channel = connection.createDataChannel("answers")
        self.channel.add_listener("message", self._hear)
        self._came = asyncio.Event()

    def _hear(self, message: str) -> None:
        self.messages.append(json.loads(message))
        self.arrivals_ms.append(time.time() * 1000)
        self._came.set()

    async def until(
        self, is_so: Callable[[dict[str, Any]], bool], *, seconds: float = 30.0
    ) -> dict[str, Any]:
        """Return the first message from now on that is so."""
        async with asyncio.timeout(seconds):
            for index in count(len(self.messages)):
                while index >= len(self.messages):
                    self._came.clear()
                    await self._came.wait()
                if is_so(self.messages[index]):
                    return self.messages[index]
        raise AssertionError

    def say(self, **values: object) -> None:
        self.channel.send(json.dumps(values))


async def offer_of(connection: RTCPeerConnection) -> str:
    await connection.setLocalDescription(await connection.createOffer())
    return str(connection.localDescription.sdp)


def new_connection() -> RTCPeerConnection:
    return RTCPeerConnection(RTCConfiguration(iceServers=[]))


async def post(url: str, body: dict[str, object]) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.post(f"{url}/api/rtc", json=body, timeout=30)


@asynccontextmanager
async def visiting(url: str, track: MediaStreamTrack, **wishes: object) -> AsyncIterator[Visit]:
    """Visit a server, until the end of the block."""
    connection = new_connection()
    try:
        visit = Visit(connection)
        connection.addTrack(track)
        answer = await post(url, {"sdp": await offer_of(connection), **wishes})
        assert answer.status_code == 200, answer.text
        sdp = answer.json()["sdp"]
        await connection.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="answer"))
        yield visit
    finally:
        track.stop()
        await connection.close()
