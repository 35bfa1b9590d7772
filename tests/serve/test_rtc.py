"""A visitor's camera by WebRTC, the visitor being made of aiortc."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import numpy as np
import pytest

pytest.importorskip("aiortc")

from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack

from har_live.people.detection import Detection
from har_live.realtime.inbox import ScorerInbox
from har_live.recognizer import Recognizer
from har_live.serve import rtc_room, rtc_visitor
from har_live.serve.rtc_offer import MOST_CANDIDATES, MOST_LETTERS
from har_live.time_grid import frames_played_at
from har_live.types import Frame
from tests.support.people_made import person_at, scaled
from tests.support.resources import held, needs_proc, resident_bytes, wait_until
from tests.support.rtc_client import (
    ClipTrack,
    be_patient,
    be_strict,
    new_connection,
    num_cameras,
    offer_of,
    post,
    visiting,
)
from tests.support.serve_made import Served, served

FPS = 30


class BrightSpot:
    """Finds one person where the picture is brightest, after a while."""

    seconds = 0.0

    def find(
        self, pictures: Sequence[np.ndarray], *, aspects: Sequence[float]
    ) -> list[list[Detection]]:
        time.sleep(self.seconds)
        found = []
        for picture, aspect in zip(pictures, aspects, strict=True):
            x = int(picture.sum(axis=(0, 2), dtype=int).argmax()) / picture.shape[1]
            found.append([scaled(person_at(100 * aspect * x, 5, tall=90), 0.01)])
        return found


def moving_spot(width: int, height: int, count: int) -> list[np.ndarray]:
    """Pictures of a bright stripe that goes to the right."""
    pictures = np.full((count, height, width, 3), 60, np.uint8)
    for index, picture in enumerate(pictures):
        picture[:, width // 4 + index % (width // 2) :][:, :16] = 230
    return list(pictures)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    recognizer = Recognizer(runtime="onnx", device="cpu")
    recognizer.finder = BrightSpot()
    return recognizer


@pytest.fixture(scope="module")
def site(recognizer, tmp_path_factory) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        be_patient(patch)
        with served(tmp_path_factory.mktemp("site"), recognizer, max_visitors=2) as site:
            yield site


@pytest.fixture
def pushed(monkeypatch) -> list[Frame]:
    """Every picture that came for the scorer."""
    frames: list[Frame] = []
    push = ScorerInbox.push

    def noting(inbox: ScorerInbox, frame: Frame) -> None:
        frames.append(frame)
        push(inbox, frame)

    monkeypatch.setattr(ScorerInbox, "push", noting)
    return frames


def wait_for(site: Served, count: int) -> None:
    """Wait until so many cameras are looked at."""
    wait_until(lambda: num_cameras(site) == count)


def test_answers_are_those_of_a_stream_of_the_same_pictures(site, recognizer, pushed):
    async def visit() -> list[dict]:
        track = ClipTrack(moving_spot(320, 240, 90), fps=FPS)
        async with visiting(site.url, track) as visit:
            await visit.until(lambda one: one["pts_seconds"] >= 2.5)
            return [one for one in visit.messages if one["kind"] == "moment"]

    told = {one["pts_seconds"]: one for one in asyncio.run(visit())}
    wait_for(site, 0)
    stream = recognizer.stream()
    expected = [one for frame in list(pushed) for one in stream.push(frame)]
    pts = np.array([frame.pts_seconds for frame in pushed])
    played = pts[frames_played_at(pts, [one.end_seconds for one in expected])].round(4)
    pairs = [
        (one, told[at]) for one, at in zip(expected, played.tolist(), strict=True) if at in told
    ]
    if told[max(told)]["num_dropped"] == 0:  # else the machine was busy, and newer ones came first
        assert len(pairs) > 5
        for one, answer in pairs:
            assert (answer["label"], answer["person"]) == (one.label, one.person)
            assert answer["confidence"] == pytest.approx(one.confidence, abs=1e-3)
    instants = np.array(sorted(told)) * recognizer.card.clip.grid_fps
    assert np.abs(instants - np.round(instants)).max() < recognizer.card.clip.grid_fps / FPS


@needs_proc
def test_a_slow_recognizer_leaves_memory_and_delay_flat(site, recognizer, monkeypatch):
    """With a loop that scores what aiortc's queue holds, the delay grows by a second a second."""
    monkeypatch.setattr(BrightSpot, "seconds", 0.3)

    async def visit() -> tuple[list[float], list[int]]:
        track = ClipTrack(moving_spot(640, 480, 60), fps=FPS)
        async with visiting(site.url, track) as visit:
            await visit.until(lambda one: one["captured_ms"] is not None)
            begin, memory = len(visit.messages), [resident_bytes()]
            for _ in range(12):
                await visit.until(lambda _: True)
                memory.append(resident_bytes())
            pairs = zip(visit.arrivals_ms[begin:], visit.messages[begin:], strict=True)
            return [came - one["captured_ms"] for came, one in pairs], memory

    delays_ms, memory = asyncio.run(visit())
    first, last = delays_ms[:6], delays_ms[6:]
    assert np.median(last) < np.median(first) + 300
    assert max(memory[6:]) - memory[6] < 20e6
    wait_for(site, 0)


def test_more_visitors_than_there_is_room_for_are_told_so(site):
    async def visit() -> None:
        pictures = moving_spot(160, 120, 30)
        async with visiting(site.url, ClipTrack(pictures, fps=10)) as first:
            async with visiting(site.url, ClipTrack(pictures, fps=10)) as second:
                for odd in ("no JSON", "[" * 1000, "1", '{"key": "pause"}'):
                    first.channel.send(odd)
                await first.until(lambda one: one["kind"] == "moment")
                await second.until(lambda one: one["kind"] == "moment")
                answer = await post(site.url, {"sdp": await offer()})
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
                assert answer.json()["detail"].startswith("busy: ")
            await asyncio.to_thread(wait_for, site, 1)
            async with visiting(site.url, ClipTrack(pictures, fps=10)) as third:
                await third.until(lambda one: one["kind"] == "moment")

    asyncio.run(visit())
    wait_for(site, 0)


def test_nobody_is_let_in_whom_a_slow_machine_could_serve_too_late_only(site, monkeypatch):
    monkeypatch.setattr(rtc_room, "MOST_ROUND_SECONDS", 0.4)
    monkeypatch.setattr(BrightSpot, "seconds", 0.3)

    async def visit() -> None:
        pictures = moving_spot(160, 120, 30)
        async with visiting(site.url, ClipTrack(pictures, fps=10)) as first:
            await first.until(lambda one: one["kind"] == "moment")
            assert (await post(site.url, {"sdp": await offer()})).status_code == 503

    asyncio.run(visit())
    wait_for(site, 0)


def test_who_came_last_is_seen_out_where_labels_stay_late(site, monkeypatch):
    async def visit() -> None:
        pictures = moving_spot(160, 120, 30)
        async with visiting(site.url, ClipTrack(pictures, fps=10)) as first:
            await first.until(lambda one: one["kind"] == "moment")
            async with visiting(site.url, ClipTrack(pictures, fps=10)) as second:
                await second.until(lambda one: one["kind"] == "moment")
                second.say(delay_ms=5)  # nor does it help to deny it
                be_strict(monkeypatch)
                told = await second.until(lambda one: one["kind"] == "failed")
                assert told["detail"].startswith("busy: ")
                await first.until(lambda one: one["kind"] == "moment")
                await asyncio.to_thread(wait_for, site, 1)
            assert "failed" not in {one["kind"] for one in first.messages}

    asyncio.run(visit())
    wait_for(site, 0)


class SilentTrack(ClipTrack):
    """Gives a few pictures and then no more, as a camera does that is taken away."""

    async def recv(self):
        frame = await super().recv()
        if frame.pts > 45_000:
            await asyncio.Event().wait()
        return frame


def test_who_falls_silent_is_seen_out(site, monkeypatch):
    monkeypatch.setattr(rtc_visitor, "SILENT_SECONDS", 1.5)

    async def visit() -> None:
        async with visiting(site.url, SilentTrack(moving_spot(160, 120, 30), fps=10)) as visit:
            await visit.until(lambda one: one["kind"] == "moment")
            await asyncio.to_thread(wait_for, site, 0)

    asyncio.run(visit())


async def offer(*tracks: MediaStreamTrack, channel: bool = True, direction: str = "") -> str:
    connection = new_connection()
    try:
        if channel:
            connection.createDataChannel("answers")
        for track in tracks:
            connection.addTrack(track)
        if direction or not tracks:
            connection.addTransceiver("video", direction=direction or "sendonly")
        return await offer_of(connection)
    finally:
        for track in tracks:
            track.stop()
        await connection.close()


def crowded(sdp: str) -> str:
    line = "a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host\r\n"
    return sdp + line * (MOST_CANDIDATES + 1)


@needs_proc
def test_what_is_no_offer_of_a_camera_is_refused_and_leaves_nothing_behind(site):
    async def ask() -> list[tuple[int, str]]:
        good = await offer()
        offers = [
            "",
            "v=0",
            "\0" * 50,
            good[: len(good) // 2],
            good.replace("a=fingerprint", "a=fingerprinz"),
            good.replace("a=ice-pwd", "a=ice-pwt"),
            good.replace("VP8", "VP7").replace("H264", "H265").replace("VP9", "VP7"),
            await offer(AudioStreamTrack()),
            await offer(AudioStreamTrack(), direction="sendonly"),
            await offer(channel=False),
            await offer(direction="recvonly"),
            crowded(good),
        ]
        answers = [await post(site.url, {"sdp": sdp}) for sdp in offers]
        answers.append(await post(site.url, {"sdp": good, "weights": "/etc"}))
        answers.append(await post(site.url, {"sdp": good, "lesson": {"name": "../gym"}}))
        answers.append(await post(site.url, {"sdp": good + "x" * MOST_LETTERS}))
        return [(one.status_code, one.text) for one in answers]

    asyncio.run(ask())  # libraries open what they keep
    before = held()
    answers = asyncio.run(ask())
    assert [status for status, _ in answers] == [400] * (len(answers) - 1) + [422], answers
    assert all("\n" not in text and "Traceback" not in text for _, text in answers)
    wait_for(site, 0)
    wait_until(lambda: held() <= before)


def test_nothing_is_left_when_the_server_ends_before_its_visitors(recognizer, tmp_path):
    async def visit() -> None:
        with ExitStack() as stack:
            server = served(tmp_path, recognizer)
            site = await asyncio.to_thread(stack.enter_context, server)
            track = ClipTrack(moving_spot(160, 120, 30), fps=10)
            async with visiting(site.url, track) as visit:
                await visit.until(lambda one: one["kind"] == "moment")
                await asyncio.to_thread(stack.close)

    asyncio.run(visit())
