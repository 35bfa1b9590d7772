"""Predictions in, overlay views out."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.overlay import OverlayState
from har_live.types import Prediction


def predict(start: float, end: float, label: str, scores: list[float]) -> Prediction:
    values = np.array(scores, np.float32)
    return Prediction(start, end, values, label, float(values.max()), values)


def test_state_joins_equal_labels_and_holds_the_last_seconds() -> None:
    state = OverlayState(("none", "wave", "clap"), num_top=2, span_seconds=10)
    assert state.view(0.5, warming_up=0.25).label == ""
    state.update(predict(0, 2, "wave", [0.1, 0.6, 0.3]))
    state.update(predict(1, 3, "wave", [0.1, 0.9, 0.0]))
    state.update(predict(2, 4, "clap", [0.1, 0.1, 0.8]))
    view = state.view(4.5, truth="clap")
    assert (view.label, view.truth) == ("clap", "clap")
    assert [name for name, _ in view.top] == ["clap", "none"]
    assert [p for _, p in view.top] == pytest.approx([0.8, 0.1])
    assert view.timeline is not None
    wave, clap = view.timeline.spans
    assert (wave.start_seconds, wave.end_seconds, wave.label) == (0, 3, "wave")
    assert wave.confidence == pytest.approx((2 * 0.6 + 1 * 0.9) / 3)
    # The newest label is on screen until now, so its span reaches there.
    assert (clap.start_seconds, clap.end_seconds) == (3, 4.5)
    state.update(predict(14, 16, "none", [0.8, 0.1, 0.1]))
    timeline = state.view(60).timeline
    assert timeline is not None
    # A gap stays a gap, and a label is not claimed for longer than a window.
    assert [(s.start_seconds, s.end_seconds) for s in timeline.spans] == [(14, 18)]


def test_state_restarts_without_a_label_and_forgets_the_future_after_a_seek() -> None:
    state = OverlayState(("none", "wave"))
    state.update(predict(10, 12, "wave", [0.2, 0.8]))
    state.restart()
    view = state.view(12.5, warming_up=0.1)
    assert (view.label, view.top, view.warming_up) == ("", (), 0.1)
    assert view.timeline is not None
    assert view.timeline.spans[0].end_seconds == 12
    state.update(predict(3, 5, "none", [0.7, 0.3]))
    timeline = state.view(5).timeline
    assert timeline is not None
    assert [(s.start_seconds, s.label) for s in timeline.spans] == [(3, "none")]
