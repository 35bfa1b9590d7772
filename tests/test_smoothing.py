"""A steady label, and segments with honest borders."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from har_live.segments import Segmenter
from har_live.smoothing import Smoother
from har_live.smoothing_spec import SmoothingSpec
from har_live.types import NONE, UNSURE, ClipSpec, Prediction

LABELS = (NONE, "wave", "jump")
RAW = SmoothingSpec(average_seconds=0, enter=0.5, leave=0.3, hold_seconds=0)


def scores(**by_label: float) -> np.ndarray:
    """Probabilities: the named ones as given, the rest shared by the others."""
    rest = (1 - sum(by_label.values())) / (len(LABELS) - len(by_label))
    return np.array([by_label.get(label, rest) for label in LABELS], np.float32)


def labels_of(smoother: Smoother, windows: list[tuple[float, np.ndarray]]) -> list[str]:
    return [smoother.update(end, probabilities).label for end, probabilities in windows]


def test_without_smoothing_each_window_speaks_for_itself():
    smoother = Smoother(LABELS, RAW)
    answer = smoother.update(0.0, scores(wave=0.8))
    assert (answer.label, answer.confidence) == ("wave", pytest.approx(0.8))
    assert smoother.update(0.2, scores(jump=0.9)).label == "jump"


def test_unsure_is_said_with_the_best_labels_confidence():
    answer = Smoother(LABELS, RAW).update(0.0, scores(wave=0.45))
    assert (answer.label, answer.confidence) == (UNSURE, pytest.approx(0.45))


def test_the_average_covers_seconds_not_windows():
    spec = SmoothingSpec(average_seconds=1.0, enter=0.5, leave=0.3, hold_seconds=0)
    smoother = Smoother(LABELS, spec)
    for end in (0.0, 0.25, 0.5, 0.75):
        smoother.update(end, scores(wave=1.0))
    steady = smoother.update(1.0, scores(jump=1.0)).scores
    # The window that ended a whole second ago no longer counts.
    assert steady.tolist() == pytest.approx([0, 3 / 4, 1 / 4])
    assert smoother.update(60.0, scores(jump=1.0)).scores.tolist() == [0, 0, 1]


def test_one_odd_window_does_not_flip_the_label():
    spec = SmoothingSpec(average_seconds=1.0, enter=0.5, leave=0.3, hold_seconds=0)
    smoother = Smoother(LABELS, spec)
    odd = [(i / 4, scores(jump=0.9) if i == 6 else scores(wave=0.9)) for i in range(12)]
    assert set(labels_of(smoother, odd)) == {"wave"}


def test_a_label_stays_between_the_two_thresholds():
    smoother = Smoother(LABELS, RAW)
    wavering = [0.6, 0.4, 0.35, 0.29, 0.4, 0.55]
    windows = [(float(i), scores(wave=p)) for i, p in enumerate(wavering)]
    # Never a rival above "enter", since the rest is shared by two.
    assert labels_of(smoother, windows) == ["wave"] * 3 + [UNSURE] * 2 + ["wave"]


def test_a_label_may_have_thresholds_of_its_own():
    spec = SmoothingSpec(0, enter=0.5, leave=0.25, hold_seconds=0, enter_of={"wave": 0.8})
    assert spec.thresholds("jump") == (0.5, 0.25)
    assert spec.thresholds("wave") == pytest.approx((0.8, 0.4))
    wavering = [0.7, 0.85, 0.45, 0.39, 0.6]
    windows = [(float(i), scores(wave=p)) for i, p in enumerate(wavering)]
    assert labels_of(Smoother(LABELS, spec), windows) == [UNSURE, "wave", "wave", UNSURE, UNSURE]
    assert Smoother(LABELS, spec).update(0, scores(jump=0.7)).label == "jump"


def test_what_nothing_claims_is_unsure():
    """Probabilities that sum to less than 1: the rest belongs to no label."""
    weak = np.array([0.1, 0.3, 0.05], np.float32)
    answer = Smoother(LABELS, RAW).update(0.0, weak)
    assert (answer.label, answer.confidence) == (UNSURE, pytest.approx(0.3))


def test_a_label_is_held_for_its_minimum_time():
    spec = SmoothingSpec(average_seconds=0, enter=0.5, leave=0.3, hold_seconds=1.0)
    smoother = Smoother(LABELS, spec)
    windows = [(0.0, scores(wave=0.9)), *((t, scores(jump=0.9)) for t in (0.5, 0.9, 1.0))]
    assert labels_of(smoother, windows) == ["wave", "wave", "wave", "jump"]


GIVES_WAY = SmoothingSpec(0, 0.5, 0.1, hold_seconds=0, give_way_seconds=1, enter_of={"jump": 0.8})
WAVES, JUMPS, IDLES, STRONG = (0.1, 0.6, 0.3), (0.2, 0.3, 0.5), (0.4, 0.3, 0.3), (0.1, 0.1, 0.8)
"""Probabilities of none, wave, jump. ``JUMPS`` and ``IDLES`` are too weak for their labels."""


def halves_of(*windows: tuple[float, ...]) -> list[tuple[float, np.ndarray]]:
    """One every half second."""
    return [(i / 2, np.array(window, np.float32)) for i, window in enumerate(windows)]


@pytest.mark.parametrize(
    ("windows", "labels"),
    [
        ([WAVES, JUMPS, JUMPS, JUMPS], ["wave", "wave", "wave", UNSURE]),
        ([WAVES, IDLES, IDLES, IDLES], ["wave", "wave", "wave", UNSURE]),
        ([WAVES, JUMPS, IDLES, JUMPS], ["wave", "wave", "wave", UNSURE]),  # whoever is ahead
        ([WAVES, JUMPS, JUMPS, WAVES, JUMPS, JUMPS], ["wave"] * 6),
        ([WAVES, JUMPS, STRONG, JUMPS], ["wave", "wave", "jump", "jump"]),
        ([WAVES, JUMPS, JUMPS, JUMPS, IDLES, WAVES], ["wave"] * 3 + [UNSURE] * 2 + ["wave"]),
        ([(0.6, 0.3, 0.1), *[(0.4, 0.45, 0.15)] * 3], [NONE] * 3 + [UNSURE]),
    ],
)
def test_a_label_gives_way_to_what_is_more_probable_for_longer_than_a_second(windows, labels):
    assert labels_of(Smoother(LABELS, GIVES_WAY), halves_of(*windows)) == labels


def test_a_label_gives_way_at_once_or_once_it_was_held():
    windows = halves_of(WAVES, *[JUMPS] * 5)
    at_once = replace(GIVES_WAY, give_way_seconds=0)
    assert labels_of(Smoother(LABELS, at_once), windows) == ["wave"] + [UNSURE] * 5
    held = replace(GIVES_WAY, hold_seconds=2)
    assert labels_of(Smoother(LABELS, held), windows) == ["wave"] * 4 + [UNSURE] * 2


@pytest.mark.parametrize("seed", range(20))
def test_a_label_shown_was_the_most_probable_lately(seed):
    random = np.random.default_rng(seed)
    enter = random.uniform(0.4, 0.7)
    spec = SmoothingSpec(
        average_seconds=random.choice([0, 0.7, 1.5]),
        enter=enter,
        leave=0.05,
        hold_seconds=random.choice([0, 0.5, 2.0]),
        give_way_seconds=random.choice([0, 0.5, 1.0]),
        enter_of={"jump": min(1.0, 1.4 * enter)},
    )
    smoother, was_best_at_seconds = Smoother(LABELS, spec), {}
    seconds, periods = np.arange(600) / 4, random.uniform(5, 30, len(LABELS))
    logits = 2 * np.sin(2 * np.pi * seconds[:, None] / periods + random.uniform(0, 6, len(LABELS)))
    counts = Counter()
    for now_seconds, one in zip(seconds, np.exp(logits, dtype=np.float32), strict=True):
        label, _, steady = smoother.update(now_seconds, one / one.sum())
        was_best_at_seconds[LABELS[steady.argmax()]] = now_seconds
        counts[label == UNSURE] += 1
        if label != UNSURE:
            not_best_seconds = now_seconds - was_best_at_seconds[label]
            assert not_best_seconds <= max(spec.hold_seconds, spec.give_way_seconds)
    assert min(counts[True], counts[False]) > 10


def test_reset_forgets():
    spec = SmoothingSpec(average_seconds=10, enter=0.5, leave=0.3, hold_seconds=10)
    smoother = Smoother(LABELS, spec)
    smoother.update(0.0, scores(wave=1.0))
    smoother.reset()
    assert smoother.update(0.1, scores(jump=1.0)).label == "jump"


def prediction(end: float, label: str, *, confidence: float = 0.8, run: int = 0) -> Prediction:
    """A window of two seconds."""
    probabilities = np.ones(3, np.float32) / 3
    return Prediction(end - 2, end, probabilities, label, confidence, probabilities, run)


def segments_of(segmenter: Segmenter, predictions: list[Prediction]):
    return [s for p in predictions for s in segmenter.update(p)] + segmenter.finish()


def test_borders_lie_where_the_action_changed_not_where_the_label_did():
    segmenter = Segmenter(lag_seconds=1.0, hop_seconds=0.5)
    shown = ["wave"] * 4 + ["jump"] * 4
    found = segments_of(segmenter, [prediction(2 + i / 2, s) for i, s in enumerate(shown)])
    assert [(s.start_seconds, s.end_seconds, s.label) for s in found] == [
        (0.0, 3.0, "wave"),
        (3.0, 5.5, "jump"),
    ]


def test_confidence_is_the_mean_and_the_peak_of_the_segments_windows():
    windows = [prediction(2 + i, "wave", confidence=c) for i, c in enumerate([0.5, 0.9, 0.7])]
    (segment,) = segments_of(Segmenter(lag_seconds=1, hop_seconds=1), windows)
    assert segment.mean_confidence == pytest.approx(0.7)
    assert segment.peak_confidence == 0.9


def test_none_and_unsure_are_gaps():
    shown = [NONE, "wave", UNSURE, UNSURE, "wave", NONE]
    windows = [prediction(2 + i, s) for i, s in enumerate(shown)]
    segmenter = Segmenter(lag_seconds=1, hop_seconds=1)
    found = segments_of(segmenter, windows)
    assert [(s.start_seconds, s.end_seconds) for s in found] == [(2.0, 3.0), (5.0, 6.0)]


def test_a_new_run_ends_the_segment_with_the_last_window_of_the_old():
    windows = [prediction(2, "wave"), prediction(3, "wave"), prediction(9, "wave", run=1)]
    segmenter = Segmenter(lag_seconds=1, hop_seconds=1)
    found = segments_of(segmenter, windows)
    assert [(s.start_seconds, s.end_seconds) for s in found] == [(0.0, 3.0), (7.0, 9.0)]


def test_short_segments_are_left_out():
    shown = ["wave"] * 4 + ["jump"] + ["wave"] * 4
    windows = [prediction(2 + i / 4, s) for i, s in enumerate(shown)]
    segmenter = Segmenter(lag_seconds=1, hop_seconds=0.25, min_duration_seconds=0.5)
    found = segments_of(segmenter, windows)
    assert [s.label for s in found] == ["wave", "wave"]


def told_by_a_perfect_scorer(truth: list[tuple[float, float, str]], clip: ClipSpec, hop: int):
    """Segments of windows that are each scored as what is done in their middle."""
    spec = SmoothingSpec(average_seconds=1.0, enter=0.5, leave=0.35, hold_seconds=0.5)
    smoother = Smoother(LABELS, spec)
    step, last = hop / clip.grid_fps, (clip.num_frames - 1) / clip.grid_fps
    lag_seconds = (clip.window_seconds + spec.average_seconds) / 2
    segmenter = Segmenter(lag_seconds=lag_seconds, hop_seconds=step)
    predictions = []
    for start in np.arange(0, truth[-1][1] - last, step):
        middle = start + last / 2
        (label,) = [name for begin, end, name in truth if begin <= middle < end]
        steady = smoother.update(start + last, scores(**{label: 1.0}))
        times = (start, start + last)
        predictions.append(Prediction(*times, steady.scores, *steady[:2], steady.scores))
    return segments_of(segmenter, predictions)


@pytest.mark.parametrize("hop", [1, 2, 4])
@pytest.mark.parametrize("num_frames", [8, 16, 32])
def test_overlapping_windows_do_not_lengthen_segments(num_frames, hop):
    truth = [(0, 5.3, NONE), (5.3, 9.1, "wave"), (9.1, 14, NONE), (14, 18, "jump"), (18, 24, NONE)]
    clip = ClipSpec(num_frames=num_frames, grid_fps=8.0)
    found = told_by_a_perfect_scorer(truth, clip, hop)
    assert [segment.label for segment in found] == ["wave", "jump"]
    one_hop = hop / clip.grid_fps + 1e-6
    for segment, (start, end, _) in zip(found, (truth[1], truth[3]), strict=True):
        assert segment.start_seconds == pytest.approx(start, abs=one_hop)
        assert segment.end_seconds == pytest.approx(end, abs=one_hop)
        assert segment.duration_seconds <= end - start


@pytest.mark.parametrize("seed", range(10))
def test_segments_never_overlap(seed):
    random = np.random.default_rng(seed)
    windows = [
        prediction(2 + i / 4, str(random.choice([*LABELS, UNSURE])), run=i // 15) for i in range(60)
    ]
    # Runs lie apart, as after a gap.
    windows = [prediction(p.end_seconds + 30 * p.run, p.label, run=p.run) for p in windows]
    found = segments_of(Segmenter(lag_seconds=1.5, hop_seconds=0.25), windows)
    assert found
    borders = [t for s in found for t in (s.start_seconds, s.end_seconds)]
    assert borders == sorted(borders)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("average_seconds", -1),
        ("hold_seconds", -0.1),
        ("give_way_seconds", -1),
        ("enter", 0.1),
        ("leave", -1),
        ("enter_of", {"wave": 1.1}),
    ],
)
def test_a_spec_refuses_nonsense(field, value):
    with pytest.raises(ValueError, match=field):
        SmoothingSpec(**{field: value})
