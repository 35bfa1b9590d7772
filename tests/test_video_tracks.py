"""What annotate copies beside the sound: subtitles, title, which track is the default."""

from __future__ import annotations

import logging
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.stream import Disposition

from tests.read_media import warnings
from tests.video_made import annotate, make_clip

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
    plain = make_clip(path.with_name("plain.mkv"))
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
