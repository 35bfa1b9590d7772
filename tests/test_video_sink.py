"""The video sink: every frame at its own time, the source's own sound, and nothing lost."""

from __future__ import annotations

import logging
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from har_live.errors import SinkError
from har_live.sinks import remux
from har_live.sinks.video import VideoSink
from har_live.types import VideoInfo

WIDTH, HEIGHT = 64, 48
INFO = VideoInfo(name="made", width=WIDTH, height=HEIGHT, fps=25.0)
VARIABLE_TICKS = [0, 3003, 6006, 12_000, 12_900, 30_001, 45_000, 46_501, 63_000, 90_000]
"""Of 1/90000 s: ten frames in a second, no two steps alike."""


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """A smooth gradient with a bar that moves: tells frames apart after encoding."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 1] = np.linspace(40, 200, width, dtype=np.uint8)
    left = number * 5 % (width - 8)
    image[:, left : left + 8] = (230, 40, 40)
    return image


def make_clip(
    path: Path,
    *,
    ticks: list[int] = VARIABLE_TICKS,
    time_base: Fraction = Fraction(1, 90_000),
    sound: str | None = "aac",
    sound_seconds: float = 1.2,
    sound_start_seconds: float = 0.0,
    sample_rate: int = 48_000,
    options: dict[str, str] | None = None,
) -> Path:
    """A small source with pictures at ``ticks`` and a tone."""
    with av.open(str(path), "w", container_options=options or {}) as clip:
        video = clip.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.codec_context.time_base = time_base
        audio = clip.add_stream(sound, rate=sample_rate, layout="mono") if sound else None
        packets = []
        for number, tick in enumerate(ticks):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts, frame.time_base = tick, time_base
            packets += video.encode(frame)
        packets += video.encode(None)
        if audio is not None:
            packets += encoded_tone(audio, sound_seconds, sound_start_seconds)
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            clip.mux(packet)
    return path


def encoded_tone(audio: av.AudioStream, seconds: float, start_seconds: float) -> list[av.Packet]:
    rate = audio.codec_context.sample_rate
    phase = np.arange(int(seconds * rate)) * (440 * 2 * np.pi / rate)
    tone = av.AudioFrame.from_ndarray(
        (0.4 * np.sin(phase)).astype(np.float32)[None], format="fltp", layout="mono"
    )
    tone.sample_rate = rate
    tone.pts = 0
    context = audio.codec_context
    context.open(strict=False)
    resampler = av.AudioResampler(context.format, "mono", rate, context.frame_size or 1024)
    packets = []
    for frame in [*resampler.resample(tone), *resampler.resample(None)]:
        frame.pts += round(start_seconds * rate)
        packets += audio.encode(frame)
    return packets + audio.encode(None)


def frame_times(path: Path | str) -> list[Fraction]:
    with av.open(str(path)) as video:
        return [frame.pts * frame.time_base for frame in video.decode(video=0)]


def sound_packets(path: Path | str) -> list[tuple[Fraction, bytes]]:
    """Time and bytes of every packet of the first audio stream; none where there is none."""
    with av.open(str(path)) as video:
        if not video.streams.audio:
            return []
        packets = [packet for packet in video.demux(audio=0) if packet.size]
        return [(packet.pts * packet.time_base, bytes(packet)) for packet in packets]


def annotate(
    source: Path, output: Path, *, num_frames: int | None = None, **kwargs: object
) -> VideoSink:
    """What ``annotate`` does, without annotating: every frame from the source into the sink."""
    with av.open(str(source)) as video:
        stream = video.streams.video[0]
        info = VideoInfo(name=source.name, width=WIDTH, height=HEIGHT, time_base=stream.time_base)
        sink = VideoSink(output, info, sound_from=source, **kwargs)
        for index, frame in enumerate(video.decode(stream)):
            if index == num_frames:
                break
            sink.write(frame.to_ndarray(format="rgb24"), float(frame.pts * frame.time_base))
    sink.close(complete=num_frames is None)
    return sink


def write_pictures(sink: VideoSink, count: int, *, first: int = 0, fps: float = 25.0) -> None:
    for number in range(first, first + count):
        sink.write(picture(number), number / fps)


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def boxes(path: Path) -> list[str]:
    """Names of an MP4's outermost boxes, in order."""
    data, position, names = path.read_bytes(), 0, []
    while position < len(data):
        names.append(data[position + 4 : position + 8].decode())
        position += int.from_bytes(data[position : position + 4], "big")
    return names


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return make_clip(folder / "variable.mp4")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "out.mp4"


def test_times_and_sound_are_the_sources(source: Path, out: Path) -> None:
    annotate(source, out)
    assert frame_times(out) == frame_times(source)
    assert frame_times(out) == [Fraction(ticks, 90_000) for ticks in VARIABLE_TICKS]
    assert len(sound_packets(source)) > 50
    assert sound_packets(out) == sound_packets(source)
    assert left_behind(out.parent) == ["out.mp4"]


def test_browsers_play_it(source: Path, out: Path) -> None:
    annotate(source, out)
    names = boxes(out)
    assert names.index("moov") < names.index("mdat")
    assert "moof" not in names
    with av.open(str(out)) as video:
        stream = video.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert stream.codec_context.codec_tag == "avc1"
        assert stream.codec_context.color_range == 1
        assert stream.sample_aspect_ratio == 1
        assert [packet.dts for packet in video.demux(stream) if packet.size] == VARIABLE_TICKS


def test_rotation_is_applied_and_not_repeated(source: Path, out: Path, tmp_path: Path) -> None:
    """A phone's portrait video: stored lying, with a matrix. The source hands it out upright."""
    turned = turn_by_90_degrees(source, tmp_path / "turned.mp4")
    with av.open(str(turned)) as video:
        frames = list(video.decode(video=0))
    assert frames[0].rotation == -90
    upright = [np.rot90(frame.to_ndarray(format="rgb24"), -1) for frame in frames]
    info = VideoInfo(name="turned", width=HEIGHT, height=WIDTH, time_base=frames[0].time_base)
    with VideoSink(out, info, sound_from=turned) as sink:
        for frame, image in zip(frames, upright, strict=True):
            sink.write(image, float(frame.pts * frame.time_base))
    with av.open(str(out)) as video:
        written = list(video.decode(video=0))
    assert [(frame.width, frame.height, frame.rotation) for frame in written] == [
        (HEIGHT, WIDTH, 0)
    ] * len(VARIABLE_TICKS)
    for frame, image in zip(written, upright, strict=True):
        assert mean_difference(frame.to_ndarray(format="rgb24"), image) < 6
    assert frame_times(out) == frame_times(turned)
    assert sound_packets(out) == sound_packets(turned)


def turn_by_90_degrees(source: Path, turned: Path) -> Path:
    """Write the matrix of a 90° turn into the track header: PyAV's muxer can't."""
    data = bytearray(source.read_bytes())
    straight = np.array([1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30], ">i4").tobytes()
    matrix = np.array([0, 1 << 16, 0, -(1 << 16), 0, 0, HEIGHT << 16, 0, 1 << 30], ">i4").tobytes()
    position = data.index(straight, data.index(b"tkhd"))
    data[position : position + len(straight)] = matrix
    turned.write_bytes(data)
    return turned


def mean_difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other).mean())


@pytest.mark.parametrize(
    ("suffix", "name"), [(".m4v", "mov"), (".mov", "mov"), (".MKV", "matroska")]
)
def test_container_follows_the_suffix(source: Path, out: Path, suffix: str, name: str) -> None:
    out = out.with_suffix(suffix)
    annotate(source, out)
    with av.open(str(out)) as video:
        assert name in video.format.name
    millisecond = Fraction(1, 1000)  # Matroska's tick
    for ours, theirs in zip(frame_times(out), frame_times(source), strict=True):
        assert abs(ours - theirs) <= millisecond / 2
    for (ours, our_data), (theirs, their_data) in zip(
        sound_packets(out), sound_packets(source), strict=True
    ):
        assert abs(ours - theirs) <= millisecond / 2
        assert our_data == their_data


@pytest.mark.parametrize("time_base", [Fraction(1, 25), Fraction(1001, 30_000), Fraction(1, 10**9)])
def test_odd_clocks_are_kept(out: Path, time_base: Fraction) -> None:
    """The frame rate itself, NTSC, and nanoseconds, whose pauses MP4 can't count."""
    info = VideoInfo(name="made", width=WIDTH, height=HEIGHT, time_base=time_base)
    seconds = [round(second / time_base) * time_base for second in (0, 0.52, 1, 9, 700)]
    with VideoSink(out, info) as sink:
        for number, second in enumerate(seconds):
            sink.write(picture(number), float(second))
    for written, second in zip(frame_times(out), seconds, strict=True):
        assert abs(written - second) <= Fraction(1, 2 * 10**6)
        assert written == second or time_base.denominator > 10**6


def test_a_late_start_is_kept(tmp_path: Path, out: Path) -> None:
    """MP4 notes a start of 1001/30000 s exactly, though in milliseconds by default."""
    late = [ticks + 3003 for ticks in VARIABLE_TICKS]
    source = make_clip(tmp_path / "late.mkv", ticks=late)
    assert annotate(source, out).origin_seconds == 0
    assert frame_times(out) == frame_times(source)
    info = VideoInfo(name="made", width=WIDTH, height=HEIGHT)
    with VideoSink(out, info, overwrite=True) as sink:
        sink.write(picture(0), 1001 / 30_000)
    assert frame_times(out) == [Fraction(1001, 30_000)]


@pytest.mark.parametrize(("start", "origin"), [(1, 0), (36_000, 36_000)])
def test_broadcast_clock(tmp_path: Path, out: Path, start: int, origin: int) -> None:
    """A transport stream's clock is running when the recording begins; FFmpeg adds 1.4 s."""
    ticks = [ticks + start * 90_000 for ticks in VARIABLE_TICKS]
    source = make_clip(
        tmp_path / "tv.ts", ticks=ticks, sound="ac3", sound_start_seconds=start - 0.3
    )
    theirs, their_sound = frame_times(source), sound_packets(source)
    sink = annotate(source, out)
    assert sink.origin_seconds == (float(theirs[0]) if origin else 0)
    shift = theirs[0] if origin else 0
    assert frame_times(out) == [time - shift for time in theirs]
    our_sound = sound_packets(out)
    assert [data for _, data in our_sound] == [data for _, data in their_sound]
    for (ours, _), (original, _) in zip(our_sound, their_sound, strict=True):
        assert abs(ours - (original - shift)) <= Fraction(1, 48_000)


@pytest.mark.parametrize(
    ("sound", "suffix"),
    [
        ("mp3", ".mkv"),
        ("libopus", ".mkv"),
        ("flac", ".mkv"),
        ("ac3", ".mov"),
        ("pcm_s16le", ".avi"),
    ],
)
def test_sound_of_other_codecs_is_kept(tmp_path: Path, out: Path, sound: str, suffix: str) -> None:
    source = make_clip(tmp_path / f"source{suffix}", sound=sound, ticks=[0, 3600, 7200])
    annotate(source, out)
    ours, theirs = sound_packets(out), sound_packets(source)
    assert b"".join(data for _, data in ours) == b"".join(data for _, data in theirs)
    assert abs(ours[0][0] - theirs[0][0]) <= Fraction(1, 1000)


def test_all_sound_tracks_are_kept_with_their_language(tmp_path: Path, out: Path) -> None:
    source = tmp_path / "two.mkv"
    with av.open(str(source), "w") as clip:
        video = clip.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        tracks = [clip.add_stream("aac", rate=rate, layout="mono") for rate in (48_000, 44_100)]
        for track, language in zip(tracks, ("deu", "fra"), strict=True):
            track.metadata["language"] = language
        clip.mux(video.encode(av.VideoFrame.from_ndarray(picture(0), format="rgb24")))
        clip.mux(video.encode(None))
        for track in tracks:
            clip.mux(encoded_tone(track, 0.5, 0))
    annotate(source, out)
    with av.open(str(out)) as video:
        described = [(track.rate, track.metadata["language"]) for track in video.streams.audio]
    assert described == [(48_000, "deu"), (44_100, "fra")]


def test_sound_that_mp4_cannot_hold(
    tmp_path: Path, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = make_clip(tmp_path / "old.avi", sound="pcm_u8", ticks=[0, 3600, 7200])
    with caplog.at_level(logging.WARNING):
        annotate(source, out)
        annotate(source, out.with_suffix(".mkv"))
    assert [record.getMessage() for record in caplog.records] == [
        "mp4 can't hold pcm_u8 sound: it is left out; name the output .mkv to keep it"
    ]
    assert (len(frame_times(out)), sound_packets(out)) == (3, [])
    kept = sound_packets(out.with_suffix(".mkv"))
    assert b"".join(data for _, data in kept) == b"".join(d for _, d in sound_packets(source))


def test_sound_that_is_refused_late_costs_only_the_sound(
    source: Path, out: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(sound: remux.Sound, until_seconds: Fraction | None) -> Iterator[av.Packet]:
        raise av.error.ArgumentError(22, "codec not supported")
        yield

    monkeypatch.setattr(remux.Sound, "packets", refuse)
    with caplog.at_level(logging.WARNING):
        annotate(source, out)
    assert len(frame_times(out)) == len(VARIABLE_TICKS)
    assert "the sound is left out" in caplog.text


def test_sound_goes_on_after_the_last_picture(tmp_path: Path, out: Path) -> None:
    source = make_clip(tmp_path / "long.mp4", sound_seconds=3)
    annotate(source, out)
    assert sound_packets(out) == sound_packets(source)
    assert sound_packets(out)[-1][0] > 2.9


def test_an_early_end_cuts_the_sound_with_the_picture(source: Path, out: Path) -> None:
    annotate(source, out, num_frames=6)
    assert frame_times(out) == frame_times(source)[:6]
    end = Fraction(30_001, 90_000) + Fraction(1, 30)  # the last frame and its usual length
    assert sound_packets(out) == [pair for pair in sound_packets(source) if pair[0] < end]
    assert len(sound_packets(out)) > 10


def test_a_source_without_sound_or_gone(
    tmp_path: Path, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    silent = make_clip(tmp_path / "silent.mp4", sound=None)
    with caplog.at_level(logging.WARNING):
        annotate(silent, out)
    assert (len(frame_times(out)), caplog.records) == (len(VARIABLE_TICKS), [])
    with VideoSink(out, INFO, overwrite=True, sound_from=tmp_path / "gone.mp4") as sink:
        write_pictures(sink, 3)
    assert len(frame_times(out)) == 3
    assert "the sound is left out: No such file or directory" in caplog.text


def test_repeated_and_backward_times_lose_nothing(out: Path) -> None:
    with VideoSink(out, INFO) as sink:
        for number, second in enumerate([0.0, 0.04, 0.04, 0.03, 0.08, 0.12]):
            sink.write(picture(number), second)
    assert [time * 90_000 for time in frame_times(out)] == [0, 3600, 3601, 3602, 7200, 10_800]


def test_a_clock_that_begins_anew_goes_on(out: Path) -> None:
    with VideoSink(out, INFO) as sink:
        for number, second in enumerate([5.0, 5.04, 0.0, 0.04, 0.08]):
            sink.write(picture(number), second)
    assert [float(time) for time in frame_times(out)] == [5.0, 5.04, 5.08, 5.12, 5.16]


@pytest.mark.parametrize(
    ("size", "stored"), [((63, 49), (64, 50)), ((1, 1), (16, 16)), ((321, 17), (322, 18))]
)
def test_odd_sizes_get_a_border(out: Path, size: tuple[int, int], stored: tuple[int, int]) -> None:
    image = np.full((size[1], size[0], 3), 90, np.uint8)
    image[:, -1] = 200
    with VideoSink(out, INFO) as sink:
        sink.write(image, 0.0)
    with av.open(str(out)) as video:
        written = next(video.decode(video=0)).to_ndarray(format="rgb24")
    assert written.shape == (stored[1], stored[0], 3)
    assert np.abs(written[: size[1], -1].astype(int) - 200).max() < 25  # the edge repeats


def test_another_size_is_fitted_into_the_first(out: Path) -> None:
    wide = np.full((30, 120, 3), 200, np.uint8)
    with VideoSink(out, INFO) as sink:
        sink.write(picture(0), 0.0)
        sink.write(wide, 0.04)
    with av.open(str(out)) as video:
        fitted = list(video.decode(video=0))[1].to_ndarray(format="rgb24")
    assert fitted.shape == (HEIGHT, WIDTH, 3)
    assert fitted[24, 5:-5].min() > 180  # 64×16 in the middle
    assert max(fitted[:12].max(), fitted[-12:].max()) < 30


@pytest.mark.parametrize(("height", "matrix"), [(64, 6), (720, 1)])
def test_colours_and_their_tags_agree(out: Path, height: int, matrix: int) -> None:
    colours = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (255, 255, 255), (0, 0, 0)]
    image = np.repeat(np.array(colours, np.uint8), 32, axis=0)[None].repeat(height, axis=0)
    with VideoSink(out, INFO) as sink:
        sink.write(image, 0.0)
    with av.open(str(out)) as video:
        frame = next(video.decode(video=0))
    assert frame.colorspace == matrix
    written = frame.to_ndarray(format="rgb24")
    for number, colour in enumerate(colours):
        middle = written[height // 2, 32 * number + 16].astype(int)
        assert np.abs(middle - colour).max() <= 4


def test_same_input_same_bytes(source: Path, out: Path) -> None:
    again = out.with_name("again.mp4")
    annotate(source, out)
    annotate(source, again)
    assert out.read_bytes() == again.read_bytes()


def test_metadata(out: Path) -> None:
    with VideoSink(out, INFO, metadata={"title": "Küche"}) as sink:
        write_pictures(sink, 1)
    with av.open(str(out)) as video:
        assert video.metadata["title"] == "Küche"


def test_nothing_written_leaves_no_file(source: Path, out: Path) -> None:
    with VideoSink(out, INFO, sound_from=source) as sink:
        pass
    sink.close()
    assert left_behind(out.parent) == []


def test_abort_leaves_no_file(source: Path, out: Path) -> None:
    sink = VideoSink(out, INFO, sound_from=source)
    write_pictures(sink, 3)
    sink.abort()
    sink.close()
    assert left_behind(out.parent) == []
    with pytest.raises(ValueError, match="closed"):
        write_pictures(sink, 1)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_an_exception_leaves_what_was_done(
    source: Path, out: Path, error: type[BaseException]
) -> None:
    def run() -> None:
        with VideoSink(out, INFO, sound_from=source) as sink:
            write_pictures(sink, 7)
            raise error

    with pytest.raises(error):
        run()
    assert frame_times(out) == [Fraction(number, 25) for number in range(7)]
    assert 0 < sound_packets(out)[-1][0] < Fraction(7, 25)
    assert left_behind(out.parent) == ["out.mp4"]


def test_ctrl_c_at_any_moment_breaks_no_picture(out: Path) -> None:
    """A packet lost between encoder and file would spoil every picture up to the next key frame."""
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for attempt in range(6):
            sink = VideoSink(out, INFO, overwrite=True)
            written = 0
            signal.setitimer(signal.ITIMER_REAL, 0.02 + 0.0073 * attempt)
            try:
                with sink:
                    while True:
                        sink.write(picture(written), written / 25)
                        written += 1
            except KeyboardInterrupt:
                pass
            with av.open(str(out)) as video:
                frames = list(video.decode(video=0))
            assert written <= len(frames) <= written + 1
            for number, frame in enumerate(frames):
                assert frame.pts * frame.time_base == Fraction(number, 25)
                assert mean_difference(frame.to_ndarray(format="rgb24"), picture(number)) < 6
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def test_a_second_ctrl_c_leaves_the_recording(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(sound: remux.Sound, until_seconds: Fraction | None) -> Iterator[av.Packet]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(remux.Sound, "packets", interrupted)
    sink = VideoSink(out, INFO, sound_from=source)
    write_pictures(sink, 7)
    with pytest.raises(KeyboardInterrupt):
        sink.close()
    assert frame_times(out) == [Fraction(number, 25) for number in range(7)]
    assert left_behind(out.parent) == ["out.mp4"]


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.test_video_sink import INFO, VideoSink, write_pictures
sink = VideoSink(Path(sys.argv[1]), INFO)
write_pictures(sink, 200)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_a_playable_part(out: Path) -> None:
    root = Path(__file__).parents[1]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(out)], cwd=root, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert left_behind(out.parent) == ["out.part.mp4"]
    times = frame_times(out.with_name("out.part.mp4"))
    assert len(times) >= 100  # 8 s less a key frame's distance and what the encoder held back
    assert times == [Fraction(number, 25) for number in range(len(times))]
    with VideoSink(out, INFO) as sink:  # the next run keeps it
        write_pictures(sink, 1)
    assert left_behind(out.parent) == ["out.mp4", "out.part.mp4"]


@contextmanager
def disk_of(num_bytes: int) -> Iterator[None]:
    """No file of this process may grow beyond a size, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noise(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def test_a_full_disk_leaves_what_fitted(out: Path) -> None:
    def run() -> None:
        with VideoSink(out, INFO) as sink:
            for number in range(2000):
                sink.write(noise(number), number / 25)

    with disk_of(400_000), pytest.raises(SinkError, match=r"can't write .*out.mp4: File too large"):
        run()
    assert left_behind(out.parent) == ["out.mp4"]
    times = playable_times(out)
    assert len(times) > 50
    assert times == [Fraction(number, 25) for number in range(len(times))]


def playable_times(path: Path) -> list[Fraction]:
    """Times of the frames up to a torn end, where a player stops."""
    times = []
    with av.open(str(path)) as video:
        try:
            for frame in video.decode(video=0):
                times.append(frame.pts * frame.time_base)
        except av.FFmpegError:
            assert times
    return times


def test_a_disk_too_full_to_complete(source: Path, out: Path) -> None:
    sink = VideoSink(out, INFO, sound_from=source)
    for number in range(60):
        sink.write(noise(number), number / 25)
    part = out.with_name("out.part.mp4")
    with disk_of(part.stat().st_size + 30_000), pytest.raises(SinkError) as raised:
        sink.close()
    assert str(raised.value) == (
        f"can't complete {out}: File too large; it holds what was written, without sound"
    )
    assert len(playable_times(out)) >= 50
    assert left_behind(out.parent) == ["out.mp4"]


def test_a_disk_too_full_to_begin(out: Path) -> None:
    sink = VideoSink(out, INFO)
    with disk_of(100):
        with pytest.raises(SinkError, match="File too large"):
            write_pictures(sink, 200)
        with pytest.raises(SinkError, match="nothing was written"):
            sink.close()
    assert left_behind(out.parent) == []


def test_nothing_is_overwritten_unasked(out: Path) -> None:
    out.write_bytes(b"precious")
    with pytest.raises(SinkError, match=r"out\.mp4 exists already; pass --overwrite"):
        VideoSink(out, INFO)
    assert left_behind(out.parent) == ["out.mp4"]
    sink = VideoSink(out, INFO, overwrite=True)
    write_pictures(sink, 2)
    assert out.read_bytes() == b"precious"  # until the new one is complete
    sink.close()
    assert len(frame_times(out)) == 2


def test_a_file_that_appears_meanwhile_is_kept(out: Path) -> None:
    sink = VideoSink(out, INFO)
    write_pictures(sink, 2)
    out.write_bytes(b"precious")
    with pytest.raises(SinkError, match=r"the output is .*out\.part\.mp4"):
        sink.close()
    assert out.read_bytes() == b"precious"
    assert len(frame_times(out.with_name("out.part.mp4"))) == 2


def test_the_source_is_never_the_output(source: Path) -> None:
    before = source.read_bytes()
    with pytest.raises(SinkError, match="it is the source itself"):
        VideoSink(source, INFO, overwrite=True, sound_from=str(source))
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.webm", r"end its name in one of \.mp4, \.m4v, \.mov, \.mkv"),
        ("out", "end its name in one of"),
        ("folder.mp4", "it is a directory"),
        ("missing/out.mp4", "there is no folder .*missing; create it first"),
        ("a" * 250 + ".mp4", "File name too long"),
    ],
)
def test_places_that_cannot_be_written(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(SinkError, match=message) as raised:
        VideoSink(tmp_path / name, INFO)
    assert "\n" not in str(raised.value)
    assert left_behind(tmp_path) == ["folder.mp4"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_is_forbidden(out: Path) -> None:
    out.parent.chmod(0o500)
    with pytest.raises(SinkError, match="Permission denied"):
        VideoSink(out, INFO)


def test_two_outputs_of_one_name_do_not_mix(out: Path) -> None:
    first, second = VideoSink(out, INFO), VideoSink(out.with_suffix(".mkv"), INFO)
    write_pictures(first, 2)
    write_pictures(second, 3)
    first.close()
    second.close()
    assert len(frame_times(out)) == 2
    assert len(frame_times(out.with_suffix(".mkv"))) == 3
    assert left_behind(out.parent) == ["out.mkv", "out.mp4"]
