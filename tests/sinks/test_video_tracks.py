"""What annotate copies beside the sound: subtitles, chapters, title, which track is the default."""

from __future__ import annotations

import logging
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.stream import Disposition

from tests.support.read_media import warnings
from tests.support.video_made import annotate, make_clip_with_tone, sound_packets

CUES = [(200, 300, "Hello"), (700, 250, "and good-bye")]
"""Start and duration in milliseconds, text."""
HEADER = b"""[Script Info]\r
ScriptType: v4.00+\r
[V4+ Styles]\r
Format: Name\r
Style: Default\r
[Events]\r
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\r
"""
"""What FFmpeg's encoders of subtitles must be told."""


def make_spoken(path: Path, codec: str) -> Path:
    """A film with two soundtracks, the second of which is the default, and subtitles."""
    plain = make_clip_with_tone(path.with_name("plain.mkv"))
    with av.open(str(plain)) as source, av.open(str(path), "w") as film:
        film.metadata["title"] = "A film"
        video, sound = source.streams.video[0], source.streams.audio[0]
        tracks = [film.add_stream_from_template(stream) for stream in (video, sound, sound)]
        tracks[0].disposition = Disposition.default
        tracks[1].disposition = Disposition(0)
        tracks[2].disposition = Disposition.default
        words = film.add_stream(codec)
        words.codec_context.subtitle_header = HEADER
        words.metadata["language"] = "eng"
        words.disposition = Disposition.forced
        words.time_base = Fraction(1, 1000)
        packets = [packet for packet in source.demux(video, sound) if packet.dts is not None]
        for packet in packets:
            stated = packet.pts, packet.dts, packet.duration, packet.time_base
            for track in tracks[:1] if packet.stream.type == "video" else tracks[1:]:
                packet.stream = track
                packet.pts, packet.dts, packet.duration, packet.time_base = stated
                film.mux(packet)
        for start, duration, text in CUES:
            data = text.encode()
            if codec == "mov_text":
                data = len(data).to_bytes(2, "big") + data
            cue = av.Packet(data)
            cue.stream, cue.time_base = words, Fraction(1, 1000)
            cue.pts = cue.dts = start
            cue.duration = duration
            film.mux(cue)
    plain.unlink()
    return path


def cues_in(path: Path) -> list[tuple[int, str]]:
    with av.open(str(path)) as film:
        packets = [packet for packet in film.demux(subtitles=0) if packet.size > 2]
        return [
            (
                round(1000 * packet.pts * packet.time_base),
                bytes(packet).decode().strip("\0\x05\x0c"),
            )
            for packet in packets
        ]


@pytest.mark.parametrize(("suffix", "codec"), [(".mkv", "subrip"), (".mp4", "mov_text")])
def test_subtitles_title_and_defaults_are_kept(
    tmp_path: Path, out: Path, caplog: pytest.LogCaptureFixture, suffix: str, codec: str
) -> None:
    source = make_spoken(tmp_path / f"in{suffix}", codec)
    written = out.with_suffix(suffix)
    annotate(source, written)
    assert cues_in(written) == cues_in(source) == [(start, text) for start, _, text in CUES]
    with av.open(str(source)) as before, av.open(str(written)) as after:
        assert after.metadata["title"] == "A film"
        kept = [(s.type, s.disposition, s.metadata.get("language")) for s in after.streams]
        assert kept == [(s.type, s.disposition, s.metadata.get("language")) for s in before.streams]
        assert [bool(s.disposition & Disposition.default) for s in after.streams.audio] == [0, 1]
    assert warnings(caplog) == []


@pytest.mark.parametrize(
    ("suffix", "codec", "other"), [(".mkv", "subrip", ".mp4"), (".mp4", "mov_text", ".mkv")]
)
def test_subtitles_that_the_container_cannot_hold(
    tmp_path: Path,
    out: Path,
    caplog: pytest.LogCaptureFixture,
    suffix: str,
    codec: str,
    other: str,
) -> None:
    source = make_spoken(tmp_path / f"in{suffix}", codec)
    with caplog.at_level(logging.WARNING):
        annotate(source, out.with_suffix(other))
    (warning,) = warnings(caplog)
    assert "subtitles can't be copied into" in warning
    assert warning.endswith(f"name the output {suffix} to keep them")


CHAPTERS = [(0, 300, "Start"), (300, 700, "Mitte – 中"), (700, 1000, "End")]
"""Start and end in milliseconds, title."""


def make_chaptered(path: Path, *, start_seconds: float = 0) -> Path:
    """A film of a second that has three chapters."""
    plain = make_clip_with_tone(path.with_name("plain.mkv"))
    shift = round(start_seconds * 1000)
    with av.open(str(plain)) as source, av.open(str(path), "w") as film:
        tracks = {stream.index: film.add_stream_from_template(stream) for stream in source.streams}
        film.set_chapters(
            [
                {
                    "id": number,
                    "start": start + shift,
                    "end": end + shift,
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": title},
                }
                for number, (start, end, title) in enumerate(CHAPTERS, 1)
            ]
        )
        for packet in source.demux():
            if packet.dts is not None:
                packet.pts += round(start_seconds / packet.time_base)
                packet.dts += round(start_seconds / packet.time_base)
                packet.stream = tracks[packet.stream.index]
                film.mux(packet)
    plain.unlink()
    return path


def chapters_in(path: Path) -> list[tuple[int, int, str]]:
    with av.open(str(path)) as film:
        return [
            (
                *(round(1000 * chapter[side] * chapter["time_base"]) for side in ("start", "end")),
                chapter["metadata"]["title"],
            )
            for chapter in film.chapters()
        ]


@pytest.mark.parametrize("source", ["in.mkv", "in.mp4"])
@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".mov"])
def test_chapters_are_kept(
    tmp_path: Path, out: Path, caplog: pytest.LogCaptureFixture, source: str, suffix: str
) -> None:
    film = make_chaptered(tmp_path / source)
    annotate(film, out.with_suffix(suffix))
    assert chapters_in(film) == CHAPTERS
    assert chapters_in(out.with_suffix(suffix)) == CHAPTERS
    assert len(sound_packets(out.with_suffix(suffix))) == len(sound_packets(film))
    assert warnings(caplog) == []


def test_chapters_of_a_film_that_begins_late_begin_with_it(tmp_path: Path, out: Path) -> None:
    film = make_chaptered(tmp_path / "in.mkv", start_seconds=20)
    annotate(film, out)
    kept = [time for start, end, _ in chapters_in(out) for time in (start, end)]
    assert kept == pytest.approx(
        [time for start, end, _ in CHAPTERS for time in (start, end)], abs=25
    )


def test_chapters_end_where_the_pictures_do(tmp_path: Path, out: Path) -> None:
    annotate(make_chaptered(tmp_path / "in.mkv"), out, num_frames=6)
    assert [title for _, _, title in chapters_in(out)] == ["Start", "Mitte – 中"]
    assert chapters_in(out)[-1][1] < 700
