"""The process of one video: fetches it where need be, recognizes it, writes the files.

It is a process of its own because the video is a stranger's: one that hangs or crashes FFmpeg takes
nothing else with it, one that takes too long can be ended, and labels of what is live go first.

It is given an ``Order`` as a line of JSON on standard input, and tells lines of JSON on standard
output: ``stage`` and ``progress`` as it goes on, at last ``done``, or ``error`` in one line.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from har_live.errors import HarLiveError
from har_live.redact import redact
from har_live.serve.addresses import asked
from har_live.serve.download import Download

if TYPE_CHECKING:
    from har_live.serve.settings import AddressKind
    from har_live.types import Frame, VideoInfo

VIDEO_FILE = "annotated.mp4"
EVENT_FILES = ("events.jsonl", "events.csv", "events.srt", "events.vtt")
ANSWER_FILE = "prediction.json"
NICER = 5
"""Steps by which it is nicer to others than the server."""
TELL_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done; only plain values, for it travels."""

    folder: str
    """Folder of this video alone; the files are written there."""
    name: str
    """Name for people, and of the file in ``folder``."""
    address: str | None
    """Address to fetch it from; None: it is there."""
    weights: str
    wishes: Mapping[str, Any]
    """Arguments of ``Recognizer``."""
    min_duration_seconds: float
    annotate: bool
    """Write the video again, with labels on it."""
    address_kinds: tuple[AddressKind, ...]
    allow_private: bool
    max_bytes: int
    max_seconds: float

    def to_line(self) -> bytes:
        """Return it as the child is told."""
        return json.dumps(asdict(self)).encode() + b"\n"


def main() -> None:
    """Do one order."""
    logging.basicConfig(level=logging.ERROR, format="har-live: %(message)s")
    logging.getLogger("libav").setLevel(logging.CRITICAL)
    with suppress(AttributeError, OSError):  # Windows has no such thing
        os.nice(NICER)
    order = Order(**json.loads(sys.stdin.buffer.readline()))
    teller = _Teller()
    try:
        _do(order, teller)
    except HarLiveError as error:
        teller.tell(error=_without_folder(redact(str(error)), order.folder))
    except Exception:
        logging.getLogger(__name__).exception("a video failed")
        teller.tell(error="something went wrong in recognizing it; the server's log says what")
    else:
        teller.tell(done=True)


def _do(order: Order, teller: _Teller) -> None:
    source = _source(order, teller)
    teller.tell(stage="recognizing", progress=0.0)
    # Heavy: not before it is known that there is something to recognize.
    import har_live
    from har_live.files.recognition_values import recognition_head, segment_values

    recognizer = har_live.Recognizer(order.weights, **order.wishes)

    def on_frame(frame: Frame, info: VideoInfo) -> None:
        if info.duration_seconds:
            teller.advance(frame.pts_seconds / info.duration_seconds)

    folder = Path(order.folder)
    names = [*([VIDEO_FILE] if order.annotate else []), *EVENT_FILES]
    recognition = har_live.annotate(
        source,
        recognizer,
        sinks=[folder / name for name in names],
        min_duration_seconds=order.min_duration_seconds,
        on_frame=on_frame,
    )
    head = recognition_head(recognition, source=order.name, weights=recognizer.card.name)
    answer = head | segment_values(recognition)
    (folder / ANSWER_FILE).write_text(json.dumps(answer, ensure_ascii=False, indent=2), "utf-8")


def _source(order: Order, teller: _Teller) -> str | Path:
    path = Path(order.folder, order.name)
    if order.address is not None:
        if asked(order.address, order.address_kinds).kind == "youtube":
            return order.address
        teller.tell(stage="fetching", progress=None)
        Download(
            kinds=order.address_kinds,
            allow_private=order.allow_private,
            max_bytes=order.max_bytes,
            max_seconds=order.max_seconds,
            on_progress=teller.advance,
        ).fetch(order.address, path)
    import cv2  # noqa: F401  before av: see har_live.opencv

    from har_live.sources.media.stranger import check_stranger

    check_stranger(path)
    return path


class _Teller:
    """Tells the server how it goes."""

    def __init__(self) -> None:
        self._told_seconds = 0.0

    def tell(self, **values: object) -> None:
        """Tell something, at once."""
        print(json.dumps(values), flush=True)

    def advance(self, share: float | None) -> None:
        """Tell how much is done, but not too often."""
        now = time.monotonic()
        if now - self._told_seconds >= TELL_SECONDS:
            self._told_seconds = now
            self.tell(progress=None if share is None else round(min(1.0, max(0.0, share)), 3))


def _without_folder(text: str, folder: str) -> str:
    return text.replace(f"{folder}{os.sep}", "").replace(folder, "")


if __name__ == "__main__":
    main()
