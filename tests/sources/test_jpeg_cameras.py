"""JPEG cameras that browsers show and FFmpeg alone does not, and addresses that are no video."""

from __future__ import annotations

import base64
import time
from itertools import islice
from urllib.parse import urlsplit

import cv2
import pytest

from har_live.errors import SourceError
from har_live.sources import SourceSettings, open_source
from har_live.sources.web_answer import WebAnswer, look_at
from tests.support.make_media import numbered
from tests.support.read_media import numbers, times
from tests.support.servers.http_server import Answer, HttpServer, Request, page_answer

JPEGS = [
    cv2.imencode(".jpg", numbered(index, 64, 48)[..., ::-1])[1].tobytes() for index in range(20)
]
HASTY = SourceSettings(timeout_seconds=2)
WATCHED = SourceSettings(timeout_seconds=2, camera_fps=20, live=True)
MULTIPART = "multipart/x-mixed-replace; boundary=frame"


def headed(jpeg: bytes, *, too_long: int = 0) -> bytes:
    length = len(jpeg) + too_long
    return b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s" % (length, jpeg)


PARTS = {
    "nothing before the first": lambda jpeg: headed(jpeg) + b"\r\n--frame\r\n",
    "a wrong length": lambda jpeg: b"--frame\r\n%s\r\n" % headed(jpeg, too_long=37),
    "another wrong length": lambda jpeg: b"--frame\r\n%s\r\n" % headed(jpeg, too_long=-40),
    "no heads at all": lambda jpeg: jpeg,
    "as it should be": lambda jpeg: b"--frame\r\n%s\r\n" % headed(jpeg),
}


def camera(kind: str, media_type: str = MULTIPART) -> Answer:
    """Sends twenty pictures a tenth of a second apart, then hangs up."""

    def answer(request: Request) -> None:
        request.give_endless(media_type)
        for jpeg in JPEGS:
            request.wfile.write(PARTS[kind](jpeg))
            request.wfile.flush()
            request.owner.stopping.wait(0.1)

    return answer


@pytest.mark.parametrize("media_type", [MULTIPART, "image/jpeg", "application/octet-stream"])
@pytest.mark.parametrize("kind", PARTS)
def test_pictures_are_found_whatever_stands_between_them(
    kind: str, media_type: str, server: HttpServer
) -> None:
    server.route("/video", camera(kind, media_type))
    with open_source(f"http://ann:s3cret@{server.place}/video", HASTY) as source:
        assert source.info.is_live
        frames = list(islice(source, 12))
    shown = numbers(frames)
    first_of_second = next((i for i in range(1, 12) if shown[i] <= shown[i - 1]), 0)
    assert first_of_second <= 1, "it is asked again once, after its first picture"
    assert shown[first_of_second:] == list(range(shown[first_of_second], shown[-1] + 1))
    assert times(frames) == sorted(set(times(frames)))
    assert times(frames)[-1] - times(frames)[2] == pytest.approx(0.9, abs=0.4)


def test_a_single_picture_is_asked_for_again_and_again(server: HttpServer) -> None:
    def answer(request: Request) -> None:
        if len(server.requests) % 3:
            request.give(JPEGS[len(server.requests) % 20], "image/jpeg")
        else:
            request.give_status(503)

    server.route("/snapshot.jpg", answer)
    with open_source(f"{server.url}/snapshot.jpg?token=abc", WATCHED) as source:
        assert source.info.is_live
        assert source.info.name == f"{server.url}/snapshot.jpg"
        frames = list(islice(source, 6))
    assert len(set(numbers(frames))) == 6
    assert times(frames) == sorted(set(times(frames)))
    assert times(frames)[-1] >= 5 / 20


@pytest.mark.parametrize("has_length", [True, False])
def test_a_single_picture_is_no_video(has_length: bool, server: HttpServer) -> None:
    def answer(request: Request) -> None:
        if has_length:
            request.give(JPEGS[0], "image/jpeg")
        else:
            request.give_endless("image/jpeg")
            request.wfile.write(JPEGS[0])

    server.route("/.*", answer)
    with pytest.raises(SourceError, match=r"/snapshot: is a single picture, .*har-live live"):
        open_source(f"{server.url}/snapshot", HASTY)


def test_a_camera_of_single_pictures_that_is_gone_is_lost(server: HttpServer) -> None:
    server.route("/.*", lambda request: request.give(JPEGS[0], "image/jpeg"))
    options = SourceSettings(timeout_seconds=0.3, camera_fps=50, live=True)
    with open_source(f"{server.url}/snapshot", options) as source:
        frames = iter(source)
        assert len(list(islice(frames, 3))) == 3
        server.route("/.*", lambda request: request.give_status(500))
        started = time.monotonic()
        with pytest.raises(SourceError, match=r"the server failed \(5xx\)"):
            list(frames)
        assert time.monotonic() - started < 5


def redirect(request: Request) -> None:
    request.give_status(302, {"Location": "/around?token=s3cret"})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (redirect, "the server redirects without end; "),
        (lambda request: request.give(b'{"ok": false}', "application/json"), "application/json "),
        (lambda request: request.give(b"no\n", "text/plain"), "text/plain came back, not a video"),
        (page_answer("<html>login please</html>"), "a web page came back: if it asks for a passw"),
    ],
)
def test_what_came_back_is_said(answer: Answer, words: str, server: HttpServer) -> None:
    server.route("/.*", answer)
    with pytest.raises(SourceError) as caught:
        open_source(f"http://ann:s3cret@{server.place}/cam?token=s3cret", HASTY)
    assert words in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_user_and_password_go_with_the_second_look(server: HttpServer) -> None:
    def answer(request: Request) -> None:
        if request.headers.get("Authorization"):
            given.append(base64.b64decode(request.headers["Authorization"].split()[1]))
            request.give(b"<HTML>hello", "application/octet-stream")
        else:
            request.give_status(401, {"WWW-Authenticate": 'Basic realm="camera"'})

    given: list[bytes] = []
    server.route("/.*", answer)
    url = f"http://ann:p%40ss%23@{server.place}/"
    assert urlsplit(url).port is not None
    assert look_at(url, timeout_seconds=2) == WebAnswer("page", "application/octet-stream")
    assert given == [b"ann:p@ss#"]


@pytest.mark.parametrize(
    ("place", "is_hinted"),
    [
        ("u:p@ss#1@127.0.0.1:1/x", True),
        ("u:p/s@127.0.0.1:1/x", True),
        ("u:p?s@127.0.0.1:1/x", True),
        ("u:p%40ss%231@127.0.0.1:1/x", False),
        ("127.0.0.1:1/@x", False),
        ("127.0.0.1:1/x", False),
    ],
)
@pytest.mark.parametrize("scheme", ["rtsp", "RTSP", "Http"])
def test_a_password_that_ends_too_soon_is_hinted_at(
    scheme: str, place: str, is_hinted: bool
) -> None:
    with pytest.raises(SourceError) as caught:
        open_source(f"{scheme}://{place}", HASTY)
    assert ("as %40 %3A" in str(caught.value)) == is_hinted
    assert ("connection refused" in str(caught.value)) or is_hinted
    assert str(caught.value).count("%40") == is_hinted
