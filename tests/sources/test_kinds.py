"""What a person means by a source, and how it is to be opened."""

from __future__ import annotations

import json
import math
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name

import pytest

from har_live import annotate, predict
from har_live.files.annotate_many import output_paths
from har_live.recognizer import Recognizer
from har_live.sources import SourceKind, SourceSettings, kinds, open_source, register
from har_live.sources.address import with_small_scheme
from har_live.sources.kinds import kind_of
from tests.support.live_made import live_one


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        ("figure", "figure"),
        ("-", "stdin"),
        ("screen", "screen"),
        ("screen:2", "screen"),
        ("screen:Firefox", "screen"),
        ("screens", "camera"),
        ("./screen", "file"),
        ("", "camera"),
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
    assert kind_of(spec).name == kind


def test_the_opener_of_every_kind_is_there() -> None:
    assert [kind.name for kind in kinds.KINDS if not callable(resolve_name(kind.opener))] == []


@pytest.fixture
def outsider(monkeypatch: pytest.MonkeyPatch) -> SourceKind:
    """A kind that a package of somebody else's adds."""
    monkeypatch.setattr(kinds, "KINDS", kinds.KINDS.copy())
    kind = SourceKind(
        name="made",
        matches=lambda spec: spec.startswith("recording:"),
        opener="tests.support.sources_made:open_made",
        label=lambda spec: spec.replace(":", " of "),
    )
    register(kind)
    return kind


@pytest.mark.parametrize("can_hang", [True, False])
def test_a_kind_from_outside_works_everywhere(can_hang, outsider, small_weights, tmp_path) -> None:
    """In live use also in a process of its own, which knows of no outsiders."""
    register(replace(outsider, can_hang=lambda _spec: can_hang))
    recognizer = Recognizer(small_weights("lrcn"), device="cpu")
    assert kind_of("recording:20").can_hang("recording:20") == can_hang
    with open_source("recording:20") as source:
        assert len(list(source)) == 20
    assert annotate("recording:20", recognizer, sinks=[tmp_path / "out.mp4"]).num_frames == 20
    assert predict("recording:20", recognizer).num_frames == 20
    summary = live_one("recording:20", recognizer, sinks=[tmp_path / "live.mp4"])
    assert (summary.source, summary.exit_code) == ("recording of 20", 0)
    assert 0 < summary.num_shown <= 20
    assert output_paths(["recording:20"], Path("x"))[0][0].name == "recording_of_20.mp4"


def test_a_kind_of_an_installed_package_works_from_the_command_line(tmp_path) -> None:
    metadata = tmp_path / "bells-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: bells\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[har_live.sources]\nbell = bells:KIND\n")
    (tmp_path / "bells.py").write_text(
        "from har_live.sources import SourceKind\n"
        "KIND = SourceKind(\n"
        "    name='bell',\n"
        "    matches=lambda spec: spec.startswith('recording:'),\n"
        "    opener='tests.support.sources_made:open_made',\n"
        ")\n"
    )
    paths = [str(tmp_path), *sys.path]
    done = subprocess.run(
        [sys.executable, "-m", "har_live", "predict", "recording:20", "--json"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["num_frames"] == 20


def test_a_file_without_a_suffix_is_still_a_file(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert kind_of("recording").name == "camera"
    (tmp_path / "recording").touch()
    assert kind_of("recording").name == "file"


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"camera_size": (0, 480)}, "camera_size is"),
        ({"camera_fps": 0}, "camera_fps is 0"),
        ({"camera_fps": math.inf}, "camera_fps is inf"),
        ({"youtube_height": -1}, "youtube_height is -1"),
        ({"timeout_seconds": 0}, "timeout_seconds is 0"),
        ({"rtsp_transport": "pigeon"}, "expected 'tcp' or 'udp'"),
    ],
)
def test_wrong_options_are_refused(wish: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SourceSettings(**wish)


def test_options_travel_to_another_process() -> None:
    options = SourceSettings(camera_size=(640, 480), cookies=Path("cookies.txt"), live=True)
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
