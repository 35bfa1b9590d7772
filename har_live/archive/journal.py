"""The journal: what became of each video, a line each; a run that was killed goes on with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from har_live.archive.videos import Video
from har_live.archive.work import Outcome
from har_live.closing import Closing
from har_live.errors import SinkError
from har_live.sinks.event_formats import fields_of
from har_live.sinks.file_checks import reason
from har_live.sinks.text_file import TextFile

if TYPE_CHECKING:
    from har_live.nodes.packed_recognizer import PackedRecognizer

FORMAT = "har-live-archive"
VERSION = 1
FILE = "videos.jsonl"
_KEYS = {"video", "identity", "broken", "duration_seconds", "segments"}


def header_of(packed: PackedRecognizer) -> dict[str, Any]:
    """Return what is said of all videos at once."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "weights": packed.weights,
        "labels": list(packed.labels),
    }


class Journal(Closing):
    """The file, held by this run until it is closed.

    Args:
        folder: that of the archive.
        header: of this run, with ``fingerprint``; a journal of another is not gone on with.
        overwrite: begin anew.

    Raises:
        SinkError: it can't be written, another run is writing it, or it is of other settings.
    """

    def __init__(self, folder: Path, header: dict[str, Any], *, overwrite: bool) -> None:
        path = folder / FILE
        self._file = TextFile(path, overwrite=overwrite, append=not overwrite)
        self._known: dict[tuple[str, str], dict[str, Any]] = {}
        try:
            if not self._file.head:
                self._file.append(_line(header))
                return
            if self._file.head != _line(header).rstrip("\n"):
                raise SinkError(
                    f"{path} is of other weights or settings; give another --out, or --overwrite"
                )
            for line in _lines(path):
                self._known[line["video"], line["identity"]] = line
        except BaseException:
            self._file.close()
            raise

    def line_of(self, video: Video) -> dict[str, Any] | None:
        """Return what became of a video as it is now; None where nobody has looked at it."""
        return self._known.get((video.path, video.identity))

    def add(self, outcome: Outcome) -> None:
        """Write down what became of a video; in the system's hands when this returns.

        Raises:
            SinkError: it can't be written.
        """
        line: dict[str, Any] = {
            "video": outcome.video.path,
            "identity": outcome.video.identity,
            "broken": outcome.broken,
            "duration_seconds": round(outcome.duration_seconds, 6),
            "source_start_seconds": round(outcome.source_start_seconds, 6),
            "num_frames": outcome.num_frames,
            "segments": [fields_of(segment) for segment in outcome.segments],
        }
        self._file.append(_line(line))
        self._known[outcome.video.path, outcome.video.identity] = line

    def close(self) -> None:
        """Let go of it, on the disk."""
        self._file.close()


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            next(file)
            for number, text in enumerate(file, 2):
                yield _known_line(text, f"{path} is damaged at line {number}")
    except (OSError, UnicodeDecodeError) as error:
        raise SinkError(f"{path} can't be gone on with: {reason(error)}") from error


def _known_line(text: str, trouble: str) -> dict[str, Any]:
    with suppress(ValueError):
        line = json.loads(text)
        if isinstance(line, dict) and line.keys() >= _KEYS:
            return line
    raise SinkError(f"{trouble}; take that line away, or give --overwrite")


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
