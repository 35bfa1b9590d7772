"""Several sources live in one process: each as alone, whatever becomes of the others."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from har_live.errors import SourceError
from har_live.files.recognize import predict
from har_live.realtime import LiveSettings, live
from har_live.realtime.mosaic import Mosaic
from har_live.sources.media import MediaSource
from har_live.types import Frame
from tests.support.live_made import MadeWindow, WatchedRecognizer, shown
from tests.support.make_media import make_clip
from tests.support.resources import wait_until
from tests.support.servers.rtsp import RtspServer
from tests.support.signals_made import heed_signals
from tests.support.sources_made import MadeSource, frames, paced, picture

ENDLESS = 10**9


@pytest.fixture
def recognizer(small_weights) -> WatchedRecognizer:
    return WatchedRecognizer(small_weights("lrcn"))


@pytest.fixture
def clip(tmp_path) -> Path:
    return make_clip(tmp_path / "in.mp4", pts_seconds=[i / 30 for i in range(46)], size=(160, 120))


def film(count: int = ENDLESS, *, fps: float = 30.0, is_live: bool = True) -> MadeSource:
    return MadeSource(paced(frames(count, fps=fps)), is_live=is_live, fps=fps)


def test_one_dead_source_does_not_disturb_the_others(recognizer, clip, tmp_path, caplog):
    """A file, the figure, and a file that is not there; each with events of its own."""
    window = MadeWindow([(lambda _: len(recognizer.predictions) >= 13, "quit")])
    sinks = [tmp_path / "out.mp4", tmp_path / "out.jsonl"]
    played, missing, figure = live(
        [str(clip), "/nowhere/clip.mp4", "figure"],
        recognizer,
        sinks=sinks,
        window=window,
        settings=LiveSettings(seconds=30),
    )
    assert [s.exit_code for s in (played, missing, figure)] == [0, 1, 0]
    assert [s.ending for s in (played, missing, figure)] == [
        "the end of the source",
        "an error",
        "a key",
    ]
    assert 0 < played.num_predictions <= 5  # of a clip of 1.5 s
    assert figure.num_predictions >= 8
    assert missing.num_shown == 0
    assert caplog.text.count("/nowhere/clip.mp4: no such file") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "in.mp4",
        "out-1.jsonl",
        "out-3.jsonl",  # the second never had anything to tell
        "out.mp4",
    ]
    heads = [json.loads((tmp_path / f"out-{n}.jsonl").read_text().splitlines()[0]) for n in (1, 3)]
    assert [head["source"] for head in heads] == ["in.mp4", "figure"]
    with MediaSource(tmp_path / "out.mp4") as recording:
        pictures = [frame.image for frame in recording]
    assert len(pictures) > 10
    assert pictures[-1].shape == window.picture.shape


def test_a_recording_without_a_window_says_of_whom_nothing_comes(recognizer, tmp_path):
    """Beside a source that goes on: one that is lost after a second, and one that never opens."""

    def going_dark():
        yield from paced(frames(30))
        count = len(recognizer.batches)  # its last picture stands for a while
        wait_until(lambda: len(recognizer.batches) >= count + 3)

    openings = iter([MadeSource(going_dark(), is_live=True)])

    def open_lost():
        for source in openings:
            return source
        raise SourceError("lost: unplugged")

    def open_missing():
        raise SourceError("missing: no such camera")

    summaries = live(
        ["steady", "lost", "missing"],
        recognizer,
        open_new=[film, open_lost, open_missing],
        sinks=[tmp_path / "out.mp4"],
        settings=LiveSettings(seconds=3),
    )
    assert [summary.exit_code for summary in summaries] == [0, 0, 1]
    with MediaSource(tmp_path / "out.mp4") as recording:
        picture = [frame.image for frame in recording][-1]
    height, width, _ = picture.shape
    spreads = []
    for row, column in ((0, 0), (0, 1), (1, 0)):
        y, x = (2 * row + 1) * height // 4, (2 * column + 1) * width // 4
        spreads.append(int(np.ptp(picture[y - 10 : y + 30, x - 60 : x + 60])))  # of the middle
    assert spreads[0] < 30 < 100 < min(spreads[1:]), spreads


def test_each_source_is_scored_as_alone(small_weights):
    """Two films in step, the second's pictures other ones: times and scores of the plain loop."""
    films = [[Frame(picture(i // 4 + n), 5 + i / 24) for i in range(72)] for n in (0, 50)]
    watched = WatchedRecognizer(small_weights("lrcn"))
    expected = [predict(MadeSource(iter(film)), watched).predictions for film in films]
    watched.predictions.clear()

    def played(film, mine):
        for frame in film:
            # On a machine that stands still for a moment, the films do, too.
            due = sum(p.end_seconds < frame.pts_seconds - 0.1 for p in mine)
            wait_until(lambda due=due: len(watched.predictions) >= 2 * due)
            yield frame

    openers = [
        lambda film=film, mine=mine: MadeSource(played(film, mine))
        for film, mine in zip(films, expected, strict=True)
    ]
    summaries = live(["one", "two"], watched, open_new=openers)
    assert [s.num_predictions for s in summaries] == [len(mine) for mine in expected]
    # A batch says them source by source; by time and then source they stand in order.
    found = sorted(watched.predictions, key=lambda p: p.end_seconds)
    for mine in expected:
        for prediction in mine:
            at = [p for p in found if p.end_seconds == prediction.end_seconds]
            assert len(at) == 2
            assert min(np.abs(p.scores - prediction.scores).max() for p in at) < 1e-4


def test_a_batch_is_fair(small_weights):
    """One source brings sixty pictures a second, one two, one breaks off again and again; scoring
    takes 60 ms."""
    steps_seconds, openings = [], []

    def step():
        steps_seconds.append(time.monotonic())
        threading.Event().wait(0.06)

    def open_loose():
        openings.append(None)
        return film(3)

    def num_scored():
        return Counter(number for batch in recognizer.batches[3:] for number in batch)

    def is_enough(_window):
        return num_scored()[0] + num_scored()[1] >= 60 and len(openings) >= 5

    recognizer = WatchedRecognizer(small_weights("lrcn"), before_step=step)
    fast, slow, loose = live(
        ["fast", "slow", "loose"],
        recognizer,
        window=MadeWindow([(is_enough, "quit")]),
        open_new=[lambda: film(fps=60), lambda: film(fps=2), open_loose],
        settings=LiveSettings(seconds=120),
    )
    # Both have ten instants a second, whatever their rates: neither takes the other's place.
    assert min(num_scored()[0], num_scored()[1]) > 20
    assert min(fast.num_predictions, slow.num_predictions) >= 5
    assert (loose.num_predictions, loose.num_reconnects > 2) == (0, True)
    # On a machine that is busy with other work a step takes longer than it says.
    step_ms = max(100, 1000 * np.median(np.diff(steps_seconds)))
    assert fast.latency_ms[1] < 4 * step_ms


def test_a_source_that_reconnects_keeps_its_place(recognizer, monkeypatch):
    monkeypatch.setattr("har_live.backoff.FIRST_DELAY_SECONDS", 0.02)
    openings = iter([lambda: film(40), lambda: film(40), lambda: film(20, is_live=False)])
    steady, lost = live(
        ["steady", "lost"],
        recognizer,
        open_new=[lambda: film(120, is_live=False), lambda: next(openings)()],
    )
    assert (steady.num_reconnects, lost.num_reconnects) == (0, 2)
    assert (steady.ending, lost.ending) == ("the end of the source",) * 2
    assert steady.num_predictions > 10
    assert lost.num_predictions > 2


def test_an_error_in_the_scorer_ends_it_all(small_weights):
    recognizer = WatchedRecognizer(small_weights("lrcn"), fails_after=10)
    with pytest.raises(Exception, match="scorer failed: RuntimeError: the graphics card is gone"):
        live(["one", "two"], recognizer, open_new=[film, film])


def test_keys_work_for_all(recognizer, tmp_path):
    script = [(shown(5), "screenshot"), (shown(8), "pause"), (shown(10), "pause")]
    window = MadeWindow([*script, (shown(15), "quit")])
    summaries = live(
        ["one", "two"],
        recognizer,
        window=window,
        open_new=[film, film],
        settings=LiveSettings(folder=tmp_path, seconds=20),
    )
    assert {s.ending for s in summaries} == {"a key"}
    assert [path.suffix for path in tmp_path.iterdir()] == [".png"]


def test_a_digit_shows_one_alone_and_0_all(recognizer):
    shapes: list[tuple[int, ...]] = []
    window = MadeWindow([(shown(5), 2), (shown(10), 9), (shown(15), 0), (shown(20), "quit")])
    window.show = lambda image, show=window.show: (shapes.append(image.shape), show(image))
    live(["one", "two"], recognizer, window=window, open_new=[film, film])
    both, alone = (Mosaic(["?"] * count).picture.shape for count in (2, 1))
    assert shapes[0] == shapes[-1] == both
    assert 8 <= shapes.count(alone) <= 12
    assert shapes.count(both) + shapes.count(alone) == len(shapes)


def test_no_sources_is_refused(recognizer):
    with pytest.raises(ValueError, match="no sources"):
        live([], recognizer)


def test_a_real_camera_beside_a_file(recognizer, clip):
    with RtspServer() as server:
        camera, played = live(
            [f"rtsp://{server.place}/live", str(clip)],
            recognizer,
            settings=LiveSettings(seconds=4),
        )
    assert played.num_predictions > 1
    assert camera.num_predictions > 1


def test_ctrl_c_leaves_whole_files_of_each(small_weights, clip, tmp_path):
    out = tmp_path / "out.mp4"
    arguments = ["live", "figure", "figure", "/nowhere/x.mp4", "-w", small_weights("lrcn").folder]
    arguments += ["--no-window", "--record", out, "--events", tmp_path / "out.srt"]
    process = subprocess.Popen(
        [sys.executable, "-m", "har_live", *map(str, arguments)],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    )
    with process:
        try:
            part = tmp_path / "out.part.mp4"
            wait_until(lambda: part.exists() and part.stat().st_size > 50_000, 60)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130, errors
    assert errors.count("ended by SIGINT after") == 2
    assert "har-live: /nowhere/x.mp4: no such file" in errors
    assert "Traceback" not in errors
    assert {path.name for path in tmp_path.iterdir()} == {
        "in.mp4", "out.mp4", "out-1.srt", "out-2.srt"
    }  # fmt: skip
    with MediaSource(out) as recording:
        assert len(list(recording)) > 5


# --- the picture of all -----------------------------------------------------------------------


@pytest.mark.parametrize(("count", "grid"), [(2, (2, 1)), (3, (2, 2)), (4, (2, 2)), (7, (3, 3))])
def test_cells_lie_side_by_side(count, grid):
    mosaic = Mosaic([f"source {n}" for n in range(count)])
    height, width, _ = mosaic.picture.shape
    cell_width, cell_height = width // grid[0], height // grid[1]
    colours = [(40 + 30 * n, 250 - 30 * n, 9) for n in range(count)]
    for number, colour in enumerate(colours):
        full = np.full((mosaic.room[1], mosaic.room[0], 3), colour, np.uint8)
        mosaic.put(number, full)
    for number, colour in enumerate(colours):
        row, column = divmod(number, grid[0])
        middle = mosaic.picture[
            row * cell_height + cell_height // 2, column * cell_width + cell_width // 2
        ]
        assert tuple(middle) == colour


def test_a_smaller_picture_stands_in_the_middle_and_leaves_nothing_of_the_one_before():
    mosaic = Mosaic(["one", "two"])
    width, height = mosaic.room
    before = mosaic.picture.copy()
    mosaic.put(1, np.full((height, width, 3), 200, np.uint8))
    mosaic.put(1, np.full((height, 10, 3), 100, np.uint8))
    changed = np.argwhere((mosaic.picture != before).any(axis=2))
    assert changed[:, 1].max() - changed[:, 1].min() == 9
    assert len(changed) == 10 * height
