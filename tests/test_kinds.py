"""What a person means by a source, and how it is to be opened."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from har_live.sources import SourceOptions
from har_live.sources.kinds import kind_of, with_small_scheme


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        ("figure", "figure"),
        ("0", "camera"),
        ("/dev/video12", "camera"),
        ("HD Pro Webcam C920", "camera"),
        ("USB2.0 HD UVC WebCam", "camera"),
        ("clip.mp4", "file"),
        ("./0", "file"),
        ("somewhere/clip", "file"),
        ("C:\\videos\\clip", "file"),
        ("rtsp://door/live", "address"),
        ("http://door/video.mjpg", "address"),
        ("https://youtu.be/abc", "youtube"),
        ("https://www.youtube.com/watch?v=abc", "youtube"),
        ("https://m.youtube.com/shorts/abc", "youtube"),
        ("https://www.youtube-nocookie.com/embed/abc", "youtube"),
        ("youtu.be/abc", "youtube"),
        ("www.youtube.com/watch?v=abc", "youtube"),
        ("youtube.com.mp4", "file"),
        ("https://notyoutube.com/watch", "address"),
        ("https://youtube.com.example.org/watch", "address"),
        ("https://example.org/?next=https://youtu.be/abc", "address"),
    ],
)
def test_the_kind_is_told_from_the_text(spec: str, kind: str) -> None:
    assert kind_of(spec) == kind


def test_a_file_without_a_suffix_is_still_a_file(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert kind_of("recording") == "camera"
    (tmp_path / "recording").touch()
    assert kind_of("recording") == "file"


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"camera_size": (0, 480)}, "camera_size is"),
        ({"camera_fps": 0}, "camera_fps is 0"),
        ({"youtube_height": -1}, "youtube_height is -1"),
        ({"timeout_seconds": 0}, "timeout_seconds is 0"),
        ({"rtsp_transport": "pigeon"}, "expected 'tcp' or 'udp'"),
    ],
)
def test_wrong_options_are_refused(wish: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SourceOptions(**wish)


def test_options_travel_to_another_process() -> None:
    options = SourceOptions(camera_size=(640, 480), cookies=Path("cookies.txt"), live=True)
    assert pickle.loads(pickle.dumps(options)) == options


@pytest.mark.parametrize(
    ("spec", "small"),
    [
        ("RTSP://Door/Live", "rtsp://Door/Live"),
        ("Http://a/B?c=D://e", "http://a/B?c=D://e"),
        ("CLIP.MP4", "CLIP.MP4"),
    ],
)
def test_a_scheme_may_be_written_in_capitals(spec: str, small: str) -> None:
    assert with_small_scheme(spec) == small
