"""How good answers are, measured on answers known in advance."""

from __future__ import annotations

import numpy as np
import pytest

from training.data.clip import Clip
from training.measure.measures import JudgedWindows, by_source, calibration_error, within_accuracy


def test_measures_of_answers_known_in_advance():
    labels = ("a", "b", "c")
    scores = np.array([[0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.1, 0.8, 0.1]], np.float32)
    truths = np.array(["a", "b", "b"])
    # c does not occur, so among a and b the second answer is b.
    assert within_accuracy(scores, truths, labels) == 1.0
    # Confidence 0.6 right, 0.5 wrong, 0.8 right: (0.4 + 0.5 + 0.2) / 3.
    assert calibration_error(scores, truths, labels) == pytest.approx(1.1 / 3, abs=1e-6)
    # Sure of one thing and nearly so of another, one bin: 0.95 on average, right half of the time.
    sure = np.array([[1.0, 0.0, 0.0], [0.1, 0.9, 0.0]], np.float32)
    assert calibration_error(sure, np.array(["a", "x"]), labels) == pytest.approx(0.45, abs=1e-6)


def test_windows_are_judged_by_the_clip_that_they_are_of():
    clips = [Clip(path, "set", label, "g") for path, label in (("1", "a"), ("1", "a"), ("2", "b"))]
    judged = JudgedWindows.of_clips(clips)
    scores = np.array([[1, 0], [0, 1], [0.2, 0.8]], np.float32)
    means, truths, datasets = by_source(scores, judged)
    assert means == pytest.approx(np.array([[0.5, 0.5], [0.2, 0.8]]))
    assert truths.tolist() == ["a", "b"]
    assert datasets.tolist() == ["set", "set"]
    with pytest.raises(ValueError, match="columns of unequal lengths"):
        JudgedWindows(judged.labels, judged.datasets[:2], judged.groups, judged.sources)
