"""YouTube and pages like it: real yt-dlp, and a server here in place of those of YouTube."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from har_live.errors import SourceError
from har_live.sources import SourceSettings, open_source
from har_live.sources.youtube import YouTubeSource, open_youtube
from tests.support.make_media import make_clip
from tests.support.read_media import numbers
from tests.support.servers.broadcast import make_recording
from tests.support.servers.http_server import (
    HttpServer,
    Request,
    file_answer,
    folder_answer,
    page_answer,
    status_answer,
)
from tests.support.youtube_made import AGENT, video_format
from tests.support.youtube_site import QUICK, Site, make_video, play_youtube


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_video(tmp_path / "clip.mp4")


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
    options = SourceSettings(timeout_seconds=5, cookies=cookies)
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
        open_youtube(f"{server.url}/watch", SourceSettings(timeout_seconds=0.3))
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
