"""Any video comes out complete, each frame at its own time, and leaves nothing behind."""

from __future__ import annotations

import sys
from fractions import Fraction
from itertools import islice, pairwise, product
from pathlib import Path
from threading import Event, Thread

import av
import pytest

from har_live.errors import SourceError
from har_live.sources.media import MediaSource
from tests.support.make_media import TENTHS, make_clip, number_in
from tests.support.read_media import numbers, open_handles, read, resident_bytes, times, warnings

CONTAINERS = ["mp4", "mov", "mkv", "webm", "avi", "ts"]
TS_RUN_IN_SECONDS = 0.0214
"""FFmpeg's AAC begins so long before its sound, and in MPEG-TS that counts."""


@pytest.mark.parametrize(
    ("container", "sound"), [("gif", False), *product(CONTAINERS, [False, True])]
)
def test_every_container_yields_every_frame_at_its_time(
    container: str, sound: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = make_clip(tmp_path / f"clip.{container}", sound=sound)
    with MediaSource(path) as source:
        info, frames = source.info, list(source)
    start = TS_RUN_IN_SECONDS if container == "ts" and sound else 0.0
    assert numbers(frames) == list(range(10))
    assert times(frames) == pytest.approx([start + seconds for seconds in TENTHS], abs=1e-4)
    assert {frame.image.shape for frame in frames} == {(48, 64, 3)}
    assert (info.name, info.width, info.height, info.is_live) == (path.name, 64, 48, False)
    assert info.fps == pytest.approx(10)
    assert info.duration_seconds == pytest.approx(1.0, abs=1e-9)
    assert info.num_frames in (10, None)
    assert all(
        frame.pts_seconds / info.time_base
        == pytest.approx(round(frame.pts_seconds / info.time_base))
        for frame in frames
    )
    assert warnings(caplog) == []


@pytest.mark.parametrize("container", ["mp4", "mkv", "gif", "ts"])
def test_a_variable_frame_rate_keeps_each_time(container: str, tmp_path: Path) -> None:
    pts_seconds = [0.0, 0.03, 0.5, 0.51, 0.9, 2.0, 2.04]
    frames = read(make_clip(tmp_path / f"clip.{container}", pts_seconds=pts_seconds))
    first = frames[0].pts_seconds
    assert numbers(frames) == list(range(7))
    assert [time - first for time in times(frames)] == pytest.approx(pts_seconds, abs=1e-9)


def test_times_are_counted_from_the_start(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mkv", pts_seconds=[100.0, 100.1, 100.2])
    with MediaSource(path) as source:
        assert source.info.start_seconds == 100
        assert times(list(source)) == [0, 0.1, 0.2]


def test_missing_timestamps_follow_the_frame_rate(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.h264")
    with av.open(str(path)) as container:
        assert {frame.pts for frame in container.decode(video=0)} == {None}
    frames = read(path)
    assert numbers(frames) == list(range(10))
    assert times(frames) == pytest.approx(TENTHS)


def test_backward_and_repeated_timestamps_lose_no_frame(tmp_path: Path) -> None:
    pts_seconds = [60.0, 60.1, 60.2, 60.1, 60.3, 60.3, 60.4, 3.0, 60.6, 0.0, 0.1]
    path = make_clip(tmp_path / "clip.mkv", codec="mjpeg", pts_seconds=pts_seconds)
    frames = read(path)
    assert numbers(frames) == list(range(11))
    assert times(frames) == pytest.approx([0, 0.1, 0.2, 0.201, 0.3, 0.301, 0.4, 0.5, 0.6, 0.7, 0.8])


def test_joined_recordings_go_on(tmp_path: Path) -> None:
    one = make_clip(tmp_path / "one.ts", pts_seconds=[index / 10 for index in range(20)])
    joined = tmp_path / "joined.ts"
    joined.write_bytes(one.read_bytes() * 2)
    frames = read(joined)
    assert numbers(frames) == [*range(20), *range(20)]
    assert [late - early for early, late in pairwise(times(frames))] == pytest.approx([0.1] * 39)


def test_cover_art_is_not_the_video(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", cover=True)
    assert numbers(read(path)) == list(range(10))


@pytest.mark.parametrize("name", ["12:30.mp4", "a b.mp4", "50%.mp4", "%03d.mp4", "é?#.mp4"])
def test_any_file_name_opens(name: str, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4").rename(tmp_path / name)
    with MediaSource(str(path)) as source:
        assert source.info.name == name
        assert numbers(list(source)) == list(range(10))


def test_a_given_name_is_shown_instead(tmp_path: Path) -> None:
    with MediaSource(make_clip(tmp_path / "clip.mp4"), name="front door") as source:
        assert source.info.name == "front door"
    with pytest.raises(SourceError, match=r"^front door: no such file"):
        MediaSource(tmp_path / "none.mp4", name="front door")


def test_tags_in_an_old_code_page_do_not_matter(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", metadata={"title": "caf!"})
    path.write_bytes(path.read_bytes().replace(b"caf!", b"caf\xe9"))
    assert len(read(path)) == 10


def test_closing_lets_go_of_everything(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4")
    handles = open_handles()
    for _ in range(20):
        source = MediaSource(path)
        next(iter(source))
        source.close()
        source.close()
    assert open_handles() == handles
    assert list(source) == []


def test_closing_inside_the_loop_ends_it(tmp_path: Path) -> None:
    source = MediaSource(make_clip(tmp_path / "clip.mp4"))
    seen = []
    for frame in source:
        seen.append(number_in(frame.image))
        if len(seen) == 3:
            source.close()
    assert seen == [0, 1, 2]


def test_a_second_iteration_goes_on(tmp_path: Path) -> None:
    with MediaSource(make_clip(tmp_path / "clip.mp4")) as source:
        first = list(islice(source, 4))
        assert numbers(first) == [0, 1, 2, 3]
        assert numbers(list(source)) == [4, 5, 6, 7, 8, 9]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_frames_are_streamed_not_collected(tmp_path: Path) -> None:
    path = make_clip(
        tmp_path / "clip.mp4",
        pts_seconds=[index / 30 for index in range(120)],
        size=(640, 480),
        codec="mpeg4",
        time_base=Fraction(1, 30),
    )
    with MediaSource(path) as source:
        frames = iter(source)
        next(frames)
        before = resident_bytes()
        highest = max(resident_bytes() for _ in frames)
    all_frames_bytes = 120 * 640 * 480 * 3
    assert highest - before < all_frames_bytes / 5


@pytest.mark.data
def test_real_clips_have_as_many_frames_as_their_list_says(shared_data: Path) -> None:
    rows = (shared_data / "clips.csv").read_text().splitlines()
    columns = rows[0].split(",")
    for row in rows[1::60]:
        clip = dict(zip(columns, row.split(","), strict=True))
        frames = read(shared_data / clip["path"])
        assert len(frames) == int(clip["num_frames"]), clip["path"]
        assert frames[-1].pts_seconds < float(clip["duration_seconds"])


@pytest.mark.data
@pytest.mark.parametrize(("name", "num_frames"), [("exercise.avi", 393), ("walking.gif", 35)])
def test_real_originals_are_complete(name: str, num_frames: int, shared_data: Path) -> None:
    with MediaSource(shared_data / "originals" / name) as source:
        assert sum(1 for _ in source) == source.info.num_frames == num_frames


@pytest.mark.parametrize("container", [*CONTAINERS, "m3u8"])
def test_it_goes_on_after_a_moment(container: str, tmp_path: Path) -> None:
    path = make_clip(
        tmp_path / f"clip.{container}",
        pts_seconds=[index / 10 for index in range(200)],
        options={"g": "20"},
        container_options={"hls_list_size": "0"} if container == "m3u8" else None,
    )
    whole = read(path)
    for after in (0.0, 1.15, 14.0, 17.55):
        with MediaSource(path, after_seconds=after) as source:
            rest = list(source)
        assert times(rest) == [seconds for seconds in times(whole) if seconds > after]
        assert numbers(rest) == numbers(whole)[-len(rest) :]


def test_nothing_comes_after_the_end(tmp_path: Path) -> None:
    with MediaSource(make_clip(tmp_path / "clip.mp4"), after_seconds=60) as source:
        assert list(source) == []


def test_closing_while_another_thread_reads_is_no_error(tmp_path):
    """As after a second Ctrl-C, when the thread that reads is no longer waited for."""
    source = MediaSource(make_clip(tmp_path / "in.mp4", pts_seconds=[0, 0.1], size=(64, 48)))
    entered, leave = Event(), Event()

    def reading():
        entered.set()
        leave.wait(10)
        yield

    frames = source._frames
    source._frames = reading()
    thread = Thread(target=next, args=(source._frames,))
    thread.start()
    assert entered.wait(10)
    source.close()
    leave.set()
    thread.join(10)
    source._frames = frames
    source.close()
    assert list(source) == []
