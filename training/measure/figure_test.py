"""Measures how well weights read the built-in figure, from pixels: its performance is never learnt
from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from har_live.recognizer import Recognizer
from har_live.types import NONE
from training.figure.source import FigureSource


@dataclass(frozen=True)
class JudgedPassage:
    """One passage of the figure's script and what was made of it."""

    start_seconds: float
    end_seconds: float
    truth: str
    answer: str
    """Best of the mean scores of the windows that tell of a moment in the passage."""


def figure_passages(
    recognizer: Recognizer, *, seeds: int = 2, fps: float = 24.0
) -> list[JudgedPassage]:
    """Play the default script, once for each seed, and judge it passage by passage."""
    return [
        passage
        for seed in range(seeds)
        for passage in _one_performance(recognizer, FigureSource(seed=seed, fps=fps))
    ]


def _one_performance(recognizer: Recognizer, source: FigureSource) -> list[JudgedPassage]:
    stream = recognizer.stream()
    truths: list[tuple[float, str]] = []
    predictions = []
    for frame in source:
        truths.append((frame.pts_seconds, frame.truth or ""))
        predictions += stream.push(frame)
    predictions += stream.finish()
    delay_seconds = recognizer.card.label_delay_seconds
    told_seconds = np.array([prediction.end_seconds - delay_seconds for prediction in predictions])
    scores = np.stack([prediction.scores for prediction in predictions])
    passages = []
    for truth, instants in groupby(truths, key=lambda item: item[1]):
        seconds = [second for second, _ in instants]
        inside = (told_seconds >= seconds[0]) & (told_seconds <= seconds[-1])
        if inside.any():
            answer = recognizer.labels[int(scores[inside].mean(axis=0).argmax())]
            passages.append(JudgedPassage(seconds[0], seconds[-1], truth, answer))
    return passages


def share_right(passages: list[JudgedPassage], *, pauses: bool = False) -> float:
    """Return the share of the passages whose answer is the truth: those with an action, or the
    pauses between.

    A pause lasts little more than a second, half a window: most of what is seen is not the pause.
    """
    judged = [passage for passage in passages if (passage.truth == NONE) == pauses]
    return float(np.mean([passage.truth == passage.answer for passage in judged]))
