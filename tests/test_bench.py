"""Benchmarks: turns and medians by a made clock, rows and their ratios, steps."""

from __future__ import annotations

import json
import logging
import sys
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from har_live.bench import steps, timing
from har_live.bench.rows import Report, Row
from har_live.bench.steps import Subject
from har_live.bench.table import machine_table, rows_table
from har_live.bench.timing import Effort, median_seconds
from har_live.errors import BackendError, SinkError
from har_live.scorers import open_scorer

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


@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"seconds": -1}, {"min_rounds": 0}])
def test_an_effort_that_measures_nothing_is_refused(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name} is"):
        Effort(**wrong)


# --- rows -------------------------------------------------------------------------------------

ROWS = (
    Row("tiny on a runtime", "grid frame", 18.0, "ms", 16.0, "encoder alone"),
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
        "against_name": "encoder alone",
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
        ["grid", "frame", "18.0", "ms", "1.12", "×", "encoder", "alone", "(16.0)"],
        ["[not", "markup]", "0.0123", "s"],
        ["nothing", "0", "%"],
        ["another"],
        ["windows", "scored", "1234", "1/s", "309", "×", "one", "stream", "(4.00)"],
    ]


# --- steps ------------------------------------------------------------------------------------


class SlowScorer:
    """Takes 10 ms for each stream's picture and 1 ms for each window, by a clock of its own."""

    runs_on = "a snail"

    def __init__(self, clock: MadeClock, *, has_encoder: bool = True) -> None:
        self._clock = clock
        self._has_encoder = has_encoder

    def open_windows(self, num_streams: int, num_windows: int):
        def advance(frames, previous, keep) -> None:
            assert frames.shape == previous.shape == (num_streams, 64, 64, 3)
            assert keep.shape == (num_streams, num_windows)
            self._clock.spend(num_streams * (0.010 + num_windows * 0.001))

        return SimpleNamespace(advance=advance)

    def encoder(self, num_streams: int):
        if not self._has_encoder:
            raise BackendError("the encoder alone can't be had; install it")
        return lambda frames, previous: self._clock.spend(num_streams * 0.010)


@pytest.fixture
def snail(clock, small_weights) -> Subject:
    return Subject(small_weights("lrcn").card, SlowScorer(clock))  # 8 frames, scored every 2


def figures(rows) -> list[tuple[str, float, float | None]]:
    return [
        (row.name, pytest.approx(row.value), row.against and pytest.approx(row.against))
        for row in rows
    ]


def test_a_grid_frame_beside_its_encoder(snail):
    rows = list(steps.grid_frame_rows([snail], ROUGHLY))
    assert {row.subject for row in rows} == {"test-lrcn on a snail"}
    assert figures(rows) == [("grid frame", 14.0, 10.0), ("windows scored", 1 / 0.028, 5.0)]


def test_a_grid_frame_whose_encoder_can_not_be_had_alone(clock, small_weights, caplog):
    subject = Subject(small_weights("lrcn").card, SlowScorer(clock, has_encoder=False))
    with caplog.at_level(logging.WARNING):
        rows = list(steps.grid_frame_rows([subject], ROUGHLY))
    assert figures(rows)[0] == ("grid frame", 14.0, None)
    assert "the encoder alone can't be had; install it" in caplog.text


def test_windows_anew_beside_windows_in_flight(snail):
    (row,) = steps.anew_rows([snail], ROUGHLY)
    assert figures([row]) == [("a window anew, 8 frames", 8 * 11.0, 18.0)]


def test_streams_share_a_batch(snail):
    rows = steps.streams_rows([snail], ROUGHLY)
    assert figures(rows) == [
        ("grid frame, 4 streams", 14.0, 14.0),
        ("grid frame, 16 streams", 14.0, 14.0),
    ]


def test_what_is_here_is_measured(small_weights):
    subjects = steps.open_subjects([small_weights("lrcn"), small_weights("convlstm")])
    runtimes = [(s.card.name, s.scorer.runs_on.split()[0]) for s in subjects[:2]]
    assert runtimes == [("test-lrcn", "ONNX"), ("test-lrcn", "PyTorch")]
    assert {s.card.name for s in subjects} == {"test-lrcn", "test-convlstm"}


@pytest.mark.parametrize("kind", ["lrcn", "convlstm"])
def test_the_encoder_alone_is_the_same_on_both_runtimes(small_weights, kind):
    weights = small_weights(kind)
    frames, previous = np.split(steps.noise(4, weights.card.clip.image_size), 2)
    torch_features, onnx_features = (
        open_scorer(weights, runtime=runtime, device="cpu").encoder(2)(frames, previous)
        for runtime in ("torch", "onnx")
    )
    assert torch_features.std() > 0.01
    # ONNX's have an axis for the windows that share them.
    np.testing.assert_allclose(onnx_features.squeeze(), torch_features, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("device", ["cuda"])
def test_the_encoder_alone_on_a_gpu(small_weights, device):
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    weights = small_weights("lrcn")
    frames, previous = np.split(steps.noise(4, weights.card.clip.image_size), 2)
    on_gpu, on_cpu = (
        open_scorer(weights, runtime="torch", device=place).encoder(2)(frames, previous)
        for place in (device, "cpu")
    )
    np.testing.assert_allclose(on_gpu, on_cpu, atol=0.05 * np.abs(on_cpu).max())


def test_without_the_package_onnx_the_encoder_is_not_to_be_had(small_weights, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    scorer = open_scorer(small_weights("lrcn"), runtime="onnx", device="cpu")
    with pytest.raises(BackendError, match="pip install onnx"):
        scorer.encoder(1)
