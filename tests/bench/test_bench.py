"""Benchmarks: turns and medians by a made clock, rows and their ratios, steps."""

from __future__ import annotations

import json
import math
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from har_live.bench import steps, timing
from har_live.bench.rows import Report, Row
from har_live.bench.table import machine_table, rows_table
from har_live.bench.timing import Effort, median_seconds
from har_live.card import Weights
from har_live.errors import SinkError
from har_live.recognizer import Recognizer

ROUGHLY = Effort(seconds=0.01, min_rounds=1)


class MadeClock:
    """Goes on by what is spent, and by nothing else."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def spend(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock(monkeypatch) -> MadeClock:
    clock = MadeClock()
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: clock.seconds))
    return clock


# --- timing -----------------------------------------------------------------------------------


def test_tasks_take_turns_and_the_first_turn_does_not_count(clock):
    turns = []

    def task(name: str):
        def call() -> None:
            turns.append(name)
            clock.spend(100.0 if len(turns) <= 2 else 1.0)

        return call

    seconds = median_seconds({"a": task("a"), "b": task("b")}, Effort(seconds=2, min_rounds=1))
    assert turns == ["a", "b"] * 3
    assert seconds == {"a": 1.0, "b": 1.0}


def test_rounds_are_as_many_as_asked_however_long_they_take(clock):
    calls = []
    median_seconds(
        {"slow": lambda: calls.append(clock.spend(50.0))}, Effort(seconds=1, min_rounds=4)
    )
    assert len(calls) == 1 + 4


def test_a_machine_that_is_busy_for_a_while_changes_no_ratio(clock):
    """In the second half everything takes three times as long, and now and then much longer."""
    calls = count()

    def task(seconds: float):
        def call() -> None:
            index = next(calls)
            slowness = 3.0 if index >= 40 else 1.0
            clock.spend(seconds * slowness + (7.0 if index % 11 == 0 else 0.0))

        return call

    seconds = median_seconds({"a": task(0.5), "b": task(2.0)}, Effort(seconds=90, min_rounds=39))
    assert seconds["b"] / seconds["a"] == pytest.approx(4.0)


@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"seconds": math.inf}, {"min_rounds": 0}])
def test_an_effort_that_measures_nothing_or_for_ever_is_refused(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name} is"):
        Effort(**wrong)


# --- rows -------------------------------------------------------------------------------------

ROWS = (
    Row("tiny on a runtime", "grid frame", 18.0, "ms", 16.0, "finder alone"),
    Row("tiny on a runtime", "[not markup]", 0.01234, "s"),
    Row("another", "windows scored", 1234.5, "1/s", 4.0, "one stream"),
    Row("tiny on a runtime", "nothing", 0.0, "%"),
)


def test_ratio_is_value_by_against():
    assert [row.ratio for row in ROWS] == [1.125, None, 308.625, None]


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_row_of_what_can_not_be_is_refused(value):
    with pytest.raises(ValueError, match=f"grid frame is {value}"):
        Row("x", "grid frame", value, "ms")
    with pytest.raises(ValueError, match=f"floor is {value}"):
        Row("x", "grid frame", 1.0, "ms", value, "floor")


def test_json_of_a_report(tmp_path):
    path = tmp_path / "bench.json"
    report = Report({"system": "a machine"}, Effort(2.0, 4), ROWS[:2])
    report.write(path, overwrite=False)
    first = {
        "subject": "tiny on a runtime",
        "name": "grid frame",
        "value": 18.0,
        "unit": "ms",
        "against": 16.0,
        "against_name": "finder alone",
        "ratio": 1.125,
    }
    second = {**first, "name": "[not markup]", "value": 0.01234, "unit": "s", "against": None}
    assert json.loads(path.read_text("utf-8")) == {
        "format": "har-live-bench",
        "version": 1,
        "machine": {"system": "a machine"},
        "effort": {"seconds": 2.0, "min_rounds": 4},
        "rows": [first, {**second, "against_name": "", "ratio": None}],
    }
    with pytest.raises(SinkError, match="exists already"):
        report.write(path, overwrite=False)
    report.write(path, overwrite=True)
    assert [file.name for file in tmp_path.iterdir()] == ["bench.json"]


def test_the_table_gathers_the_rows_of_a_subject():
    console = Console(width=80)
    with console.capture() as captured:
        console.print(machine_table({"system": "[an] old machine"}), rows_table(ROWS))
    lines = [line.split() for line in captured.get().splitlines() if line.strip()]
    assert lines == [
        ["system", "[an]", "old", "machine"],
        ["tiny", "on", "a", "runtime"],
        ["grid", "frame", "18.0", "ms", "1.12", "×", "finder", "alone", "(16.0)"],
        ["[not", "markup]", "0.0123", "s"],
        ["nothing", "0", "%"],
        ["another"],
        ["windows", "scored", "1234", "1/s", "309", "×", "one", "stream", "(4.00)"],
    ]


# --- steps ------------------------------------------------------------------------------------


class SlowScorer:
    """Takes 1 ms for each subject and 0.1 ms for each of its windows, by a clock of its own."""

    def __init__(self, clock: MadeClock) -> None:
        self._clock = clock

    def open_windows(self, num_subjects: int, num_windows: int):
        def advance(inputs, keep, rows) -> np.ndarray:
            assert {len(values) for values in inputs} == {len(rows)}
            assert keep.shape == (len(rows), num_windows)
            assert max(rows) < num_subjects
            self._clock.spend(len(rows) * (0.001 + num_windows * 0.0001))
            return np.zeros((len(rows), num_windows, 4), np.float32)

        return SimpleNamespace(advance=advance)


class SlowFinder:
    """Takes 10 ms for each picture and finds nobody."""

    def __init__(self, clock: MadeClock) -> None:
        self._clock = clock

    def find(self, pictures, *, aspects) -> list[list]:
        assert len(aspects) == len(pictures)
        self._clock.spend(len(pictures) * 0.010)
        return [[] for _ in pictures]


class Snail(Recognizer):
    """Windows of 8 frames, scored every 2."""

    def __init__(self, weights: Weights, clock: MadeClock) -> None:
        self.card = weights.card
        self.scorer = SlowScorer(clock)
        self.finder = SlowFinder(clock) if weights.card.model.reads_joints else None
        self.cut_reset, self.max_people = True, 4

    runs_on = "a snail"


@pytest.fixture
def snail(clock, small_weights) -> Snail:
    return Snail(small_weights("joints-lrcn"), clock)


def figures(rows) -> list[tuple[str, float, float | None]]:
    return [
        (row.name, pytest.approx(row.value), row.against and pytest.approx(row.against))
        for row in rows
    ]


def test_a_grid_frame_beside_its_finder_and_with_more_people(snail):
    """The whole picture and each person are a subject of four windows."""
    rows = list(steps.grid_frame_rows([snail], ROUGHLY))
    assert {row.subject for row in rows} == {"test-joints-lrcn on a snail"}
    assert figures(rows) == [
        ("grid frame", 10 + 2 * 1.4, 10.0),
        ("grid frame, 2 people", 10 + 3 * 1.4, 12.8),
        ("grid frame, 4 people", 10 + 5 * 1.4, 12.8),
        ("grid frame, 6 people", 10 + 7 * 1.4, 12.8),
        ("windows scored", 1 / 0.0128 / 2, 5.0),
    ]
    assert rows[0].against_name == "people finder alone"


def test_a_grid_frame_of_weights_that_look_for_nobody(clock, small_weights):
    rows = steps.grid_frame_rows([Snail(small_weights("lrcn"), clock)], ROUGHLY)
    assert figures(rows) == [("grid frame", 1.4, None), ("windows scored", 1 / 0.0014 / 2, 5.0)]


def test_windows_anew_beside_windows_in_flight(snail):
    (row,) = steps.anew_rows([snail], ROUGHLY)
    # One window of each of 16 subjects; eight of each of two.
    assert figures([row]) == [("a window anew, 8 frames", 80 + 16 * 1.1, 10 + 2 * 1.8)]


def test_streams_share_a_batch(snail):
    rows = steps.streams_rows([snail], ROUGHLY)
    assert figures(rows) == [
        ("grid frame, 4 streams", 12.8, 12.8),
        ("grid frame, 16 streams", 12.8, 12.8),
        ("grid frame, 64 streams", 12.8, 12.8),
    ]


def test_what_is_here_is_measured(small_weights):
    opened = steps.open_all([small_weights("lrcn"), small_weights("convlstm")])
    runtimes = [(one.card.name, one.runs_on.split()[0]) for one in opened[:2]]
    assert runtimes == [("test-lrcn", "ONNX"), ("test-lrcn", "PyTorch")]
    assert {one.card.name for one in opened} == {"test-lrcn", "test-convlstm"}


def test_real_steps_go_on(small_weights):
    (one, *_) = steps.open_all([small_weights("lrcn")])
    task = steps.step(one, num_streams=2, hop=1)
    answers = [task() for _ in range(12)]
    assert [len(predictions) for predictions in answers[-1].values()] == [1, 1]
