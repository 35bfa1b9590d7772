"""Whoever annotates a YouTube video gets its sound, though it lies at an address of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import pytest
from yt_dlp.extractor.youtube import YoutubeIE

from har_live.card import Weights
from har_live.files.annotate import annotate
from har_live.recognizer import Recognizer
from tests.support.make_media import make_clip
from tests.support.servers.http_server import HttpServer, Request
from tests.support.youtube_made import AGENT, PAGE, information, sound_format, video_format


def sound_packets(path: Path) -> list[bytes]:
    with av.open(path) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def test_the_annotated_video_has_the_sound(
    small_weights: Callable[[str], Weights], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clip(tmp_path / "pictures.mp4", pts_seconds=[i / 10 for i in range(30)])
    both = make_clip(tmp_path / "both.mp4", pts_seconds=[i / 10 for i in range(30)], sound=True)
    agents: list[str] = []

    def answer(request: Request) -> None:
        agents.append(request.headers["User-Agent"])
        path = tmp_path / request.place.removeprefix("/")
        request.give(path.read_bytes(), "video/mp4")

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with HttpServer() as server:
        server.route("/.*", answer)
        sound = sound_format("140", "mp4a.40.2", 129.5, url=f"{server.url}/both.mp4")
        video = video_format("135", 854, 480, 30, "avc1", url=f"{server.url}/pictures.mp4")
        monkeypatch.setattr(YoutubeIE, "_real_extract", lambda *_: information([sound, video]))
        recognizer = Recognizer(small_weights("lrcn"), device="cpu")
        result = annotate(PAGE, recognizer, sinks=[tmp_path / "out.mp4"])
    assert result.num_frames == 30
    assert sound_packets(tmp_path / "out.mp4") == sound_packets(both) != []
    assert set(agents) == {AGENT}
