"""A site with a video, served on this machine, and YouTube's extractor answered for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from yt_dlp.extractor.youtube import YoutubeIE

from har_live.sources import SourceSettings, open_source
from har_live.sources.youtube import YouTubeSource
from tests.support.make_media import make_clip, noisy
from tests.support.servers.http_server import (
    Answer,
    HttpServer,
    Request,
    page_answer,
    status_answer,
)
from tests.support.youtube_made import PAGE, information

QUICK = SourceSettings(timeout_seconds=1)


def make_video(path: Path) -> Path:
    """Thirty frames, 10 fps, a key frame every ten, many bytes each."""
    return make_clip(
        path,
        pts_seconds=[index / 10 for index in range(30)],
        picture=noisy,
        options={"g": "10"},
        container_options={"movflags": "faststart"},
    )


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
    options: SourceSettings = QUICK,
    **more: Any,
) -> YouTubeSource:
    """Play what YouTube's extractor gives this, through all the rest of yt-dlp."""
    monkeypatch.setattr(YoutubeIE, "_real_extract", lambda *_: information(formats, **more))
    opened = open_source(PAGE, options)
    assert isinstance(opened, YouTubeSource)
    return opened
