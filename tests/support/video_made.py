"""Sources with every kind of sound, a stand-in for ``annotate``, and a look into what it wrote."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from har_live.sinks.video import VideoFile
from har_live.sources.media import MediaSource
from har_live.sources.settings import Hwaccel
from har_live.types import VideoInfo

WIDTH, HEIGHT = 64, 48
INFO = VideoInfo(name="made", width=WIDTH, height=HEIGHT, fps=25.0)
VARIABLE_TICKS = [0, 3003, 6006, 12_000, 12_900, 30_001, 45_000, 46_501, 63_000, 90_000]
"""Ticks of 1/90000 s: ten frames in a second, no two steps alike."""


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """A smooth gradient with a bar that moves: tells frames apart after encoding."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 1] = np.linspace(40, 200, width, dtype=np.uint8)
    left = number * 5 % (width - 8)
    image[:, left : left + 8] = (230, 40, 40)
    return image


def make_clip_with_tone(
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
    """Write a small video with pictures at ``ticks`` and a tone in any codec, or none.

    Where sound and picture need no clocks of their own, ``make_media.make_clip`` does.
    """
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


def annotate(
    source: Path, output: Path, *, num_frames: int | None = None, hwaccel: Hwaccel = "none"
) -> VideoFile:
    """Do what ``annotate`` does, without annotating: every frame from the source into the sink."""
    with MediaSource(source) as video:
        sink = VideoFile(output, video.info, sound_from=source, hwaccel=hwaccel)
        for index, frame in enumerate(video):
            if index == num_frames:
                break
            sink.write(frame.image, frame.pts_seconds)
    sink.close(complete=num_frames is None)
    return sink


def write_pictures(sink: VideoFile, count: int, *, first: int = 0, fps: float = 25.0) -> None:
    for number in range(first, first + count):
        sink.write(picture(number), number / fps)


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


def mean_difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
