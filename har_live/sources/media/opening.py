"""The opening of a video with FFmpeg, and what is said where it fails."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import av
from av.codec.hwaccel import HWAccel

from har_live.errors import SourceError
from har_live.sources.media.faults import NO_ANSWER, explain

if TYPE_CHECKING:
    from av.container import InputContainer


class Readable(Protocol):
    """Bytes in a row; with ``seek`` and ``tell``, they may be read in any order."""

    def read(self, size: int = -1, /) -> bytes: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A way to open a video, again and again; see ``MediaSource`` for what is said here."""

    location: str
    label: str
    file: Readable | None
    options: Mapping[str, str]
    timeout_seconds: float | None
    container_format: str | None
    device: str | None
    """FFmpeg's name of the hardware that decodes."""

    def open(self) -> InputContainer:
        """Open it.

        Raises:
            SourceError: it can't be opened.
        """
        # A file's name may hold a colon, which FFmpeg would take for a protocol's.
        url = self.location if "://" in self.location else f"file:{self.location}"
        started_seconds = time.monotonic()
        try:
            # Tags in an old code page would otherwise be a UnicodeDecodeError.
            return av.open(
                url if self.file is None else self.file,
                mode="r",
                format=self.container_format,
                options=dict(self.options),
                timeout=(self.timeout_seconds, self.timeout_seconds),
                metadata_errors="replace",
                hwaccel=None if self.device is None else HWAccel(self.device),
            )
        except av.FFmpegError as error:
            # An RTSP server that stays silent until the time is up ends in "invalid data".
            took_seconds = time.monotonic() - started_seconds
            is_late = self.timeout_seconds is not None and took_seconds >= self.timeout_seconds
            what = NO_ANSWER if is_late else explain(error, self.location)
            # FFmpeg's own error holds the address with its password: no traceback may show it.
            raise SourceError(f"{self.label}: {what}") from None
