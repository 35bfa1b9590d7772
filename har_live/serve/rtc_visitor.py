"""One visitor's camera over WebRTC: pictures come, answers go back on a data channel.

Newest wins at every step. aiortc decodes into a queue without a bound (aiortc#1192), so it is
emptied at once whatever the scorer does; what waits for the scorer is bounded by ``ScorerInbox``,
and an answer that the network does not take is left out.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from fractions import Fraction
from threading import Condition
from typing import TYPE_CHECKING, Any

from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.mediastreams import MediaStreamError

from har_live.errors import HarLiveError
from har_live.realtime.inbox import LiveFrame, ScorerInbox
from har_live.realtime.scoring import StepTimes
from har_live.serve.rtc_clock import Rhythm, SenderClock
from har_live.serve.rtc_part import told_of
from har_live.serve.rtc_room import Delay
from har_live.sources.media.picture import PictureMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Executor

    from aiortc import RTCDataChannel, RTCRtpReceiver, RTCSessionDescription

    from har_live.serve.rtc_part import Part, Values
    from har_live.time_grid import GridFrame

logger = logging.getLogger(__name__)

SILENT_SECONDS = 10.0
"""A visitor from whom no picture came for so long is gone."""
MOST_UNSENT_BYTES = 65_536
"""While so much waits for the network, answers are left out."""
MOST_SAID = 8
"""Messages of a page that may wait; more are passed over."""
MOST_SAID_LETTERS = 1000
CLOSE_SECONDS = 5.0
FLUSH_SECONDS = 0.5


class Visitor:
    """A connection, from the offer to its end.

    Args:
        part: what the pictures are for; is closed at the end.
        scorer: of one thread, shared by all: who asks first has the next turn.
        on_gone: is called once, when everything is let go of.
    """

    def __init__(self, part: Part, scorer: Executor, on_gone: Callable[[Visitor], None]) -> None:
        self._part = part
        self._scorer = scorer
        self._on_gone = on_gone
        self._loop = asyncio.get_running_loop()
        # No server of somebody else's is asked for our address.
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._channel: RTCDataChannel | None = None
        self._clock, self._rhythm = SenderClock(), Rhythm()
        self._inbox = ScorerInbox(part.new_grid(), Condition())
        self._times, self._own_times = StepTimes(time.monotonic), StepTimes(time.monotonic)
        self._maker: PictureMaker | None = None
        self._has_grid_frames = asyncio.Event()
        self._due_seconds = 0.0
        self._delay = Delay()
        self._num_said = 0
        self._heard_seconds = self._loop.time()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing: asyncio.Task[None] | None = None

    @property
    def own_seconds(self) -> float:
        """Time that one grid frame of theirs takes the scorer, without the wait for a turn."""
        return self._own_times.step_seconds

    @property
    def delay_seconds(self) -> float:
        """How late their labels are: see ``har_live.serve.rtc_room``."""
        return self._delay.seconds

    @property
    def is_closing(self) -> bool:
        """True once ``close`` was called, by whomever."""
        return self._closing is not None

    async def answer(self, offer: RTCSessionDescription) -> str:
        """Take an offer; return the SDP of the answer. If it raises, close the visitor."""
        connection = self._connection
        connection.add_listener("track", self._take_track)
        connection.add_listener("datachannel", self._take_channel)
        connection.add_listener("connectionstatechange", self._heed_state)
        await connection.setRemoteDescription(offer)
        await connection.setLocalDescription(await connection.createAnswer())
        self._start(self._wait_for_silence())
        return str(connection.localDescription.sdp)

    def tell(self, values: Values) -> None:
        """Send a message to the page, if it is there and takes it. Any thread may call."""
        self._loop.call_soon_threadsafe(self._send, values)

    def see_out(self, detail: str) -> None:
        """Tell the page why, and end the visit."""
        self._send({"kind": "failed", "detail": detail})
        self.close()

    def close(self) -> asyncio.Task[None]:
        """End the connection and let go of everything; return what to wait for."""
        if self._closing is None:
            self._closing = self._loop.create_task(self._close())
        return self._closing

    def _take_track(self, track: Any) -> None:
        receivers = (one.receiver for one in self._connection.getTransceivers())
        self._start(self._drain(next(one for one in receivers if one.track is track)))
        self._start(self._score())

    def _take_channel(self, channel: RTCDataChannel) -> None:
        self._channel = channel
        channel.add_listener("message", self._hear)

    def _heed_state(self) -> None:
        if self._connection.connectionState in ("failed", "closed"):
            self.close()

    async def _drain(self, receiver: RTCRtpReceiver) -> None:
        """Take every picture as soon as it is decoded; a late scorer gets the newest."""
        self._clock.listen(receiver)
        while True:
            try:
                frame = await receiver.track.recv()
            except MediaStreamError:
                break
            self._heard_seconds = self._loop.time()
            live_frame = self._live_frame(frame)
            self._inbox.push(live_frame)
            self._inbox.foresee(self._rhythm.next_after(live_frame.pts_seconds))
            if self._inbox.has_news:
                self._due_seconds = time.monotonic()
                self._has_grid_frames.set()
        self.close()

    def _live_frame(self, frame: Any) -> LiveFrame:
        if self._maker is None or not self._maker.fits(frame):
            self._maker = PictureMaker(frame, None)
        pts_seconds = float((frame.pts or 0) * (frame.time_base or Fraction(0)))
        picture = self._maker.make(frame)
        return LiveFrame(picture, pts_seconds, arrival_seconds=time.monotonic())

    async def _score(self) -> None:
        while True:
            await self._has_grid_frames.wait()
            self._has_grid_frames.clear()
            due_seconds = self._due_seconds
            for grid_frame in self._inbox.take(self._times.step_seconds):
                with self._times.measured():  # the wait for a turn is a part of it
                    values = await self._in_turn(self._see, grid_frame)
                if values is not None:
                    self._send(values | self._figures(grid_frame))
                self._delay.measure(time.monotonic() - due_seconds)

    def _see(self, grid_frame: GridFrame) -> Values:
        with self._own_times.measured():
            return self._part.see(grid_frame)

    def _figures(self, grid_frame: GridFrame) -> Values:
        return {
            "captured_ms": self._clock.captured_ms(grid_frame.frame.pts_seconds),
            "num_dropped": self._inbox.num_dropped,
        }

    def _hear(self, message: object) -> None:
        if self._num_said < MOST_SAID and isinstance(message, str):
            self._num_said += 1
            self._start(self._heed(message[:MOST_SAID_LETTERS]))

    async def _heed(self, message: str) -> None:
        try:
            said = json.loads(message)
            match said:
                case {"delay_ms": delay_ms}:
                    self._delay.hear(delay_ms)
                case {} if values := await self._in_turn(self._part.hear, said):
                    self._send(values)
        except (ValueError, RecursionError):
            logger.debug("a page said what is no JSON")
        finally:
            self._num_said -= 1

    async def _in_turn(self, call: Callable[[Any], Values | None], given: Any) -> Values | None:
        """Let the scorer call this; what it fails with is told to the page, and ends the visit."""
        try:
            return await self._loop.run_in_executor(self._scorer, call, given)
        except HarLiveError as error:
            self.see_out(told_of(error))
        except Exception:
            logger.exception("a visitor's picture could not be looked at")
            self.see_out("looking at the picture failed; the server's log says why")
        return None

    def _send(self, values: Values) -> None:
        channel = self._channel
        if channel is None or channel.readyState != "open":
            return
        if channel.bufferedAmount < MOST_UNSENT_BYTES:
            channel.send(json.dumps(values, separators=(",", ":"), ensure_ascii=False))

    async def _wait_for_silence(self) -> None:
        while (left := self._heard_seconds + SILENT_SECONDS - self._loop.time()) > 0:
            await asyncio.sleep(left)
        logger.info("a visitor fell silent")
        self.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self) -> None:
        try:
            for task in list(self._tasks):
                task.cancel()
            await self._flush()
            await asyncio.wait_for(self._connection.close(), CLOSE_SECONDS)
        except TimeoutError:
            logger.warning("a visitor's connection did not close in %s s", CLOSE_SECONDS)
        finally:
            await self._loop.run_in_executor(self._scorer, self._part.close)
            self._on_gone(self)

    async def _flush(self) -> None:
        """Let what was said last reach the page, if the network takes it."""
        channel, deadline_seconds = self._channel, self._loop.time() + FLUSH_SECONDS
        while channel is not None and channel.readyState == "open" and channel.bufferedAmount:
            if self._loop.time() > deadline_seconds:
                break
            await asyncio.sleep(0.02)
