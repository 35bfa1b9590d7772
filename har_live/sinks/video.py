"""Writes an annotated video: H.264 that browsers play, every frame at its own time, sound kept.

While it is written, the video is a *fragmented* MP4 beside the output (``out.part.mp4``) that plays
up to its last two seconds whatever happens, ``kill -9`` and a full disk included. Closing copies
it, with the source's sound and without encoding again, into the output's container, the index in
front, and renames that into place. Where the copy fails, the recording itself takes its place.

Sound and subtitles: the packets' bytes are the source's, their times move along with the pictures',
also where the source's clock jumps. (AAC of a transport stream sheds its seven-byte headers, for
which the other containers have no place.) Sound that begins before the output's second 0 is in the
file, but not played. A run that ends early cuts the sound where its last frame ends.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import cv2  # noqa: F401  # before PyAV: see har_live.opencv
import av

from har_live.closing import Closing
from har_live.errors import SinkError
from har_live.sinks.base import NothingWrittenError, complete_in_silence
from har_live.sinks.file_checks import check_video, discard, put_in_place, reason
from har_live.sinks.hardware import begin_recording
from har_live.sinks.output_clock import OutputClock
from har_live.sinks.part_file import Part
from har_live.sinks.remux import finish, holds_packets
from har_live.sinks.source_tracks import SourceTracks
from har_live.types import Address
from har_live.yuv import YuvImage, usual_matrix

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from har_live.frame_times import Timeline
    from har_live.sinks.hardware import AnyRecording
    from har_live.sources.settings import Hwaccel
    from har_live.types import Image, VideoInfo

MAX_TICKS_BETWEEN = 2**30
"""MP4 counts a frame's duration in 32 bits; FFmpeg's has a sign, and it adds the next one's."""


class VideoFile(Closing):
    """A video file in the making.

    ``close`` completes it; leaving a ``with`` block by an exception, Ctrl-C included, completes
    what was done so far. With no frame written there is no file.
    """

    def __init__(
        self,
        path: Path,
        info: VideoInfo,
        *,
        overwrite: bool = False,
        sound_from: str | Path | Address | None = None,
        sound_clock: Timeline | None = None,
        metadata: Mapping[str, str] | None = None,
        hwaccel: Hwaccel = "none",
    ) -> None:
        """
        Args:
            path: the output, ending in one of the suffixes of ``CONTAINERS``.
            info: of the source: its time base and frame rate.
            overwrite: replace a file that exists, once the new one is complete.
            sound_from: where sound, subtitles and title are: the source itself, opened once more,
                or one beside it.
            sound_clock: where the source's frames are placed, should its clock jump.
            metadata: of the container, such as ``title``; else the source's.
            hwaccel: what encodes, see ``SourceSettings``; libx264 does where that can't.

        Raises:
            SinkError: unknown suffix, no such folder, can't be written, exists already, or is the
                source.
        """
        source = None if isinstance(sound_from, Address) else sound_from
        container_name = check_video(path, overwrite=overwrite, source=source)
        self.path = path
        self._overwrite = overwrite
        self._container_name = container_name
        self._metadata = dict(metadata or {})
        self._clock = OutputClock(info, source_clock=sound_clock)
        self._last_image: Image | YuvImage | None = None
        self._last_ticks = 0
        self._hwaccel = hwaccel
        self._recording: AnyRecording | None = None
        self._is_closed = False
        self._tracks = None if sound_from is None else SourceTracks(sound_from, container_name)
        try:
            self._part = Part(path, ".mp4")
        except BaseException:
            self._close_tracks()
            raise

    @property
    def origin_seconds(self) -> float:
        """Second of the source that is second 0 of the output; settled by the first frame."""
        return self._clock.origin_seconds

    @property
    def duration_seconds(self) -> float:
        """Length of the video by now."""
        return 0.0 if self._recording is None else self._clock.duration_seconds

    def write(self, image: Image | YuvImage, pts_seconds: float) -> None:
        """Append a picture.

        Args:
            image: (H, W, 3) uint8 RGB, or YUV, the sink's own from now on; the first one's size is
                the video's.
            pts_seconds: its time on the source's clock. One that is not later than the one before
                comes a tick after it; after a step back of more than a second the clock is taken to
                have begun anew, and the video goes on.

        Raises:
            SinkError: can't be written; closing still keeps what was.
        """
        if self._is_closed:
            raise ValueError(f"{self.path} is closed")
        ticks = self._clock.place(pts_seconds)
        try:
            if self._recording is None:
                self._recording = self._begin(image, ticks)
            self._hold_until(ticks)
            self._add(image, ticks)
        except (OSError, av.FFmpegError) as error:
            raise SinkError(f"can't write {self.path}: {reason(error)}") from error

    def close(self, *, complete: bool = True) -> None:
        """Complete the file and give it its name; a second call does nothing.

        Args:
            complete: the source was written to its end, so all of its sound belongs to it; when
                false, the sound is cut where the last frame ends.

        Raises:
            SinkError: can't be completed; the message says what was kept, and where.
        """
        if self._is_closed:
            return
        self._is_closed = True
        try:
            if self._recording is None:
                self._part.discard()
            else:
                self._complete(self._recording, with_all_sound=complete)
        finally:
            self._part.release()
            self._close_tracks()

    def abort(self) -> None:
        """Leave no file, whatever was written; after ``close`` it does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._recording is not None:
            self._recording.abandon()
        self._close_tracks()
        self._part.discard()

    def close_after_error(self) -> None:
        """Complete what was done so far, in silence where there is nothing."""
        complete_in_silence(partial(self.close, complete=False))

    def _hold_until(self, ticks: int) -> None:
        """Repeat the last picture within a pause that MP4 can't count."""
        while self._last_image is not None and ticks - self._last_ticks > MAX_TICKS_BETWEEN:
            self._add(self._last_image, self._last_ticks + MAX_TICKS_BETWEEN)

    def _add(self, image: Image | YuvImage, ticks: int) -> None:
        assert self._recording is not None, "begun by the first picture"
        self._recording.add(
            image, ticks=self._clock.in_output(ticks), duration_ticks=self._clock.frame_ticks
        )
        self._last_image, self._last_ticks = image, ticks

    def _begin(self, image: Image | YuvImage, ticks: int) -> AnyRecording:
        self._clock.begin(ticks)
        height, width, _ = image.shape
        return begin_recording(
            self._part.path,
            hwaccel=self._hwaccel,
            width=width,
            height=height,
            matrix=image.matrix if isinstance(image, YuvImage) else usual_matrix(height),
            fps=self._clock.fps,
            ticks_per_second=self._clock.ticks_per_second,
        )

    def _complete(self, recording: AnyRecording, *, with_all_sound: bool) -> None:
        part = self._part.path
        copy = part.with_name(f".{part.name}")
        try:
            recording.close()
            finish(
                part,
                copy,
                self._container_name,
                timing=self._clock.timing(with_all_sound=with_all_sound),
                tracks=self._tracks,
                metadata=self._metadata,
            )
            self._part.release()
            os.replace(copy, part)
        except (OSError, av.FFmpegError) as error:
            problem = f"can't complete {self.path}: {reason(error)}"
            if self._keep_recording(copy):
                problem += "; it holds what was written, without sound"
                raise SinkError(problem) from error
            raise NothingWrittenError(f"{problem}; nothing was written") from error
        except BaseException:  # a second Ctrl-C
            self._keep_recording(copy)
            raise
        put_in_place(part, self.path, overwrite=self._overwrite)

    def _keep_recording(self, copy: Path) -> bool:
        """Give the output's name to the recording as it is; whether there is something in it."""
        discard(copy)
        if not holds_packets(self._part.path):
            self._part.discard()
            return False
        self._part.release()
        put_in_place(self._part.path, self.path, overwrite=self._overwrite)
        return True

    def _close_tracks(self) -> None:
        if self._tracks is not None:
            self._tracks.close()
