"""FFmpeg's errors in words that say what to do next."""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from urllib.parse import urlsplit

from av import error as ffmpeg

from har_live.redact import redact_url
from har_live.sources.check import NO_SUCH_FILE

NO_ANSWER = "no answer in time; check the address and the network"
PASSWORD_HINT = "write @ : / ? # in a password as %40 %3A %2F %3F %23"

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (FileNotFoundError, NO_SUCH_FILE),
    (NotADirectoryError, NO_SUCH_FILE),
    (IsADirectoryError, "is a directory; give one video file"),
    (PermissionError, "may not be read by this user; check its permissions"),
    (ConnectionRefusedError, "connection refused; check that the server runs, and the port"),
    (TimeoutError, NO_ANSWER),
    (ffmpeg.ExitError, NO_ANSWER),  # what PyAV's own time limit ends in
    (ffmpeg.HTTPUnauthorizedError, "access refused (401); check user name and password"),
    (ffmpeg.HTTPForbiddenError, "access refused (403); check user name, password and address"),
    (ffmpeg.HTTPNotFoundError, "the server has nothing there (404); check the address"),
    (ffmpeg.HTTPTooManyRequestsError, "too many requests (429); wait some minutes"),
    (ffmpeg.HTTPServerError, "the server failed (5xx); try again, or restart the camera"),
    (EOFError, "the server ended the connection; check the address, and that the camera runs"),
    (ffmpeg.ProtocolNotFoundError, "unknown kind of address; use a file, rtsp, http or https"),
    (ffmpeg.InvalidDataError, "not a video, or damaged beyond reading; check that it is the one"),
)


def explain(error: Exception, location: str) -> str:
    """Return one clause: what is wrong with the video at ``location`` and what to try."""
    path = Path(location)
    if isinstance(error, ffmpeg.InvalidDataError) and path.is_file():
        if path.stat().st_size == 0:
            return "is empty (0 bytes); record or download it again"
        with path.open("rb") as file:
            if file.read(8)[4:] == b"ftyp":
                return "its index is missing, the recording was cut off; repair or record it again"
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    # Never the whole text: FFmpeg's holds the address with its password.
    cause = getattr(error, "strerror", None) or type(error).__name__
    if "://" not in location:
        return f"can't be read ({cause}); check the disk, or try a copy"
    if isinstance(error, ffmpeg.ArgumentError):
        return f"can't be understood; {PASSWORD_HINT}"
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EPROTONOSUPPORT:
        return "the server refuses this transport; give --rtsp-transport udp, or tcp"
    host = urlsplit(redact_url(location)).hostname
    if code == errno.EIO and host and not _is_known(host):
        return f"no such server: {host}; check the address and the network"
    if code == errno.EIO:
        return "the connection broke; check the network, and that the server runs"
    return f"the connection failed ({cause}); check the address and the network"


def _is_known(host: str) -> bool:
    """Return whether a host has an address: FFmpeg tells a name that nobody knows no differently
    from a broken connection."""
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return False
    return True
