"""FFmpeg's errors in words that say what to do next."""

from __future__ import annotations

from pathlib import Path

from av import error as ffmpeg

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (FileNotFoundError, "no such file; check the path"),
    (NotADirectoryError, "no such file; check the path"),
    (IsADirectoryError, "is a directory; give one video file"),
    (PermissionError, "may not be read by this user; check its permissions"),
    (ConnectionRefusedError, "connection refused; check that the server runs, and the port"),
    (TimeoutError, "no answer in time; check the address and the network"),
    # What PyAV's own time limit ends in.
    (ffmpeg.ExitError, "no answer in time; check the address and the network"),
    (ffmpeg.HTTPUnauthorizedError, "access refused (401); check user name and password"),
    (ffmpeg.HTTPForbiddenError, "access refused (403); check user name, password and address"),
    (ffmpeg.HTTPNotFoundError, "the server has nothing there (404); check the address"),
    (ffmpeg.ProtocolNotFoundError, "unknown kind of address; use a file, rtsp, http or https"),
    (ffmpeg.InvalidDataError, "not a video, or damaged beyond reading; try another file"),
)


def explain(error: Exception, location: str) -> str:
    """One clause: what is wrong with the video at ``location`` and what to try."""
    path = Path(location)
    if isinstance(error, ffmpeg.InvalidDataError) and path.is_file():
        if path.stat().st_size == 0:
            return "is empty (0 bytes); record or download it again"
        with path.open("rb") as file:
            if file.read(8)[4:] == b"ftyp":
                return "its index is missing: the recording was cut off; repair or record it again"
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    # Never the whole text: FFmpeg's holds the address with its password.
    return f"can't be read ({getattr(error, 'strerror', None) or type(error).__name__})"
