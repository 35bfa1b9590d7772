"""Codecs, really tried, and what YouTube needs."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sysconfig
from datetime import date
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from har_live.doctor.check import Check, Examination, in_child

if TYPE_CHECKING:
    from numpy.typing import NDArray

OLDEST_YT_DLP_DAYS = 60
"""YouTube changes, and yt-dlp with it, about every month."""
UPDATE_YT_DLP = "pip install -U 'yt-dlp[default,deno]'"
OLDEST_DENO = (2, 3)
"""Oldest version that yt-dlp accepts."""
REINSTALL_AV = "pip install --force-reinstall av"

_NUM_PICTURES = 10
_LARGEST_ERROR = 12.0
"""Mean difference of a picture's values, 0–255, after encoding and decoding."""


def h264() -> list[Check]:
    """Check H.264: nearly every video to read, and every one that is written."""
    return in_child("H.264", try_video_codec, "H.264", "libx264", "mp4")


def other_codecs() -> list[Check]:
    """Check the codecs of YouTube's pictures, and of sound."""
    return [
        *in_child("VP9", try_video_codec, "VP9", "libvpx-vp9", "webm"),
        *in_child("AAC", try_aac),
    ]


def try_video_codec(name: str, encoder: str, container: str) -> list[Check]:
    """Encode pictures, decode them, and compare."""
    import av

    pictures = _pictures()
    try:
        decoded = _decode(av, _encode(av, pictures, encoder, container))
    except (av.FFmpegError, ValueError, LookupError) as error:
        return [Check(name, "problem", f"fails: {_reason(error)}", REINSTALL_AV)]
    if len(decoded) != len(pictures) or np.abs(decoded - pictures).mean() > _LARGEST_ERROR:
        return [Check(name, "problem", "what is encoded comes back changed", REINSTALL_AV)]
    return [Check(name, "ok", f"encodes and decodes (PyAV {av.__version__}, {encoder})")]


def hardware() -> list[Check]:
    """Check what ``--hwaccel`` may name here; in children, for a driver may crash."""
    return [
        *in_child("Hardware decoding", try_decoding),
        *in_child("Hardware encoding", try_encoding),
    ]


def try_decoding() -> list[Check]:
    """Open an H.264 decoder on each kind of device."""
    from har_live.sources.media.hardware import fault
    from har_live.sources.settings import DEVICES

    faults = {device: fault(device) for device in DEVICES}
    works = ", ".join(device for device, reason in faults.items() if not reason)
    others = ", ".join(f"{device}: {reason}" for device, reason in faults.items() if reason)
    return [Check("Hardware decoding", "ok", f"{works or 'none'} ({others})")]


def try_encoding() -> list[Check]:
    """Encode a few pictures of 720p on each kind of device."""
    from har_live.sinks.encoders import HARDWARE
    from har_live.sinks.hardware import encoder_on

    found = {device: encoder_on(device, width=1280, height=720) for device in HARDWARE}
    works = ", ".join(f"{device} by {one.name}" for device, (one, _) in found.items() if one)
    others = ", ".join(
        f"{device}: {why_not}" for device, (one, why_not) in found.items() if not one
    )
    return [Check("Hardware encoding", "ok", f"{works or 'none'} ({others})")]


def try_aac() -> list[Check]:
    """Encode a tone and decode it."""
    import av

    tone = np.sin(np.arange(16 * 1024) * 2 * np.pi * 440 / 44_100).astype(np.float32)
    memory = io.BytesIO()
    try:
        with av.open(memory, "w", format="mp4") as container:
            stream = container.add_stream("aac", rate=44_100, layout="mono")
            frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
            frame.sample_rate = 44_100
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        memory.seek(0)
        with av.open(memory, "r") as container:
            parts = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    except (av.FFmpegError, ValueError, LookupError) as error:
        return [Check("AAC", "warning", f"fails: {_reason(error)}", REINSTALL_AV)]
    loudness = float(np.sqrt(np.mean(np.concatenate(parts) ** 2)))
    if not 0.6 < loudness < 0.8:  # a sine's is 0.707
        return [Check("AAC", "warning", "sound comes back changed", REINSTALL_AV)]
    return [Check("AAC", "ok", f"encodes and decodes (PyAV {av.__version__})")]


def yt_dlp() -> list[Check]:
    """Check that the YouTube part is there and young enough."""
    try:
        version = metadata.version("yt-dlp")
    except metadata.PackageNotFoundError:
        return [Check("yt-dlp", "warning", "not installed: no YouTube", UPDATE_YT_DLP)]
    return [judge_yt_dlp(version, date.today())]


def judge_yt_dlp(version: str, today: date) -> Check:
    """A version of yt-dlp is the day of its release: ``2026.8.19``."""
    numbers = re.fullmatch(r"(\d{4})\.(\d{1,2})\.(\d{1,2})(\D.*)?", version)
    if numbers is None:
        return Check("yt-dlp", "warning", f"{version}, of unknown age", UPDATE_YT_DLP)
    days = (today - date(*map(int, numbers.groups()[:3]))).days
    detail = f"{version}, {days} days old"
    if days > OLDEST_YT_DLP_DAYS:
        return Check("yt-dlp", "warning", f"{detail}: YouTube may refuse it", UPDATE_YT_DLP)
    return Check("yt-dlp", "ok", detail)


def javascript() -> list[Check]:
    """Check deno, which solves the puzzles in JavaScript on YouTube's pages for yt-dlp."""
    # Where yt-dlp looks: beside this Python first.
    scripts = sysconfig.get_path("scripts")
    deno = shutil.which("deno", path=scripts) or shutil.which("deno")
    if deno is None:
        return [_no_deno("deno is not installed: YouTube may refuse")]
    try:
        done = subprocess.run([deno, "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return [_no_deno(f"{deno} does not run ({type(error).__name__})")]
    numbers = re.match(r"deno (\d+)\.(\d+)\S*", done.stdout)
    if done.returncode != 0 or numbers is None:
        return [_no_deno(f"{deno} does not run (code {done.returncode})")]
    if (int(numbers[1]), int(numbers[2])) < OLDEST_DENO:
        return [_no_deno(f"{numbers[0]} is too old for yt-dlp")]
    return [Check("JavaScript", "ok", f"{numbers[0]} at {deno}")]


def _no_deno(detail: str) -> Check:
    return Check("JavaScript", "warning", detail, UPDATE_YT_DLP)


def _pictures() -> NDArray[np.int16]:
    """(N, 48, 64) brightnesses: a ramp that moves."""
    rows, columns = np.mgrid[:48, :64]
    steps = np.arange(_NUM_PICTURES)[:, None, None]
    ramp: NDArray[np.int16] = np.asarray((rows + columns) * 2 + steps * 3, np.int16)
    return ramp % 220 + 16


def _encode(av: Any, pictures: NDArray[np.int16], encoder: str, kind: str) -> io.BytesIO:
    memory = io.BytesIO()
    with av.open(memory, "w", format=kind) as container:
        stream = container.add_stream(encoder, rate=10, width=64, height=48, pix_fmt="yuv420p")
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="gray")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    memory.seek(0)
    return memory


def _decode(av: Any, memory: io.BytesIO) -> NDArray[np.int16]:
    with av.open(memory) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    pictures: NDArray[np.int16] = np.asarray(frames, np.int16)
    return pictures


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


H264 = Examination("H.264", h264, is_vital=True)
OTHER_CODECS = Examination("VP9, AAC", other_codecs)
HARDWARE = Examination("Hardware decoding and encoding", hardware)
YT_DLP = Examination("yt-dlp", yt_dlp)
JAVASCRIPT = Examination("JavaScript", javascript)
