"""Scoring that is not done twice: the same pictures, played on several machines."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from har_live.scorers.base import OpenWindows, Scorer


class RememberingScorer:
    """A scorer that works out once what it is shown again: several machines see the same.

    What windows answer depends on all they were shown since they were opened, and on nothing else;
    so that is what answers are filed under.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._answers: dict[bytes, NDArray[np.float32]] = {}

    @property
    def runs_on(self) -> str:
        return self._scorer.runs_on

    def open_windows(self, num_streams: int, num_windows: int) -> OpenWindows:
        windows = self._scorer.open_windows(num_streams, num_windows)
        return _RememberingWindows(windows, self._answers, f"{num_streams} {num_windows}".encode())


class _RememberingWindows:
    def __init__(
        self, windows: OpenWindows, answers: dict[bytes, NDArray[np.float32]], key: bytes
    ) -> None:
        self._windows, self._answers = windows, answers
        self._key = self._first_key = key
        self._not_shown: list[tuple[NDArray[Any] | None, ...]] = []  # to the real windows

    def advance(
        self,
        frames: NDArray[np.uint8],
        previous: NDArray[np.uint8],
        keep: NDArray[np.bool_],
        rows: NDArray[np.intp] | None = None,
    ) -> NDArray[np.float32]:
        shown = (frames.copy(), previous.copy(), keep.copy(), None if rows is None else rows.copy())
        if rows is None and not keep.any():  # all windows open now: what was before is forgotten
            self._key = self._first_key
            self._not_shown.clear()
        parts = (self._key, *(part.tobytes() for part in shown if part is not None))
        self._key = hashlib.blake2b(b"".join(parts)).digest()
        self._not_shown.append(shown)
        if self._key not in self._answers:
            for one in self._not_shown:
                scores = self._windows.advance(*one)
            self._not_shown.clear()
            self._answers[self._key] = scores
        return self._answers[self._key].copy()
