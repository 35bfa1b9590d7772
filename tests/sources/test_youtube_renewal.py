"""A video whose address expires, or whose server breaks off, goes on where it was."""

from __future__ import annotations

import logging
import time
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from yt_dlp.extractor.youtube import YoutubeIE

from har_live.errors import SourceError
from har_live.sources.youtube import open_youtube, source
from tests.support.make_media import make_clip, numbered
from tests.support.read_media import numbers, open_handles, times
from tests.support.servers.broadcast import Broadcast, make_recording
from tests.support.servers.http_server import (
    Answer,
    HttpServer,
    Request,
    file_answer,
    folder_answer,
    stalling_answer,
    status_answer,
)
from tests.support.youtube_made import information, segments_format, video_format
from tests.support.youtube_site import QUICK, Site, make_video, play_youtube


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_video(tmp_path / "clip.mp4")


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "PAUSES_SECONDS", (0.0, 0.0, 0.0))


def test_an_address_that_expires_is_renewed_and_the_video_goes_on(
    server: HttpServer, clip: Path, no_pauses: None
) -> None:
    site = Site(server, "clip.mp4")
    content = clip.read_bytes()

    def answer(request: Request) -> None:
        first = site.num_visits <= num_first
        request.give(content, "video/mp4", limit=len(content) // 2 if first else None)
        if first:
            site.expire()  # half of it, and then 403

    num_first = 1
    site.serve(answer)
    with open_youtube(site.url, QUICK) as opened:
        frames = list(opened)
    assert numbers(frames) == list(range(30))
    assert times(frames) == pytest.approx([index / 10 for index in range(30)])
    assert site.num_visits == 3, "two visits and the one that made the first address worthless"


def test_a_playlist_whose_segments_expire_is_renewed(
    server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    make_recording(tmp_path, num_segments=20)
    for name in ("old", "new"):
        server.route(f"/{name}/.*", folder_answer(tmp_path))
    old, new = (
        segments_format("94", 854, 480, url=f"{server.url}/{name}/index.m3u8")
        for name in ("old", "new")
    )
    with play_youtube(monkeypatch, [old]) as opened:
        frames = list(islice(opened, 20))
        server.route("/old/.*", status_answer(403))
        monkeypatch.setattr(YoutubeIE, "_real_extract", lambda *_: information([new]))
        frames += list(opened)
    assert numbers(frames) == list(range(100))


def test_a_stated_expiry_is_not_waited_for(
    server: HttpServer, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.route("/.*", file_answer(clip))
    soon = int(time.time() + source.RENEWAL_SECONDS + 2)
    url = f"{server.url}/clip.mp4?expire={soon}"
    with play_youtube(monkeypatch, [video_format("135", 854, 480, 30, "avc1", url=url)]) as opened:
        frames = list(islice(opened, 5))
        new = video_format(
            "135", 854, 480, 30, "avc1", url=f"{server.url}/new.mp4?expire={soon + 9999}"
        )
        monkeypatch.setattr(YoutubeIE, "_real_extract", lambda *_: information([new]))
        now = time.time
        monkeypatch.setattr(time, "time", lambda: now() + 5)
        frames += list(opened)
    assert numbers(frames) == list(range(30))
    assert any(place.startswith("/new.mp4") for place in server.requests)


def test_a_clock_that_is_wrong_does_not_renew_for_ever(
    server: HttpServer, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.route("/.*", file_answer(clip))
    url = f"{server.url}/clip.mp4?expire=1000000000"
    with play_youtube(monkeypatch, [video_format("135", 854, 480, 30, "avc1", url=url)]) as opened:
        assert numbers(list(opened)) == list(range(30))
    assert len(server.requests) <= 3


def test_a_body_cut_short_and_a_stall_are_overcome(
    server: HttpServer, clip: Path, no_pauses: None
) -> None:
    site = Site(server, "clip.mp4")
    content = clip.read_bytes()
    stall = stalling_answer(content, "video/mp4", after=len(content) * 2 // 3)
    whole = file_answer(clip)
    site.serve(lambda request: (stall if site.num_visits == 1 else whole)(request))
    handles = open_handles()
    with open_youtube(site.url, QUICK) as opened:
        assert numbers(list(opened)) == list(range(30))
    assert site.num_visits == 2
    server.stopping.set()
    assert open_handles() <= handles + 4, "the server's side may still be closing"


def test_what_stays_lost_is_an_error_after_some_attempts(
    server: HttpServer, clip: Path, no_pauses: None, caplog: pytest.LogCaptureFixture
) -> None:
    site = Site(server, "clip.mp4")
    content = clip.read_bytes()
    site.serve(lambda request: request.give(content, "video/mp4", limit=len(content) // 2))
    with open_youtube(site.url, QUICK) as opened, caplog.at_level(logging.INFO):
        frames = list(islice(opened, 5))
        site.serve(status_answer(403))
        with pytest.raises(SourceError, match=r"\(1\): access refused \(403\).*update yt"):
            frames.extend(opened)
    assert numbers(frames) == list(range(len(frames)))
    assert site.num_visits == 1 + len(source.PAUSES_SECONDS)
    assert "s3cret" not in caplog.text


def test_a_live_stream_is_live_and_goes_on_when_its_address_expires(
    server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    make_recording(tmp_path, num_segments=11)
    broadcast = Broadcast(11)
    server.route("/.*", folder_answer(tmp_path))
    for name in ("old", "new"):
        server.route(f"/{name}/live.m3u8", broadcast)
    old, new = (
        segments_format("94", 854, 480, url=f"{server.url}/{name}/live.m3u8")
        for name in ("old", "new")
    )
    live: dict[str, Any] = {"is_live": True, "live_status": "is_live", "duration": None}
    with play_youtube(monkeypatch, [old], title="Day 2026-01-01 00:00", **live) as opened:
        assert opened.info.is_live
        assert opened.info.duration_seconds is None
        frames = list(islice(opened, 5))
        monkeypatch.setattr(YoutubeIE, "_real_extract", lambda *_: information([new], **live))
        server.route("/old/.*", status_answer(403))
        frames += list(opened)
    seen = numbers(frames)
    assert seen == sorted(set(seen)), "nothing twice"
    assert seen[-1] == 54
    assert times(frames) == pytest.approx([(number - seen[0]) / 10 for number in seen])
    assert "/new/live.m3u8" in server.requests


def test_a_live_stream_on_a_new_clock_goes_on_after_the_old_one(
    server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    late = make_clip(tmp_path / "late.ts", pts_seconds=[100 + index / 10 for index in range(10)])
    early = make_clip(tmp_path / "early.ts", picture=lambda i, w, h: numbered(i + 10, w, h))

    def endless(path: Path) -> Answer:
        def answer(request: Request) -> None:
            request.give_endless("video/mp2t")
            request.wfile.write(path.read_bytes())

        return answer

    server.route("/late", endless(late))
    server.route("/early", endless(early))
    before, after = (
        video_format("94", 854, 480, 30, "avc1", url=f"{server.url}/{name}")
        for name in ("late", "early")
    )
    with play_youtube(monkeypatch, [before], is_live=True, live_status="is_live") as opened:
        frames = list(islice(opened, 10))
        monkeypatch.setattr(YoutubeIE, "_real_extract", lambda *_: information([after]))
        frames += list(islice(opened, 10))
    assert numbers(frames) == list(range(20))
    assert times(frames) == sorted(set(times(frames)))
    assert 0 < frames[10].pts_seconds - frames[9].pts_seconds < 5
