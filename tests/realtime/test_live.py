"""Live use on its threads: never late, steered by keys, and the same as annotate."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from har_live.card import open_weights
from har_live.files.recognize import predict
from har_live.overlay import OverlayView, draw
from har_live.realtime import Clock, LiveSettings
from har_live.sources.media import MediaSource
from har_live.types import Frame
from tests.support.live_made import (
    MadeWindow,
    SlowScoring,
    StoppedClock,
    WatchedRecognizer,
    live_one,
    shown,
)
from tests.support.make_media import make_clip
from tests.support.resources import held, needs_proc, resident_bytes, wait_until
from tests.support.sources_made import MadeSource, frames, paced, picture

ENDLESS = 10**9


@pytest.fixture
def recognizer(small_weights) -> WatchedRecognizer:
    return WatchedRecognizer(small_weights("lrcn"))


def camera(fps: float = 60.0, *, speed: float = 1.0, count: int = ENDLESS) -> MadeSource:
    return MadeSource(paced(frames(count, fps=fps), speed=speed), is_live=True, fps=fps)


# --- never late -------------------------------------------------------------------------------


def test_a_slow_scorer_delays_nothing_but_itself(small_weights, views, played_seconds):
    """Scoring takes 300 ms, the camera gives 60 pictures a second."""

    def is_enough(_window: MadeWindow) -> bool:
        slow.is_over = window.num_shown >= 4 * 60
        return slow.is_over

    window = MadeWindow([(is_enough, "quit")])
    slow = SlowScoring(window, step_seconds=0.3)
    recognizer = WatchedRecognizer(small_weights("lrcn"), before_step=slow.step)
    summary = live_one(
        "made",
        recognizer,
        window=window,
        clock=slow.clock,
        open_new=lambda: MadeSource(slow.film(60), is_live=True, fps=60),
    )
    half_ms, most_ms, longest_ms = summary.latency_ms
    assert 300 <= half_ms <= most_ms <= longest_ms < 400
    assert summary.num_dropped >= 15  # of 40 instants there is time for 14
    assert views[-1].status.dropped == summary.num_dropped
    assert views[-1].status.latency_ms < 400
    # The picture stays smooth: never does it stand still for a scoring.
    assert summary.shown_fps > 50
    assert max(np.diff(played_seconds)) < 0.1
    assert window.threads == {threading.main_thread().name}


def test_live_use_that_keeps_up_is_annotate(small_weights):
    """Frames, predictions and times are those of the plain loop, bit for bit."""
    film = [Frame(picture(i // 4), 5 + i / 24) for i in range(24 * 3)]
    recognizer, watched = (WatchedRecognizer(small_weights("lrcn")) for _ in range(2))
    expected = predict(MadeSource(iter(film)), recognizer).predictions

    def played():
        for frame in film:
            # On a machine that stands still for a moment, the film does, too.
            due = sum(p.end_seconds < frame.pts_seconds - 0.1 for p in expected)
            wait_until(lambda due=due: len(watched.predictions) >= due)
            yield frame

    summary = live_one("made", watched, open_new=lambda: MadeSource(played()))
    assert [(p.start_seconds, p.end_seconds, p.label, p.run) for p in watched.predictions] == [
        (p.start_seconds, p.end_seconds, p.label, p.run) for p in expected
    ]
    for live, annotated in zip(watched.predictions, expected, strict=True):
        np.testing.assert_array_equal(live.scores, annotated.scores)
    assert len(expected) == summary.num_predictions > 10
    assert (summary.ending, summary.exit_code) == ("the end of the source", 0)


def test_a_file_plays_at_its_own_speed(recognizer, tmp_path):
    path = make_clip(tmp_path / "clip.mp4", pts_seconds=[i / 30 for i in range(61)])
    begun = time.monotonic()
    summary = live_one(str(path), recognizer, sinks=[tmp_path / "out.mp4"])
    assert 2.0 <= time.monotonic() - begun < 5.0
    assert summary.duration_seconds == pytest.approx(2.0, abs=0.5)
    with MediaSource(tmp_path / "out.mp4") as recording:
        shown = list(recording)
    assert len(shown) + summary.num_dropped >= 61
    assert shown[-1].pts_seconds == pytest.approx(2.0)


@needs_proc
def test_hours_leave_no_trace(small_weights):
    # In a process of its own: in that of the whole suite others' memory comes and goes.
    code = (
        "import sys; from tests.realtime.test_live import live_for_long; live_for_long(sys.argv[1])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, small_weights("lrcn").folder],
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert ended.returncode == 0, ended.stderr


def live_for_long(folder: str) -> None:
    """A 30 fps camera, two and a half minutes, whose clock waits for slow machines: of ten frames
    one at least is scored, and one shown."""
    recognizer = WatchedRecognizer(open_weights(folder))
    before, clock, resident = held(), StoppedClock(), []
    num_samples, frames_each = 16, 300

    def sampled():
        for index, frame in enumerate(frames(ENDLESS)):
            clock.seconds = frame.pts_seconds
            if index % frames_each == 0:
                resident.append(resident_bytes())
            if len(resident) < num_samples:  # else "quit" may have been answered
                wait_until(lambda least=index // 10: num_done() >= least)
            yield frame

    def num_done() -> int:
        return min(len(recognizer.batches), window.num_shown)

    window = MadeWindow([(lambda _: len(resident) >= num_samples, "quit")])
    summary = live_one(
        "made",
        recognizer,
        window=window,
        clock=clock,
        open_new=lambda: MadeSource(sampled(), is_live=True),
        settings=LiveSettings(retries=0),
    )
    assert held() == before
    assert summary.num_predictions > 200
    settled = np.array(resident[num_samples // 4 : num_samples])
    assert settled[-5:].mean() - settled[:5].mean() < 2e6  # bytes; a picture has 58 KB


# --- steered ----------------------------------------------------------------------------------


def run_with_keys(recognizer, tmp_path, script, **settings):
    window = MadeWindow(script)
    summary = live_one(
        "made",
        recognizer,
        window=window,
        open_new=lambda: camera(30),
        settings=LiveSettings(folder=tmp_path, seconds=20, **settings),
    )
    return window, summary


@pytest.mark.parametrize(("key", "ending"), [("quit", "a key"), ("close", "closing the window")])
def test_a_key_or_the_window_ends_it(recognizer, tmp_path, key, ending):
    window, summary = run_with_keys(recognizer, tmp_path, [(shown(10), key)])
    assert (summary.ending, summary.exit_code) == (ending, 0)
    assert 10 <= window.num_shown < 60
    assert list(tmp_path.iterdir()) == []


def test_help_and_full_screen(recognizer, tmp_path, views):
    script = [(shown(5), "help"), (shown(15), "fullscreen"), (shown(20), "help")]
    window, _ = run_with_keys(recognizer, tmp_path, [*script, (shown(30), "quit")])
    assert [bool(view.help_lines) for view in views].count(True) >= 5
    assert not views[0].help_lines
    assert not views[-1].help_lines
    assert window.is_full


def test_a_screenshot_is_the_picture_that_is_shown(recognizer, tmp_path, views):
    window = MadeWindow([(shown(10), "screenshot"), (has_file(tmp_path), "quit")])
    pictures = []
    window.show = lambda image, show=window.show: (pictures.append(image), show(image))
    live_one(
        "made",
        recognizer,
        window=window,
        open_new=lambda: camera(30),
        settings=LiveSettings(folder=tmp_path, seconds=20),
    )
    (path,) = tmp_path.iterdir()
    saved = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    assert any(np.array_equal(saved, image) for image in pictures)
    assert f"saved {path.name}" in [view.status.notice for view in views]


def has_file(folder: Path):
    return lambda _window: any(folder.iterdir())


def test_record_on_and_off_and_on(recognizer, tmp_path, views):
    script = [(shown(5), "record"), (shown(25), "record"), (shown(30), "record")]
    run_with_keys(recognizer, tmp_path, [*script, (shown(60), "quit")])
    assert {view.status.recording for view in views} == {True, False}
    lengths = []
    for path in sorted(tmp_path.iterdir()):
        with MediaSource(path) as recording:
            lengths.append(len(list(recording)))
    assert len(lengths) == 2
    assert all(8 <= length <= 35 for length in lengths)


def test_a_key_that_fails_says_so_and_ends_nothing(recognizer, tmp_path, views):
    gone = tmp_path / "gone"
    script = [(shown(5), "screenshot"), (shown(10), "record"), (shown(30), "quit")]
    _, summary = run_with_keys(recognizer, gone, script)
    assert summary.ending == "a key"
    notices = [view.status.notice or "" for view in views]
    assert any(notice.startswith(f"can't write {gone}") for notice in notices)


def test_pause_freezes_a_recording(recognizer, views):
    """It goes on where it stood: no frame is passed over, and time did not go on."""
    window = MadeWindow([(shown(10), "pause"), (paused_for(views, 0.5), "pause")])
    begun = time.monotonic()
    summary = live_one(
        "made", recognizer, window=window, open_new=lambda: MadeSource(frames(45)), clock=Clock()
    )
    assert time.monotonic() - begun > 44 / 30 + 0.5
    assert summary.num_shown >= 45 - summary.num_dropped
    stills = [view for view in views if view.status.paused]
    assert len({view.timeline.now_seconds for view in stills}) == 1
    assert summary.latency_ms[2] < 400  # the pause is not a delay


def test_pause_lets_a_camera_go_on(recognizer, views):
    window = MadeWindow(
        [
            (shown(10), "pause"),
            (paused_for(views, 1.0), "pause"),
            (shown(25), "quit"),
        ]
    )
    live_one("made", recognizer, window=window, open_new=lambda: camera(30))
    stills = [view for view in views if view.status.paused]
    assert {view.status.notice for view in stills} == {None}
    assert len({(view.timeline, view.label, view.top) for view in stills}) == 1
    before = stills[0].timeline.now_seconds
    after = next(v.timeline.now_seconds for v in reversed(views) if not v.status.paused)
    assert after - before > 0.9


def paused_for(views: list[OverlayView], seconds: float):
    """True once a pause has been seen, and lasted so long."""
    seen: list[float] = []

    def is_over(_window) -> bool:
        if not seen and views[-1].status.paused:
            seen.append(time.monotonic())
        return bool(seen) and time.monotonic() - seen[0] > seconds

    return is_over


@pytest.mark.parametrize("mirror", [True, False])
def test_a_mirror_turns_the_picture_alone(small_weights, mirror, views):
    half = picture(0)
    half[:, 80:] = 200
    film = [Frame(half, i / 30) for i in range(45)]
    recognizer = WatchedRecognizer(small_weights("lrcn"))
    expected = predict(MadeSource(iter(film)), recognizer).predictions
    watched = WatchedRecognizer(small_weights("lrcn"))
    window = MadeWindow()
    live_one(
        "made",
        watched,
        window=window,
        open_new=lambda: MadeSource(iter(film)),
        settings=LiveSettings(mirror=mirror),
    )
    turned = half[:, ::-1] if mirror else half
    np.testing.assert_array_equal(window.picture, draw(np.ascontiguousarray(turned), views[-1]))
    np.testing.assert_array_equal(watched.predictions[0].scores, expected[0].scores)


def test_it_ends_when_the_time_is_up(recognizer):
    summary = live_one(
        "made", recognizer, open_new=lambda: camera(30), settings=LiveSettings(seconds=0.5)
    )
    assert summary.ending == "the time limit"
    assert summary.duration_seconds == pytest.approx(0.5, abs=0.3)


def test_settings_check_themselves():
    with pytest.raises(ValueError, match="seconds is 0"):
        LiveSettings(seconds=0)
    with pytest.raises(ValueError, match="retries is -1"):
        LiveSettings(retries=-1)
