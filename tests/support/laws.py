"""Ways to give frames to a recognizer, of which none may change the scores."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from har_live.recognizer import Recognizer
from har_live.types import Frame, Prediction

TOLERANCE = 1e-4
"""Largest difference of a probability that the law allows."""
RUNTIMES = ("torch", "onnx")


def stream_all(recognizer: Recognizer, frames: Sequence[Frame]) -> list[Prediction]:
    stream = recognizer.stream()
    predictions = [p for frame in frames for p in stream.push(frame)]
    return predictions + stream.finish()


def stream_runs(recognizer: Recognizer, runs: Sequence[Sequence[Frame]]) -> list[Prediction]:
    """Runs in one stream, each of which begins with a gap or a step back; the last with a reset."""
    stream = recognizer.stream()
    predictions: list[Prediction] = []
    for run in runs:
        if run is runs[-1]:
            predictions += stream.advance(stream._grid.finish())
            stream.reset()
        for frame in run:
            predictions += stream.push(frame)
    return predictions + stream.finish()


def stream_together(
    recognizer: Recognizer, films: Sequence[Sequence[Frame]]
) -> list[list[Prediction]]:
    """Films in one group of streams, which at each step shows some of them, in no order."""
    group = recognizer.streams(len(films))
    grids = [recognizer.grid() for _ in films]
    waiting = [
        deque([*(g for frame in film for g in grid.push(frame)), *grid.finish()])
        for film, grid in zip(films, grids, strict=True)
    ]
    found: list[list[Prediction]] = [[] for _ in films]
    random = np.random.default_rng(0)
    while any(waiting):
        ready = [i for i, queue in enumerate(waiting) if queue]
        chosen = [i for i in ready if random.random() < 0.6] or ready
        for i, predictions in group.advance({i: waiting[i].popleft() for i in chosen}).items():
            found[i] += predictions
    return [predictions + group.finish(i) for i, predictions in enumerate(found)]
