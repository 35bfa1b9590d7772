"""Encoding by hardware: what really encodes is used, what does not is said, and libx264 does.

Software stands for the hardware that this machine lacks: libx264 with other settings.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from av.codec.hwaccel import hwdevices_available

import har_live
from har_live.doctor import video
from har_live.errors import SinkError
from har_live.moment import Moment
from har_live.realtime.recorder import Recorder
from har_live.realtime.settings import LiveSettings
from har_live.recognizer import Recognizer
from har_live.sinks import encoder_trial, hardware
from har_live.sinks.base import Outputs, Run
from har_live.sinks.encoders import HARDWARE, Encoder
from har_live.sinks.recording import SOFTWARE, Recording
from har_live.sinks.video import VideoFile
from har_live.sources.settings import DEVICES, HWACCELS, SourceSettings
from har_live.types import Frame
from tests.support.video_made import (
    INFO,
    annotate,
    frame_times,
    left_behind,
    mean_difference,
    picture,
    sound_packets,
    write_pictures,
)


def stand_in(pixel_format: str = "nv12", **options: str) -> Encoder:
    options = {**SOFTWARE.options, "crf": "24", **options}
    return replace(SOFTWARE, options=options, pixel_format=pixel_format, needs="luck")


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts encoders in the place of cuda's, the only device; nothing was said before."""

    def put(*encoders: Encoder) -> None:
        monkeypatch.setattr(hardware, "hwdevices_available", lambda: ["cuda"])
        monkeypatch.setitem(HARDWARE, "cuda", encoders)
        hardware._say_once.cache_clear()

    return put


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


def test_every_device_that_may_be_named_has_its_row():
    assert tuple(HARDWARE) == DEVICES
    assert not any(one.options["bf"] != "0" for row in HARDWARE.values() for one in row)


@pytest.mark.parametrize("device", DEVICES)
def test_what_is_said_of_this_machine_is_true(device: str, source: Path, out: Path):
    encoder, why_not = hardware.encoder_on(device, width=1280, height=720)
    if device not in hwdevices_available():
        assert (encoder, why_not) == (None, "this FFmpeg is built without it")
    elif encoder is None:
        for candidate in HARDWARE[device]:
            assert f"{candidate.name}: " in why_not
            with pytest.raises((*encoder_trial.FAILURES, SinkError)):
                encoder_trial._written_and_read(candidate, encoder_trial._ramps(1280, 720))
    annotate(source, out, hwaccel=device)  # whatever can
    assert frame_times(out) == frame_times(source)


def test_without_hardware_every_wish_writes_what_none_writes(cuda, source: Path, out: Path, caplog):
    cuda(stand_in(preset="no such"))
    annotate(source, out)
    for number, wish in enumerate(HWACCELS):
        again = out.with_name(f"{number}.mp4")
        annotate(source, again, hwaccel=wish)
        assert again.read_bytes() == out.read_bytes()
    absent = "can't encode here (this FFmpeg is built without it): libx264 does"
    assert [line for line in warnings(caplog) if "encode" in line] == [
        f"{device} {absent}"
        if device != "cuda"
        else "cuda can't encode here (libx264: Invalid argument; it needs luck): libx264 does"
        for device in DEVICES
    ]


@pytest.mark.parametrize("pixel_format", ["yuv420p", "nv12"])
@pytest.mark.parametrize("wish", ["auto", "cuda"])
def test_what_encodes_is_used_and_only_the_encoder_differs(
    cuda, wish: str, pixel_format: str, source: Path, out: Path, caplog
):
    cuda(stand_in("nv12", bf="2"), stand_in(pixel_format))
    caplog.set_level(logging.INFO)
    usual = out.with_name("usual.mp4")
    annotate(source, usual)
    for _ in range(2):
        out.unlink(missing_ok=True)
        annotate(source, out, hwaccel=wish)
    assert out.stat().st_size < usual.stat().st_size
    assert frame_times(out) == frame_times(source)
    assert sound_packets(out) == sound_packets(source) != []
    assert [r.message for r in caplog.records if "encodes" in r.message] == ["libx264 encodes"]
    ours, theirs = stated(out), stated(usual)
    assert ours[0] == theirs[0]
    assert ours[1][-1] == theirs[1][-1] == "yuv420p"
    assert mean_difference(ours[2], theirs[2]) < 4
    assert left_behind(out.parent) == ["out.mp4", "usual.mp4"]


def test_pictures_reach_the_encoder_in_its_own_format(cuda, source: Path, out: Path):
    cuda(stand_in("yuv444p"))
    annotate(source, out, hwaccel="cuda")
    assert set(stated(out)[1]) == {"yuv444p"}


def test_annotate_encodes_as_it_decodes(cuda, small_weights, source: Path, out: Path):
    cuda(stand_in("yuv444p"))
    recognizer = Recognizer(small_weights("lrcn"), device="cpu")
    har_live.annotate(source, recognizer, sinks=[out], options=SourceSettings(hwaccel="cuda"))
    assert set(stated(out)[1]) == {"yuv444p"}
    assert frame_times(out) == frame_times(source)
    assert sound_packets(out) == sound_packets(source)


def test_live_recordings_do_asked_for_or_begun_by_key(cuda, tmp_path: Path):
    cuda(stand_in("yuv444p"))
    options = SourceSettings(hwaccel="cuda", live=True)
    recorder = Recorder(LiveSettings(folder=tmp_path, options=options), tmp_path / "asked.mp4")
    with Outputs([recorder]) as outputs:
        outputs.begin(Run(INFO, (), ""))
        outputs.write(Moment(Frame(picture(0), 0.0), [], [], None))
        recorder.toggle()
        recorder.toggle()
        outputs.write(Moment(Frame(picture(1), 0.04), [], [], None))
    assert len(left_behind(tmp_path)) == 2
    for name in left_behind(tmp_path):
        assert stated(tmp_path / name)[1] == ["yuv444p"]


def stated(path: Path) -> tuple[list[object], list[str], np.ndarray]:
    """Times, durations and colour tags; pixel formats; and all pictures, RGB."""
    with av.open(path) as video:
        context = video.streams.video[0].codec_context
        frames = list(video.decode(video=0))
        tags = [context.colorspace, context.color_range, context.color_primaries, context.color_trc]
    times = [(frame.pts, frame.duration) for frame in frames]
    images = np.stack([frame.to_ndarray(format="rgb24") for frame in frames])
    return [*times, *tags], [frame.format.name for frame in frames], images


@pytest.mark.parametrize(
    ("encoder", "why_not"),
    [
        (Encoder("h264_nothing", {}), "this FFmpeg is built without it"),
        (stand_in(preset="no such"), "Invalid argument; it needs luck"),
        (stand_in(bf="2"), "what is encoded comes back at other times"),
        (stand_in(crf="51", preset="ultrafast"), "what is encoded comes back changed"),
        (replace(SOFTWARE, upload_to="vaapi", needs="luck"), "No supported hardware .*"),
    ],
)
def test_what_does_not_really_encode_is_refused(
    cuda, encoder: Encoder, why_not: str, monkeypatch, caplog
):
    monkeypatch.setattr(encoder_trial, "LARGEST_ERROR", 3.0)
    cuda(encoder)
    for _ in range(2):
        assert hardware.encoder_for("cuda", width=64, height=48) is SOFTWARE
    (line,) = warnings(caplog)
    assert line.startswith(f"cuda can't encode here ({encoder.name}: ")
    assert hardware.encoder_on("cuda", width=64, height=48)[1].startswith(encoder.name)
    assert re.search(why_not, line)


def test_a_size_is_tried_once(cuda, monkeypatch):
    sizes = []

    def noting(encoder, pictures):
        sizes.append(pictures[0].shape)
        return tried(encoder, pictures)

    tried = encoder_trial._written_and_read
    monkeypatch.setattr(encoder_trial, "_written_and_read", noting)
    cuda(stand_in())
    for width in (64, 63, 64, 63, 128):
        hardware.encoder_for("cuda", width=width, height=48)
    assert sizes == [(72, 64), (72, 64), (72, 128)]


@pytest.fixture
def fails_at(cuda, monkeypatch) -> Callable[[int], None]:
    """A device whose encoder passes the trial and fails at a later picture; -1: at the end."""

    def put(number: int) -> None:
        class Failing(Recording):
            def __init__(self, target, *, encoder=SOFTWARE, **form):
                super().__init__(target, encoder=encoder, **form)
                self.left = math.inf if encoder is SOFTWARE else number

            def add(self, image, *, ticks, duration_ticks):
                self.fail_if(self.left == 0)
                self.left -= 1
                super().add(image, ticks=ticks, duration_ticks=duration_ticks)

            def close(self):
                self.fail_if(self.left < 0)
                super().close()

            def fail_if(self, is_time):
                if is_time:
                    raise av.error.ExternalError(1, "the driver is gone")

        cuda(stand_in())
        monkeypatch.setattr(hardware, "fault", lambda *_, **__: "")
        monkeypatch.setattr(hardware, "Recording", Failing)

    return put


GONE = "libx264 fails (the driver is gone): libx264 encodes"


@pytest.mark.parametrize("number", [0, 1, 7, -1])
def test_a_failure_before_anything_is_written_loses_nothing(
    fails_at, number: int, source: Path, out: Path, caplog
):
    usual = out.with_name("usual.mp4")
    annotate(source, usual)
    fails_at(number)
    annotate(source, out, hwaccel="cuda")
    assert out.read_bytes() == usual.read_bytes()
    assert warnings(caplog) == [GONE]
    assert left_behind(out.parent) == ["out.mp4", "usual.mp4"]


def test_what_does_not_open_in_the_end_loses_nothing(cuda, monkeypatch, source: Path, out: Path):
    usual = out.with_name("usual.mp4")
    annotate(source, usual)
    monkeypatch.setattr(hardware, "fault", lambda *_, **__: "")
    for encoder in (stand_in(preset="no such"), replace(SOFTWARE, upload_to="vaapi")):
        cuda(encoder)
        out.unlink(missing_ok=True)
        annotate(source, out, hwaccel="cuda")
        assert out.read_bytes() == usual.read_bytes()


def test_the_caller_may_draw_into_the_same_memory(fails_at, out: Path):
    fails_at(5)
    image = np.empty_like(picture(0))
    with VideoFile(out, INFO, hwaccel="cuda") as sink:
        for number in range(8):
            image[:] = picture(number)
            sink.write(image, number / 25)
    written = stated(out)[2]
    for number, shown in enumerate(written):
        assert mean_difference(shown, picture(number)) < 8


def test_a_failure_later_keeps_what_was_written(fails_at, out: Path):
    fails_at(120)
    sink = VideoFile(out, INFO, hwaccel="cuda")
    with pytest.raises(SinkError, match="the driver is gone"):
        write_pictures(sink, 130)
    assert sink._recording._held is None
    sink.close(complete=False)
    assert len(frame_times(out)) == 120


def test_a_recording_without_a_picture_leaves_nothing(fails_at, out: Path):
    fails_at(0)
    VideoFile(out, INFO, hwaccel="cuda").close()
    sink = VideoFile(out, INFO, hwaccel="cuda")
    write_pictures(sink, 1)
    sink.abort()
    assert left_behind(out.parent) == []


def test_doctor_names_the_encoder(cuda):
    cuda(stand_in())
    (check,) = video.try_encoding()
    assert check.detail.startswith("cuda by libx264 (videotoolbox: this FFmpeg is built without it")
