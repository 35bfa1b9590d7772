"""Cameras. No build machine has one: OpenCV's own capture reads a file and a pipe in its place,
and the kernel's answers come from a driver made for the tests."""

from __future__ import annotations

import errno
import itertools
import os
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from har_live.errors import SourceError
from har_live.sources import SourceSettings, camera, open_source
from har_live.sources.camera import CameraSource, open_capture
from har_live.sources.camera_info import CameraInfo
from har_live.sources.camera_list import find_camera, list_cameras
from tests.support.fake_v4l2 import CAPTURE_PLANES, CODEC, METADATA, YUYV, FakeDevice, FakeKernel
from tests.support.make_media import colors_in, make_clip, quadrants

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="V4L2 is Linux's")

SIZE = (64, 48)
JOIN_SECONDS = 10


@pytest.fixture
def webcam(kernel) -> FakeKernel:
    kernel.plug_in(0, "HD Webcam C270")
    return kernel


def put_in_place(monkeypatch, location: Path) -> None:
    """Let OpenCV read a file or a pipe where it would read a camera."""
    monkeypatch.setattr(
        camera, "open_capture", lambda index, options: cv2.VideoCapture(str(location))
    )


class FakeCapture:
    """OpenCV's capture of a device, as far as settings go; it never has a picture."""

    def __init__(self, index: int, backend: int) -> None:
        self.index, self.backend = index, backend
        self.settings: list[tuple[int, float]] = []
        self.is_open = True
        self.num_grabs = 0

    def isOpened(self) -> bool:
        return self.is_open

    def set(self, item: int, value: float) -> bool:
        self.settings.append((item, value))
        return True

    def get(self, item: int) -> float:
        return 0.0

    def grab(self) -> bool:
        self.num_grabs += 1
        return False

    def release(self) -> None:
        self.is_open = False


# Listing.


def test_cameras_by_number_with_names_and_sizes(kernel):
    kernel.plug_in(10, "Capture Card")
    kernel.plug_in(2, "HD Webcam C270")
    kernel.plug_in(3, "HD Webcam C270", FakeDevice(caps=METADATA), index=1)
    kernel.plug_in(4, "bcm2835-codec-decode", FakeDevice(caps=CODEC))
    (kernel.sys / "v4l-subdev0").mkdir()
    sizes = ((320, 240), (640, 480), (1280, 720))
    assert list_cameras() == [
        CameraInfo(2, "HD Webcam C270", sizes, "free"),
        CameraInfo(10, "Capture Card", sizes, "free"),
    ]


def test_a_range_of_sizes_is_told_by_the_usual_ones_in_it(kernel):
    any_size = [(48, 1920, 8, 48, 1080, 8)]
    kernel.plug_in(0, "unicam", FakeDevice(CAPTURE_PLANES, {YUYV: any_size}))
    assert list_cameras()[0].sizes == ((320, 240), (640, 480), (1280, 720), (1920, 1080))


def test_a_camera_in_use_and_who_has_it(kernel):
    path = kernel.plug_in(0, "HD Webcam C270", FakeDevice(is_streaming_elsewhere=True))
    kernel.let_use(path, "zoom", 4211)
    kernel.let_use(kernel.dev / "null", "cat", 12)
    kernel.let_use(path, "python", os.getpid())  # this program's own handle is nobody else's
    (info,) = list_cameras()
    assert (info.state, info.used_by) == ("in use", "zoom (process 4211)")


def test_opened_by_another_but_not_streaming_is_free(webcam):
    webcam.let_use(webcam.dev / "video0", "wireplumber", 900)
    assert list_cameras()[0].state == "free"


def refuse_to_open(monkeypatch, number: int) -> None:
    real = os.open

    def refuse(path, *arguments, **options):
        if Path(path).parent.name == "dev":
            raise OSError(number, os.strerror(number), str(path))
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)


def test_a_forbidden_camera_is_listed_once(kernel, monkeypatch):
    kernel.plug_in(0, "HD Webcam C270")
    kernel.plug_in(1, "HD Webcam C270", FakeDevice(caps=METADATA), index=1)
    refuse_to_open(monkeypatch, errno.EACCES)
    assert list_cameras() == [CameraInfo(0, "HD Webcam C270", state="no permission")]


def test_a_camera_that_went_meanwhile_is_none(webcam, monkeypatch):
    refuse_to_open(monkeypatch, errno.ENODEV)
    assert list_cameras() == []


def test_a_machine_without_video_has_no_cameras(tmp_path, monkeypatch):
    monkeypatch.setattr("har_live.sources.v4l2.CLASS", tmp_path / "missing")
    assert list_cameras() == []


# Finding.


@pytest.mark.parametrize("spec", ["2", "/dev/video2", "webcam c", "HD WEBCAM C270"])
def test_found_by_number_device_and_part_of_its_name(kernel, spec):
    kernel.plug_in(0, "Capture Card")
    kernel.plug_in(2, "HD Webcam C270")
    assert find_camera(spec).index == 2


def test_no_name_is_the_first_and_a_whole_name_beats_a_part(kernel):
    kernel.plug_in(4, "Webcam")
    kernel.plug_in(1, "Webcam 2")
    assert find_camera("").index == 1
    assert find_camera("webcam").index == 4


def test_what_is_said_when_it_is_not_found(kernel):
    def complaint(spec: str) -> str:
        with pytest.raises(SourceError) as caught:
            find_camera(spec)
        return str(caught.value)

    none = "none; plug one in, or give a file or an address"
    assert complaint("") == f"camera: not found; cameras: {none}"
    assert complaint("0") == f"camera 0: not found; cameras: {none}"
    assert complaint("clip") == f"'clip' is neither a file nor a camera; cameras: {none}"
    kernel.plug_in(0, "C270")
    kernel.plug_in(2, "C270")
    assert complaint("1") == "camera 1: not found; cameras: 0 (C270), 2 (C270)"
    assert complaint("c2") == "camera 'c2': more than one; give the number: 0 (C270), 2 (C270)"


# Opening.


def test_a_camera_in_use_says_by_whom(kernel):
    path = kernel.plug_in(0, "C270", FakeDevice(is_streaming_elsewhere=True))
    kernel.let_use(path, "zoom", 4211)
    with pytest.raises(SourceError, match=r"camera 0 \(C270\) is in use by zoom \(process 4211\)"):
        CameraSource("0", SourceSettings())


def test_a_forbidden_camera_names_the_group(webcam, monkeypatch):
    refuse_to_open(monkeypatch, errno.EACCES)
    with pytest.raises(SourceError, match=r"may not be read .* usermod -aG video"):
        CameraSource("0", SourceSettings())


def test_a_camera_that_opencv_can_not_open(webcam, capfd):
    # The device is a plain file here: OpenCV itself refuses it, and says nothing of its own.
    with pytest.raises(SourceError, match=r"camera 0 \(HD Webcam C270\) can't be opened; plug"):
        CameraSource("0", SourceSettings())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (SourceSettings(), []),
        (
            SourceSettings(camera_size=(1280, 720), camera_fps=60),
            [
                (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
                (cv2.CAP_PROP_FRAME_WIDTH, 1280),
                (cv2.CAP_PROP_FRAME_HEIGHT, 720),
                (cv2.CAP_PROP_FPS, 60),
            ],
        ),
        (
            SourceSettings(camera_size=(640, 480)),
            [(cv2.CAP_PROP_FRAME_WIDTH, 640), (cv2.CAP_PROP_FRAME_HEIGHT, 480)],
        ),
    ],
)
def test_what_a_camera_is_asked_for(monkeypatch, options, expected):
    monkeypatch.setattr(cv2, "VideoCapture", FakeCapture)
    capture = open_capture(3, options)
    assert (capture.index, capture.backend) == (3, cv2.CAP_V4L2)
    assert capture.settings == [(cv2.CAP_PROP_BUFFERSIZE, 2), *expected]


# Reading.


def test_pictures_are_rgb_and_the_camera_is_live(webcam, tmp_path, monkeypatch):
    put_in_place(monkeypatch, make_clip(tmp_path / "clip.avi", picture=quadrants, size=SIZE))
    with open_source("0") as source:
        assert source.info.is_live
        assert source.info.name == "HD Webcam C270"
        assert (source.info.width, source.info.height) == SIZE
        assert source.info.duration_seconds is None
        frames = list(itertools.islice(source, 4))
    assert [colors_in(frame.image) for frame in frames] == [list("RGBW")] * 4
    times = [frame.pts_seconds for frame in frames]
    assert times[0] == 0
    assert times == sorted(times)
    source.close()
    assert list(source) == []


def test_another_size_than_asked_for_is_said(webcam, tmp_path, monkeypatch, caplog):
    put_in_place(monkeypatch, make_clip(tmp_path / "clip.avi", size=SIZE))
    CameraSource("0", SourceSettings(camera_size=SIZE)).close()
    assert caplog.messages == []
    CameraSource("0", SourceSettings(camera_size=(1280, 720))).close()
    assert "gives 64×48 pixels, not the 1280×720 asked for" in caplog.text


def test_unplugged_is_an_error_soon_and_without_a_busy_loop(webcam, tmp_path, monkeypatch):
    # After the last picture of the file, reads fail like those of a camera that is gone.
    path = make_clip(tmp_path / "clip.avi", pts_seconds=[0, 0.1, 0.2], size=SIZE)
    put_in_place(monkeypatch, path)
    with CameraSource("webcam", SourceSettings()) as source:
        frames = iter(source)
        assert len(list(itertools.islice(frames, 3))) == 3
        begun, worked = time.monotonic(), time.thread_time()
        with pytest.raises(SourceError, match=r"\(HD Webcam C270\) gives no pictures: unplugged"):
            next(frames)
        assert 0.5 < time.monotonic() - begun < 5
        assert time.thread_time() - worked < 0.2


def test_a_camera_without_a_picture_is_let_go(webcam, monkeypatch):
    capture = FakeCapture(0, cv2.CAP_V4L2)
    monkeypatch.setattr(camera, "open_capture", lambda index, options: capture)
    with pytest.raises(SourceError, match="gives no pictures"):
        CameraSource("0", SourceSettings(timeout_seconds=0.1))
    assert not capture.is_open
    assert capture.num_grabs < camera.MOST_FAILURES  # the time was up first


def test_single_damaged_pictures_are_passed_over(webcam, monkeypatch):
    class Damaged(FakeCapture):
        def grab(self) -> bool:
            self.num_grabs += 1
            return self.num_grabs % 3 == 0

        def retrieve(self) -> tuple[bool, np.ndarray | None]:
            whole = self.num_grabs % 2 == 0
            return whole, np.zeros((48, 64, 3), np.uint8) if whole else None

    monkeypatch.setattr(camera, "open_capture", lambda index, options: Damaged(0, 0))
    monkeypatch.setattr(camera, "PAUSE_SECONDS", 0.0)
    with CameraSource("0", SourceSettings()) as source:
        assert len(list(itertools.islice(source, 3))) == 3
        assert source.info.fps is None  # this one states 0


class Pipe:
    """A named pipe into which a thread writes uncompressed video, as long as it is let."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self.may_go_on = threading.Event()
        self._thread = threading.Thread(target=self._write, name="har-live-test-pipe")
        self._thread.start()

    def _write(self) -> None:
        picture = b"FRAME\n" + bytes(SIZE[0] * SIZE[1] * 3 // 2)
        with self.path.open("wb") as pipe:
            pipe.write(b"YUV4MPEG2 W%d H%d F10:1 C420jpeg\n" % SIZE)
            pipe.write(picture * 5)
            pipe.flush()
            assert self.may_go_on.wait(JOIN_SECONDS)
            pipe.write(picture * 5)

    def join(self) -> None:
        self.may_go_on.set()
        self._thread.join(JOIN_SECONDS)


def test_a_read_that_hangs_costs_nothing_and_its_time_shows(webcam, tmp_path, monkeypatch):
    pipe = Pipe(tmp_path / "camera.y4m")
    put_in_place(monkeypatch, pipe.path)
    times: list[float] = []
    arrived = threading.Semaphore(0)
    errors: list[SourceError] = []

    def read() -> None:
        try:
            with CameraSource("0", SourceSettings()) as source:
                for frame in source:
                    times.append(frame.pts_seconds)
                    arrived.release()
        except SourceError as error:
            errors.append(error)

    reader = threading.Thread(target=read, name="har-live-test-reader")
    reader.start()
    try:
        worked = 0.0
        while arrived.acquire(timeout=0.5 if times else JOIN_SECONDS):
            worked = time.process_time()
        hung_with = len(times)
        assert time.process_time() - worked < 0.25
    finally:
        pipe.join()
        reader.join(JOIN_SECONDS)
    assert 0 < hung_with < 10
    assert len(times) == 10
    gaps = np.diff(times)
    assert gaps.argmax() == hung_with - 1
    assert gaps.max() > 0.4
    assert "gives no pictures" in str(errors[0])
