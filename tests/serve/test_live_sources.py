"""Live sources: their newest picture and moment, for any number of tabs, however slow."""

from __future__ import annotations

import json
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from tests.support.resources import wait_until
from tests.support.serve_made import Served, events_of, served
from tests.support.servers.mjpeg import MjpegCamera


@pytest.fixture(scope="module")
def camera(waving: list[np.ndarray]) -> Iterator[MjpegCamera]:
    """A camera before which the drawn person waves for ever."""
    with MjpegCamera(pictures=[picture[..., ::-1] for picture in waving]) as camera:
        yield camera


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, shipped, camera) -> Iterator[Served]:
    """A server that shows it, and a source that can't be there."""
    sources = (camera.url, "http://127.0.0.1:9/away?secret=1")
    with served(tmp_path_factory.mktemp("live") / "own", shipped, sources=sources) as live:
        events_of(live, until=is_wave)  # all threads have begun
        yield live


def is_wave(_kind: str, told: dict) -> bool:
    return told.get("label") == "wave"


def parted(answer: str | bytes) -> tuple[dict, bytes]:
    """Take an answer of ``watch`` apart: what is told, and the JPEG."""
    assert isinstance(answer, bytes)
    length = int.from_bytes(answer[:4], "big")
    return json.loads(answer[4 : 4 + length]), answer[4 + length :]


def test_what_is_done_is_told_with_people_and_latency(live):
    kind, told = events_of(live, until=is_wave)[-1]
    assert (kind, told["source"], told["person"]) == ("moment", 0, told["people"][0]["id"])
    (person,) = told["people"]
    assert (len(person["joints"]), person["label"]) == (13, "wave")
    assert told["top"][0]["label"] == "wave"
    assert 0 < told["latency_ms"] < 5000
    assert told["pts_seconds"] > 0


def test_sources_are_listed_without_secrets(live):
    events_of(live, until=is_wave)
    there, away = live.http.get("/api/sources").json()
    assert (there["state"], there["width"], there["height"]) == ("live", 320, 240)
    assert (away["state"], away["moment"]) == ("opening", None)
    text = json.dumps([there, away]) + live.http.get("/metrics").text
    assert "secret" not in text
    assert live.http.get("/api/sources/0").json()["name"] == there["name"]
    assert live.http.get("/api/sources/7").status_code == 404


def test_the_newest_picture(live):
    events_of(live, until=is_wave)
    jpeg = live.http.get("/api/sources/0/picture.jpg")
    assert jpeg.headers["content-type"] == "image/jpeg"
    assert cv2.imdecode(np.frombuffer(jpeg.content, np.uint8), 1).shape == (240, 320, 3)
    assert live.http.get("/api/sources/1/picture.jpg").status_code == 404


def test_a_slow_tab_delays_nobody_and_gets_the_newest(live):
    with live.socket("/api/sources/0/watch") as slow, live.socket("/api/sources/0/watch") as quick:
        slow.send("next")  # and then doesn't look
        times = []
        while len(times) < 30:
            quick.send("next")
            told, jpeg = parted(quick.recv(timeout=30))
            if jpeg and told["moment"]:
                times.append(told["moment"]["pts_seconds"])
        assert times == sorted(times)
        first, _ = parted(slow.recv(timeout=30))
        slow.send("next")
        newest, jpeg = parted(slow.recv(timeout=30))
        assert jpeg
        assert newest["moment"]["pts_seconds"] >= times[-1]
        assert first["moment"] is None or first["moment"]["pts_seconds"] < times[-1]
    figures = live.http.get("/metrics").text
    assert 'har_live_source_up{source="http://127.0.0.1' in figures
    assert "har_live_label_latency_seconds_bucket" in figures
    wait_until(lambda: "har_live_viewers 0.0" in live.http.get("/metrics").text)


def test_a_websocket_tells_moments_too(live):
    with live.socket("/api/events/ws?source=0") as socket:
        told = json.loads(socket.recv(timeout=30))
    assert (told["event"], told["source"]) == ("moment", 0)


def test_a_source_that_is_lost_says_so_and_returns(shipped, waving, tmp_path):
    pictures = [picture[..., ::-1] for picture in waving]
    events, other = tmp_path / "events.jsonl", tmp_path / "other.jsonl"
    other.write_text("of others\n")  # a sink that fails ends no run
    with (
        MjpegCamera(pictures=pictures) as camera,
        served(
            tmp_path / "own", shipped, sources=(camera.url,), events=(str(other), str(events))
        ) as site,
    ):
        events_of(site, until=is_wave)
        camera.switch_off()
        wait_until(lambda: site.http.get("/api/sources/0").json()["state"] == "lost")
        with MjpegCamera(camera.port, pictures=pictures):
            wait_until(lambda: site.http.get("/api/sources/0").json()["state"] == "live", 60)
            over = events_of(site, until=lambda kind, _told: kind == "segment", after=0)
            with site.socket("/api/sources/0/watch") as late:
                late.send("next")
                told, _ = parted(late.recv(timeout=30))
            assert told["over"][0]["start_seconds"] == over[-1][1]["start_seconds"]
            _, first = (json.loads(line) for line in events.read_text().splitlines()[:2])
            assert first["label"] == told["over"][0]["label"]
        assert 'har_live_source_losses_total{source="' in site.http.get("/metrics").text
