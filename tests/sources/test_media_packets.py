"""Of a damaged video all that can be decoded is used, and what is missing is said."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from har_live.sources.media import MediaSource
from har_live.sources.media.packets import PacketDecoder
from tests.support.make_media import cut_file, make_clip, noisy, number_in, spoil_packets
from tests.support.read_media import numbers, read, times, warnings


@pytest.mark.parametrize("container", ["mp4", "avi"])
def test_a_damaged_packet_is_skipped_and_counted(
    container: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Every frame stands alone, so that exactly one is lost.
    path = make_clip(tmp_path / f"clip.{container}", options={"g": "1"})
    spoil_packets(path, [4])
    with MediaSource(path) as source:
        frames = list(source)
        assert source.skipped_packets == 1
    assert numbers(frames) == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert times(frames) == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9])
    assert warnings(caplog) == [f"{path}: damaged packets skipped: 1"]


@pytest.mark.parametrize("spoilt", [[0], [7], [9], [0, 1, 8, 9]])
def test_damage_at_the_ends_costs_no_other_frame(spoilt: list[int], tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", options={"g": "1"})
    spoil_packets(path, spoilt)
    with MediaSource(path) as source:
        assert numbers(list(source)) == [index for index in range(10) if index not in spoilt]
        assert source.skipped_packets == len(spoilt)


@pytest.mark.parametrize("container", ["mp4", "mkv", "webm", "avi"])
def test_of_a_file_cut_off_all_that_decodes_is_used(
    container: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = make_clip(
        tmp_path / f"clip.{container}",
        pts_seconds=[index / 10 for index in range(30)],
        picture=noisy,
        options={"g": "1"},
        container_options={"movflags": "faststart"} if container == "mp4" else None,
    )
    cut_file(path, fraction=0.6)
    frames = read(path)
    assert 12 <= len(frames) <= 20
    # The last one may be cut in two: its lower half is then what was there before.
    assert numbers(frames)[:-1] == list(range(len(frames) - 1))
    (warning,) = [line for line in warnings(caplog) if "cut off" in line]
    assert warning.startswith(f"{path}: was cut off after ")


def test_a_cut_off_transport_stream_warns_by_its_half_frame(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = make_clip(tmp_path / "clip.ts", picture=noisy, options={"g": "1"})
    cut_file(path, fraction=0.55)
    assert 4 <= len(read(path)) <= 7
    assert [line for line in warnings(caplog) if "cut off" in line]


def test_leaving_early_warns_of_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with MediaSource(make_clip(tmp_path / "clip.mp4")) as source:
        assert number_in(next(iter(source)).image) == 0
    assert warnings(caplog) == []


class StaggeringContainer:
    """A container that counts the packets taken from it, and fails after ``good`` of them."""

    def __init__(self, container: InputContainer, *, good: int) -> None:
        self._container = container
        self._good = good
        self.num_taken = 0

    def demux(self, stream: VideoStream) -> Iterator[Packet]:
        for packet in self._container.demux(stream):
            if self.num_taken == self._good:
                raise av.error.OSError(errno.EIO, "Input/output error")
            self.num_taken += 1
            yield packet


def test_each_picture_is_there_as_soon_as_its_packet(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", options={"bf": "0"})
    with av.open(str(path)) as container:
        counting = StaggeringContainer(container, good=10)
        decoder = PacketDecoder(counting, container.streams.video[0])
        taken = [counting.num_taken for _ in decoder.frames()]
    assert taken == list(range(1, 11))


def test_a_failing_disk_yields_all_that_was_read(tmp_path: Path) -> None:
    with av.open(str(make_clip(tmp_path / "clip.mp4"))) as container:
        failing = StaggeringContainer(container, good=6)
        decoder = PacketDecoder(failing, container.streams.video[0])
        assert sum(1 for _ in decoder.frames()) == 6
        assert isinstance(decoder.read_error, OSError)
        assert decoder.skipped_packets == 0
