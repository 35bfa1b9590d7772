"""YouTube and pages like it: real yt-dlp, and a server here in place of those of YouTube."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from yt_dlp.extractor.youtube import YoutubeIE

from har_live.errors import SourceError
from har_live.sources import SourceOptions, open_source
from har_live.sources.media import MediaSource
from har_live.sources.youtube import YouTubeSource, open_youtube, source
from tests.make_media import make_clip, noisy, numbered
from tests.read_media import numbers, open_handles, times
from tests.servers.broadcast import Broadcast, make_recording
from tests.servers.http_server import (
    Answer,
    HttpServer,
    Request,
    file_answer,
    folder_answer,
    page_answer,
    stalling_answer,
    status_answer,
)
from tests.youtube_made import AGENT, PAGE, information, segments_format, video_format

QUICK = SourceOptions(timeout_seconds=1)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with HttpServer() as server:
        yield server


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Thirty frames, 10 fps, a key frame every ten, many bytes each."""
    return make_clip(
        tmp_path / "clip.mp4",
        pts_seconds=[index / 10 for index in range(30)],
        picture=noisy,
        options={"g": "10"},
        container_options={"movflags": "faststart"},
    )


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "PAUSES_SECONDS", (0.0, 0.0, 0.0))


class Site:
    """A page with a video whose address is a new one at every visit; only the newest is served."""

    def __init__(self, server: HttpServer, name: str) -> None:
        self.url = f"{server.url}/watch"
        self.num_visits = 0
        self._name = name
        self._server = server
        server.route("/watch", self._page)

    def serve(self, answer: Answer) -> None:
        """Answer the newest address like this, others with 403."""

        def answer_newest(request: Request) -> None:
            newest = request.place.startswith(f"/v{self.num_visits}/")
            (answer if newest else status_answer(403))(request)

        self._server.route("/v.*", answer_newest)

    def expire(self) -> None:
        """The addresses given so far are worth nothing from now on."""
        self.num_visits += 1

    def _page(self, request: Request) -> None:
        self.num_visits += 1
        video = f'<video src="/v{self.num_visits}/{self._name}?token=s3cret"></video>'
        page_answer(f"<html><title>A  person jumps</title>{video}</html>")(request)


def play_youtube(
    monkeypatch: pytest.MonkeyPatch,
    formats: list[dict[str, Any]],
    options: SourceOptions = QUICK,
    **more: Any,
) -> YouTubeSource:
    """What is played where YouTube's extractor gives this, through all the rest of yt-dlp."""
    monkeypatch.setattr(YoutubeIE, "_real_extract", lambda *_: information(formats, **more))
    opened = open_source(PAGE, options)
    assert isinstance(opened, YouTubeSource)
    return opened


def test_a_page_with_a_video_is_played(server: HttpServer, clip: Path) -> None:
    site = Site(server, "clip.mp4")
    site.serve(file_answer(clip))
    with open_source(f"{site.url}?token=s3cret") as opened:
        assert isinstance(opened, YouTubeSource)
        assert opened.info.name == "A person jumps (1)"
        assert not opened.info.is_live
        assert opened.info.duration_seconds == pytest.approx(3)
        assert numbers(list(opened)) == list(range(30))
    assert site.num_visits >= 1


@pytest.mark.parametrize("name", ["clip.mp4", "index.m3u8"])
def test_yt_dlp_itself_takes_direct_addresses(
    name: str, server: HttpServer, tmp_path: Path
) -> None:
    make_recording(tmp_path, num_segments=4)
    make_clip(tmp_path / "clip.mp4", pts_seconds=[index / 10 for index in range(20)])
    server.route("/.*", folder_answer(tmp_path))
    with open_youtube(f"{server.url}/{name}", QUICK) as opened:
        assert not opened.info.is_live
        assert numbers(list(opened)) == list(range(20))


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
    assert times(frames) == pytest.approx([number / 10 for number in seen])
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


def test_headers_and_cookies_reach_the_server_and_the_cookies_stay_as_they_are(
    server: HttpServer, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, str]] = []

    def answer(request: Request) -> None:
        seen.append(dict(request.headers))
        request.give(clip.read_bytes(), "video/mp4")

    server.route("/.*", answer)
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(
        "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t2147483647\tLOGIN\tyes-me\n"
        ".example.com\tTRUE\t/\tFALSE\t2147483647\tOTHER\tnot-yours\n"
    )
    before = cookies.read_bytes()
    url = f"{server.url}/clip.mp4"
    options = SourceOptions(timeout_seconds=5, cookies=cookies)
    formats = [video_format("135", 854, 480, 30, "avc1", url=url)]
    with play_youtube(monkeypatch, formats, options) as opened:
        assert numbers(list(opened)) == list(range(30))
    assert seen[0]["User-Agent"] == AGENT
    assert seen[0]["Accept-Language"] == "en-us,en;q=0.5"
    assert "LOGIN=yes-me" in seen[0]["Cookie"]
    assert "not-yours" not in str(seen)
    assert cookies.read_bytes() == before


def test_a_long_video_is_asked_for_in_parts(
    server: HttpServer, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(request: Request) -> None:
        asked.append(request.headers.get("Range", ""))
        request.give(clip.read_bytes(), "video/mp4")

    server.route("/.*", answer)
    part = video_format(
        "135", 854, 480, 30, "avc1", url=f"{server.url}/clip.mp4",
        downloader_options={"http_chunk_size": clip.stat().st_size // 3},
    )  # fmt: skip
    with play_youtube(monkeypatch, [part]) as opened:
        assert numbers(list(opened)) == list(range(30))
    assert len(asked) >= 3


def test_the_sound_is_named_beside_pictures_that_have_none(
    server: HttpServer, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.route("/.*", file_answer(clip))
    pictures = video_format("135", 854, 480, 30, "avc1", url=f"{server.url}/clip.mp4")
    sound = {**pictures, "format_id": "140", "url": f"{server.url}/sound.m4a", "vcodec": "none"}
    sound |= {"acodec": "mp4a.40.2", "width": None, "height": None}
    with play_youtube(monkeypatch, [sound, pictures]) as opened:
        assert opened.sound is not None
        assert opened.sound.url == f"{server.url}/sound.m4a"
        assert AGENT in opened.sound.options["headers"]
    with play_youtube(monkeypatch, [pictures]) as opened:
        assert opened.sound is None
    with play_youtube(monkeypatch, [{**pictures, "acodec": "mp4a.40.2"}]) as opened:
        assert opened.sound is not None
        assert opened.sound.url == f"{server.url}/clip.mp4"


def test_too_many_requests_for_the_page_say_so(server: HttpServer) -> None:
    server.route("/watch", status_answer(429))
    with pytest.raises(SourceError, match=r"/watch: too many requests from here \(429\); wait an"):
        open_youtube(f"{server.url}/watch?token=s3cret", QUICK)


def test_a_page_that_says_nothing_is_given_up(server: HttpServer) -> None:
    server.route("/watch", Request.stall)
    started = time.monotonic()
    with pytest.raises(SourceError, match="/watch: can't be reached; check the network"):
        open_youtube(f"{server.url}/watch", SourceOptions(timeout_seconds=0.3))
    assert time.monotonic() - started < 5


def test_a_stream_that_is_no_video_says_so(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.route("/.*", page_answer("<html>Sorry</html>"))
    formats = [video_format("135", 854, 480, 30, "avc1", url=f"{server.url}/clip.mp4")]
    with pytest.raises(SourceError, match=r"^A person jumps: not a video, .* update yt-dlp: "):
        play_youtube(monkeypatch, formats)


def test_yt_dlp_prints_nothing(
    server: HttpServer, clip: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    site = Site(server, "clip.mp4")
    site.serve(file_answer(clip))
    with open_youtube(site.url, QUICK) as opened:
        assert len(list(opened)) == 30
    with pytest.raises(SourceError):
        open_youtube(f"{server.url}/none", QUICK)
    assert capfd.readouterr() == ("", "")
    assert not isinstance(opened, MediaSource)
