"""The video sink's sound: the source's own packets, or a word about why not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from har_live.sinks.source_tracks import SourceTracks, Timing
from har_live.sinks.video import VideoFile
from tests.support.video_made import (
    HEIGHT,
    INFO,
    VARIABLE_TICKS,
    WIDTH,
    annotate,
    encoded_tone,
    frame_times,
    make_clip_with_tone,
    picture,
    sound_packets,
    write_pictures,
)


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
    source = make_clip_with_tone(tmp_path / f"source{suffix}", sound=sound, ticks=[0, 3600, 7200])
    annotate(source, out)
    ours, theirs = sound_packets(out), sound_packets(source)
    assert b"".join(data for _, data in ours) == b"".join(data for _, data in theirs)
    assert abs(ours[0][0] - theirs[0][0]) <= Fraction(1, 1000)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_aac_of_a_broadcast_is_kept_without_its_headers(
    tmp_path: Path, out: Path, suffix: str
) -> None:
    source = make_clip_with_tone(tmp_path / "tv.ts", sound="aac", ticks=[0, 3600, 7200])
    annotate(source, out.with_suffix(suffix))
    theirs = [data for _, data in sound_packets(source)]
    assert {data[0] for data in theirs} == {0xFF}  # each begins with a header
    assert [data for _, data in sound_packets(out.with_suffix(suffix))] == [d[7:] for d in theirs]
    with av.open(str(out.with_suffix(suffix))) as video:
        peaks = [np.abs(frame.to_ndarray()).max() for frame in video.decode(audio=0)]
    assert 0.35 < np.median(peaks) < 0.45  # a decoder without the headers knows what it is


def test_pcm_in_mp4_is_kept_with_a_word(
    tmp_path: Path, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = make_clip_with_tone(tmp_path / "old.avi", sound="pcm_s16le", ticks=[0, 3600, 7200])
    with caplog.at_level(logging.WARNING):
        annotate(source, out)
    assert sound_packets(out)
    assert caplog.messages == [
        "few players know pcm_s16le sound in MP4; name the output .mkv if it can't be heard"
    ]


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
    source = make_clip_with_tone(tmp_path / "old.avi", sound="pcm_u8", ticks=[0, 3600, 7200])
    with caplog.at_level(logging.WARNING):
        annotate(source, out)
        annotate(source, out.with_suffix(".mkv"))
    assert [record.getMessage() for record in caplog.records] == [
        "pcm_u8 sound can't be copied into mp4: left out; name the output .mkv to keep it"
    ]
    assert (len(frame_times(out)), sound_packets(out)) == (3, [])
    kept = sound_packets(out.with_suffix(".mkv"))
    assert b"".join(data for _, data in kept) == b"".join(d for _, d in sound_packets(source))


def test_sound_that_is_refused_late_costs_only_the_sound(
    source: Path, out: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(them: SourceTracks, timing: Timing) -> Iterator[av.Packet]:
        raise av.error.ArgumentError(22, "codec not supported")
        yield

    monkeypatch.setattr(SourceTracks, "packets", refuse)
    with caplog.at_level(logging.WARNING):
        annotate(source, out)
    assert len(frame_times(out)) == len(VARIABLE_TICKS)
    assert "the sound is left out" in caplog.text


def test_sound_goes_on_after_the_last_picture(tmp_path: Path, out: Path) -> None:
    source = make_clip_with_tone(tmp_path / "long.mp4", sound_seconds=3)
    annotate(source, out)
    assert sound_packets(out) == sound_packets(source)
    assert sound_packets(out)[-1][0] > 2.9


def test_an_early_end_cuts_the_sound_with_the_picture(source: Path, out: Path) -> None:
    annotate(source, out, num_frames=6)
    assert frame_times(out) == frame_times(source)[:6]
    with av.open(str(source)) as video:
        usual_length = 1 / video.streams.video[0].average_rate
    end = Fraction(VARIABLE_TICKS[5], 90_000) + usual_length
    assert sound_packets(out) == [pair for pair in sound_packets(source) if pair[0] < end]
    assert len(sound_packets(out)) > 10


def test_a_source_without_sound_or_gone(
    tmp_path: Path, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    silent = make_clip_with_tone(tmp_path / "silent.mp4", sound=None)
    with caplog.at_level(logging.WARNING):
        annotate(silent, out)
    assert (len(frame_times(out)), caplog.records) == (len(VARIABLE_TICKS), [])
    with VideoFile(out, INFO, overwrite=True, sound_from=tmp_path / "gone.mp4") as sink:
        write_pictures(sink, 3)
    assert len(frame_times(out)) == 3
    assert "the sound is left out: No such file or directory" in caplog.text
