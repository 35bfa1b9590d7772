"""Work that is not done twice: the same pictures, played on several machines."""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from har_live.scorers.base import OpenWindows, Scorer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.people.detection import Detection
    from har_live.people.finder import Finder
    from har_live.recognizer import Recognizer
    from har_live.scorers.base import Inputs
    from har_live.types import Image


def with_memory(recognizer: Recognizer) -> Recognizer:
    """Return the same recognizer, which looks for the people in a picture once."""
    remembering = copy.copy(recognizer)
    if recognizer.finder is not None:
        remembering.finder = RememberingFinder(recognizer.finder)
    return remembering


class RememberingFinder:
    """A finder that looks once at a picture that it is shown again, in this stream or another."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._found: dict[bytes, list[Detection]] = {}

    def find(self, pictures: Sequence[Image], *, aspects: Sequence[float]) -> list[list[Detection]]:
        keys = [
            hashlib.blake2b(picture.tobytes() + repr((picture.shape, aspect)).encode()).digest()
            for picture, aspect in zip(pictures, aspects, strict=True)
        ]
        new = {key: index for index, key in enumerate(keys) if key not in self._found}
        if new:
            found = self._finder.find(
                [pictures[index] for index in new.values()],
                aspects=[aspects[index] for index in new.values()],
            )
            self._found |= zip(new, found, strict=True)
        return [self._found[key] for key in keys]


class RememberingScorer:
    """A scorer that works out once what it is shown again: several machines see the same.

    What a subject's windows answer depends on all they were shown since all of them opened, and on
    nothing else; so that is what answers are filed under.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._answers: dict[bytes, NDArray[np.float32]] = {}

    @property
    def runs_on(self) -> str:
        return self._scorer.runs_on

    def open_windows(self, num_subjects: int, num_windows: int) -> OpenWindows:
        windows = self._scorer.open_windows(num_subjects, num_windows)
        return _RememberingWindows(windows, self._answers)


_SubjectInputs = tuple[tuple[NDArray[Any], ...], NDArray[np.bool_]]
"""All that a subject was shown, and which of its windows went on."""


class _RememberingWindows:
    def __init__(self, windows: OpenWindows, answers: dict[bytes, NDArray[np.float32]]) -> None:
        self._windows, self._answers = windows, answers
        self._keys: dict[int, bytes] = {}
        self._not_shown: list[dict[int, _SubjectInputs]] = []  # to the real windows, by their rows

    def advance(
        self, inputs: Inputs, keep: NDArray[np.bool_], rows: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        now: dict[int, _SubjectInputs] = {
            row: (tuple(values[index].copy() for values in inputs), keep[index].copy())
            for index, row in enumerate(rows.tolist())
        }
        for row, (values, kept) in now.items():
            if not kept.any():  # all windows open now: what was before is forgotten
                self._forget(row)
            parts = (self._keys.get(row, b""), *(part.tobytes() for part in (*values, kept)))
            self._keys[row] = hashlib.blake2b(b"".join(parts)).digest()
        self._not_shown.append(now)
        keys = [self._keys[row] for row in now]
        if any(key not in self._answers for key in keys):
            for shown in self._not_shown:
                scores = self._windows.advance(*_batch(shown))
            self._not_shown.clear()
            self._answers |= zip(keys, scores, strict=True)
        return np.stack([self._answers[key] for key in keys])

    def _forget(self, row: int) -> None:
        self._keys.pop(row, None)
        for shown in self._not_shown:
            shown.pop(row, None)
        self._not_shown = [shown for shown in self._not_shown if shown]


def _batch(shown: dict[int, _SubjectInputs]) -> tuple[Inputs, NDArray[np.bool_], NDArray[np.intp]]:
    inputs = zip(*(values for values, _ in shown.values()), strict=True)
    keep = np.stack([kept for _, kept in shown.values()])
    return tuple(np.stack(values) for values in inputs), keep, np.array(list(shown))
