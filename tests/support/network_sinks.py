"""Sinks that deliver over a network, and moments for them, without a run."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import numpy as np

from har_live.moment import Moment
from har_live.sinks.base import Run, Sink, SinkSettings
from har_live.sinks.kinds import open_sink
from har_live.types import Frame, Prediction, Segment, VideoInfo

LABELS = ("wave", "sit_down")
BOX = (0.25, 0.0, 0.5, 1.0)


def made_run(source: str = "figure") -> Run:
    return Run(VideoInfo(source, 64, 48, is_live=True), LABELS, "test-lrcn")


def begun(address: str, source: str = "figure") -> Sink:
    """A sink as live use begins it."""
    sink = open_sink(address, SinkSettings(source_name=source))
    sink.begin(made_run(source))
    return sink


def says(person: int, label: str, seconds: float, *, confidence: float = 0.9) -> Prediction:
    scores = np.array([1, 0], np.float32)
    return Prediction(
        seconds - 1, seconds, scores, label, confidence, scores, person=person, box=BOX
    )


def seen(seconds: float, *predictions: Prediction, segments: Sequence[Segment] = ()) -> Moment:
    """A black frame, after which so much is known."""
    frame = Frame(np.zeros((48, 64, 3), np.uint8), seconds)
    return Moment(frame, list(predictions), list(segments), None)


def over(number: int) -> Moment:
    """A moment at which a segment is over; ``number`` is its start in seconds."""
    return seen(number + 1.0, segments=[Segment(number, number + 1.0, "wave", 0.8, 0.9)])


LAST = Moment(None, [], [], None, is_last=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def stalled_server() -> Iterator[int]:
    """A port that takes every connection, and never says a word."""
    taken: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                taken.append(server.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=accept, name="stalled-accept")
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for connection in taken:
                connection.close()
