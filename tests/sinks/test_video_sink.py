"""The video sink: what it writes, and when each frame of it is played."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from har_live.sinks.video import VideoFile
from har_live.sources.media import MediaSource
from har_live.types import VideoInfo
from har_live.yuv import Matrix, YuvImage, from_rgb
from tests.support import make_media
from tests.support.read_media import read
from tests.support.video_made import (
    HEIGHT,
    INFO,
    VARIABLE_TICKS,
    WIDTH,
    annotate,
    frame_times,
    left_behind,
    make_clip_with_tone,
    picture,
    sound_packets,
    write_pictures,
)


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


def boxes(path: Path) -> list[str]:
    """Names of an MP4's outermost boxes, in order."""
    data, position, names = path.read_bytes(), 0, []
    while position < len(data):
        names.append(data[position + 4 : position + 8].decode())
        position += int.from_bytes(data[position : position + 4], "big")
    return names


def test_rotation_is_applied_and_not_repeated(out: Path, tmp_path: Path) -> None:
    """A phone's portrait video: stored lying, with a matrix that says which way is up."""
    lying = make_media.make_clip(
        tmp_path / "phone.mp4",
        pts_seconds=[0, 0.1, 0.15, 0.4, 0.41],
        picture=make_media.quadrants,
        rotation=-90,
        sound=True,
    )
    annotate(lying, out)
    with av.open(str(out)) as video:
        frames = list(video.decode(video=0))
    assert [(frame.width, frame.height, frame.rotation) for frame in frames] == [(48, 64, 0)] * 5
    for frame in frames:
        assert make_media.colors_in(frame.to_ndarray(format="rgb24")) == ["B", "R", "W", "G"]
    assert frame_times(out) == frame_times(lying)
    assert sound_packets(out) == sound_packets(lying) != []


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
    with VideoFile(out, info) as sink:
        for number, second in enumerate(seconds):
            sink.write(picture(number), float(second))
    for written, second in zip(frame_times(out), seconds, strict=True):
        assert abs(written - second) <= Fraction(1, 2 * 10**6)
        assert written == second or time_base.denominator > 10**6


def test_a_late_start_is_kept(tmp_path: Path, out: Path) -> None:
    """MP4 notes a start of 1001/30000 s exactly, though in milliseconds by default."""
    late = [ticks + 3003 for ticks in VARIABLE_TICKS]
    source = make_clip_with_tone(tmp_path / "late.mkv", ticks=late)
    assert annotate(source, out).origin_seconds == 0
    assert frame_times(out) == frame_times(source)
    info = VideoInfo(name="made", width=WIDTH, height=HEIGHT)
    with VideoFile(out, info, overwrite=True) as sink:
        sink.write(picture(0), 1001 / 30_000)
    assert frame_times(out) == [Fraction(1001, 30_000)]


@pytest.mark.parametrize("start", [1, 36_000])
def test_broadcast_clock(tmp_path: Path, out: Path, start: int) -> None:
    """A transport stream's clock is running when the recording begins; its sound, here before its
    pictures, is second 0."""
    ticks = [ticks + start * 90_000 for ticks in VARIABLE_TICKS]
    source = make_clip_with_tone(
        tmp_path / "tv.ts", ticks=ticks, sound="ac3", sound_start_seconds=start - 0.3
    )
    theirs, their_sound = frame_times(source), sound_packets(source)
    sink = annotate(source, out)
    assert sink.origin_seconds == 0
    shift = their_sound[0][0]
    assert frame_times(out) == [time - shift for time in theirs]
    our_sound = sound_packets(out)
    assert [data for _, data in our_sound] == [data for _, data in their_sound]
    for (ours, _), (original, _) in zip(our_sound, their_sound, strict=True):
        assert abs(ours - (original - shift)) <= Fraction(1, 48_000)


def test_repeated_and_backward_times_lose_nothing(out: Path) -> None:
    with VideoFile(out, INFO) as sink:
        for number, second in enumerate([0.0, 0.04, 0.04, 0.03, 0.08, 0.12]):
            sink.write(picture(number), second)
    assert [time * 90_000 for time in frame_times(out)] == [0, 3600, 3601, 3602, 7200, 10_800]


def test_a_clock_that_begins_anew_goes_on(out: Path) -> None:
    with VideoFile(out, INFO) as sink:
        for number, second in enumerate([5.0, 5.04, 0.0, 0.04, 0.08]):
            sink.write(picture(number), second)
    assert [float(time) for time in frame_times(out)] == [5.0, 5.04, 5.08, 5.12, 5.16]


@pytest.mark.parametrize(
    ("size", "stored"), [((63, 49), (64, 50)), ((1, 1), (16, 16)), ((321, 17), (322, 18))]
)
def test_odd_sizes_get_a_border(out: Path, size: tuple[int, int], stored: tuple[int, int]) -> None:
    image = np.full((size[1], size[0], 3), 90, np.uint8)
    image[:, -1] = 200
    with VideoFile(out, INFO) as sink:
        sink.write(image, 0.0)
    with av.open(str(out)) as video:
        written = next(video.decode(video=0)).to_ndarray(format="rgb24")
    assert written.shape == (stored[1], stored[0], 3)
    assert np.abs(written[: size[1], -1].astype(int) - 200).max() < 25  # the edge repeats


def test_another_size_is_fitted_into_the_first(out: Path) -> None:
    wide = np.full((30, 120, 3), 200, np.uint8)
    with VideoFile(out, INFO) as sink:
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
    with VideoFile(out, INFO) as sink:
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
    with VideoFile(out, INFO, metadata={"title": "Küche"}) as sink:
        write_pictures(sink, 1)
    with av.open(str(out)) as video:
        assert video.metadata["title"] == "Küche"


def test_a_name_with_a_colon(source: Path, out: Path) -> None:
    out = out.with_name("12:30 Küche.mp4")
    annotate(source.rename(source.with_name("a:b.mp4")), out)
    assert len(frame_times(out)) == len(VARIABLE_TICKS)
    assert sound_packets(out)


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(path) as video:
        return [frame.to_ndarray() for frame in video.decode(video=0)]


def noise_db(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2)))


@pytest.mark.parametrize(("size", "matrix"), [((64, 48), "bt601"), ((96, 1280), "bt709")])
def test_yuv_is_written_as_the_rgb_of_it(
    size: tuple[int, int], matrix: str, tmp_path: Path
) -> None:
    source = make_media.make_clip(
        tmp_path / "in.mp4", size=size, picture=make_media.quadrants, options={"crf": "10"}
    )
    with MediaSource(source) as video:
        frames = list(video)
        for name in ("rgb", "yuv"):
            with VideoFile(tmp_path / f"{name}.mp4", video.info) as sink:
                for frame in frames:
                    assert frame.yuv is not None
                    assert frame.yuv.matrix == matrix
                    picture = frame.yuv if name == "yuv" else frame.image
                    sink.write(picture, frame.pts_seconds)
    before, rgb, yuv = (decoded(tmp_path / name) for name in ("in.mp4", "rgb.mp4", "yuv.mp4"))
    assert len(before) == len(rgb) == len(yuv) == 10
    for original, by_rgb, by_yuv in zip(before, rgb, yuv, strict=True):
        assert noise_db(original, by_yuv) > 40
        assert noise_db(original, by_yuv) > noise_db(original, by_rgb) - 1
    assert stated_color(tmp_path / "rgb.mp4") == stated_color(tmp_path / "yuv.mp4")


def stated_color(path: Path) -> tuple[int, int]:
    with av.open(path) as video:
        context = video.streams.video[0].codec_context
        return context.colorspace, context.color_range


@pytest.mark.parametrize("first", ["bt601", "bt709"])
def test_the_first_pictures_matrix_is_the_videos(first: Matrix, tmp_path: Path) -> None:
    """A source may change it on the way, and its size: colours stay."""
    color = np.array([200, 60, 30])
    with VideoFile(tmp_path / "out.mp4", INFO) as sink:
        matrices: tuple[Matrix, ...] = (first, "bt601", "bt709")
        for number, matrix in enumerate(matrices):
            width, height = (64, 48) if number < 2 else (128, 96)
            weights, offsets = from_rgb(matrix)
            values = np.rint(weights @ color + offsets).astype(np.uint8)
            image = YuvImage(np.empty((height * 3 // 2, width), np.uint8), matrix)
            for plane, value in zip(image.split(), values, strict=True):
                plane[:] = value
            sink.write(image, number / 25)
    assert stated_color(tmp_path / "out.mp4")[0] == (6 if first == "bt601" else 1)
    for frame in read(tmp_path / "out.mp4"):
        assert frame.image[24, 32] == pytest.approx(color, abs=6)
