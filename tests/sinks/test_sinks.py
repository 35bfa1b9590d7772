"""Sinks of all kinds: a user's own beside the built-in ones, and what is left when one fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from typer.testing import CliRunner

from har_live import (
    LiveSettings,
    Moment,
    Recognizer,
    Run,
    Sink,
    SinkError,
    annotate,
    annotate_all,
    live,
    predict,
    watch,
)
from har_live.cli import app
from har_live.sinks import kinds, register
from har_live.sinks.base import NothingWrittenError, Outputs, SinkSettings
from har_live.sinks.events import EventsSink
from har_live.sources.media import MediaSource
from har_live.types import Segment
from tests.support.live_made import WatchedRecognizer
from tests.support.make_media import make_clip
from tests.support.servers.mjpeg import MjpegCamera
from tests.support.sinks_made import begun_events, telling
from tests.support.sources_made import MadeSource, frames, paced
from tests.support.video_made import INFO, left_behind


class Tally(Sink):
    """Counts what it is told."""

    made: ClassVar[list[Tally]] = []

    def __init__(self, address: str = "", _settings: object = None) -> None:
        self.address, self.ended, self.moments = address, "", list[Moment]()
        self.made.append(self)

    def begin(self, run: Run) -> None:
        self.run = run

    def write(self, moment: Moment) -> None:
        self.moments.append(moment)

    def close(self) -> None:
        self.ended += "closed"

    def abort(self) -> None:
        self.ended += "aborted"


class Failing(Sink):
    """Refuses a moment: its broker is away."""

    def __init__(self, number: int) -> None:
        self._number = number

    def write(self, moment: Moment) -> None:
        self._number -= 1
        if self._number < 0:
            raise SinkError("the broker is away")


@pytest.fixture(autouse=True)
def tallies(monkeypatch: pytest.MonkeyPatch) -> list[Tally]:
    monkeypatch.setattr(kinds, "KINDS", dict(kinds.KINDS))
    monkeypatch.setattr(Tally, "made", [])
    return Tally.made


@pytest.fixture
def recognizer(small_weights) -> WatchedRecognizer:
    return WatchedRecognizer(small_weights("lrcn"))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    times = [i / 20 for i in range(40)]
    return make_clip(tmp_path / "in" / "in.mp4", pts_seconds=times, size=(160, 120), sound=True)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


ADDRESS = "tally://user@host//topic/a?b=c"


# --- of one's own -----------------------------------------------------------------------------


def test_one_of_ones_own_works_in_annotate(recognizer, clip, out, tallies):
    register("tally://", Tally)
    register(".tally", Tally)
    result = annotate(
        clip, recognizer, sinks=[ADDRESS, out / "x.tally", out / "out.mp4", own := Tally()]
    )
    assert {sink.address for sink in tallies} == {ADDRESS, str(out / "x.tally"), ""}
    assert own.moments[0].drawn().shape == (120, 160, 3)
    for sink in tallies:
        assert sink.ended == "closed"
        assert (sink.run.labels, sink.run.weights) == (recognizer.labels, "test-lrcn")
        *seen, last = sink.moments
        assert (len(seen), last.is_last, last.frame) == (40, True, None)
        assert [s for moment in sink.moments for s in moment.segments] == result.segments != []
    assert left_behind(out) == ["out.mp4"]


def test_one_of_ones_own_works_in_live_use(recognizer, clip, out, tallies):
    register("tally://", Tally)
    (summary,) = live(
        str(clip), recognizer, sinks=[ADDRESS, out / "out.mp4", out / "out.jsonl", Tally()]
    )
    written = [json.loads(line) for line in (out / "out.jsonl").read_text().splitlines()[1:]]
    assert {sink.address for sink in tallies} == {ADDRESS, ""}
    for sink in tallies:
        assert sink.ended == "closed"
        assert sink.moments[-1].is_last
        assert sum(moment.frame is not None for moment in sink.moments) == summary.num_shown > 0
        segments = [s for moment in sink.moments for s in moment.segments]
        assert [s.label for s in segments] == [line["label"] for line in written]
        assert len(segments) == summary.num_segments > 0
        assert sum(len(m.predictions) for m in sink.moments) == summary.num_predictions


def test_each_of_several_sources_has_sinks_of_its_own(recognizer, tallies):
    register("tally://", Tally)
    films = [lambda: MadeSource(paced(frames(30)), name="left"), lambda: MadeSource(frames(3))]
    live(["left", "right"], recognizer, sinks=[ADDRESS], open_new=films)
    assert [sink.address for sink in tallies] == [ADDRESS, ADDRESS]
    assert [sink.run.info.name for sink in tallies] == ["left", "made"]
    with pytest.raises(ValueError, match="a sink takes the moments of one source"):
        live(["left", "right"], recognizer, sinks=[Tally()], open_new=films)


def test_a_package_beside_this_one_brings_a_kind(small_weights, clip, out, monkeypatch):
    """As pip installs it: nobody imports it, the command line knows it."""
    packages = out.parent / "packages"
    info = packages / "bells-1.0.dist-info"
    info.mkdir(parents=True)
    (packages / "bells.py").write_text(
        "from har_live import Sink\n"
        "class Bell(Sink):\n"
        "    def __init__(self, address, settings):\n"
        "        self.name = address.removeprefix('bell://')\n"
        "        open(self.name, 'a').write('hung, ')\n"
        "    def write(self, moment):\n"
        "        if moment.is_last: open(self.name, 'a').write('rung\\n')\n"
    )
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bells\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[har_live.sinks]\nbell:// = bells:Bell\n.bell = bells:Bell\n"
    )
    monkeypatch.syspath_prepend(packages)
    weights = ["--weights", str(small_weights("lrcn").folder)]
    bell = ["--events", f"bell://{out / 'bell.txt'}"]
    for command in (["annotate", str(clip), str(out / "out.mp4")], ["live", str(clip)]):
        more = ["--no-window"] if command[0] == "live" else []
        done = CliRunner().invoke(app, [*command, *bell, *weights, *more])
        assert done.exit_code == 0, done.output
    assert (out / "bell.txt").read_text() == "hung, rung\n" * 2  # made once
    annotate_all([clip], out, Recognizer(small_weights("lrcn")), events=[".bell"])
    assert (out / "in.bell").read_text() == "hung, rung\n"


def test_an_unknown_kind_is_refused_without_its_secrets(recognizer, clip, out):
    with pytest.raises(SinkError, match=r"what kind of output coap://host/t is; end it in") as told:
        annotate(clip, recognizer, sinks=[out / "out.mp4", "coap://user:secret@host/t"])
    assert "secret" not in str(told.value)
    assert left_behind(out) == []
    for kind in ("mqtt", "MQTT://", ".", "txt"):
        with pytest.raises(ValueError, match="expected a scheme"):
            register(kind, Tally)


@pytest.mark.parametrize("options", [["--record", "a.jsonl"], ["--events", "b.mp4"]])
def test_a_video_is_recorded_and_events_are_none(options):
    assert CliRunner().invoke(app, ["live", "figure", *options]).exit_code == 2


def test_two_recordings_are_refused(recognizer, out):
    with pytest.raises(ValueError, match="sinks has 2 videos"):
        live("made", recognizer, sinks=[out / "a.mp4", out / "b.mkv"])


# --- what is left -----------------------------------------------------------------------------


def test_a_sink_that_fails_at_first_leaves_nothing(recognizer, clip, out, tallies):
    with pytest.raises(SinkError, match="the broker is away"):
        annotate(clip, recognizer, sinks=[out / "out.mp4", out / "out.srt", Tally(), Failing(0)])
    assert left_behind(out) == []
    assert tallies[0].ended == "aborted"


def test_a_sink_that_fails_later_keeps_what_the_others_did(recognizer, clip, out, tallies):
    with pytest.raises(SinkError, match="the broker is away"):
        annotate(clip, recognizer, sinks=[Failing(30), out / "out.mp4", out / "out.jsonl", Tally()])
    with MediaSource(out / "out.mp4") as written:
        assert len(list(written)) == 30
    lines = (out / "out.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["format"] == "har-live-events"
    assert (tallies[0].ended, len(tallies[0].moments)) == ("closed", 30)


class Unbegun(Failing):
    """A video that found no room for its header."""

    def close(self) -> None:
        raise NothingWrittenError("no room; nothing was written")


@pytest.mark.parametrize("append", [False, True])
def test_events_beside_a_video_that_never_began_are_kept_where_there_are_some(out, append):
    some, none, before = out / "some.jsonl", out / "none.jsonl", b""
    if append:
        begun_events(none).close()
        before = none.read_bytes()
    for path, segments in ((some, [Segment(0.0, 1.0, "wave", 0.9, 0.9)]), (none, [])):
        with (
            suppress(SinkError),
            Outputs([EventsSink(path, SinkSettings(append=append)), Unbegun(1)]) as outputs,
        ):
            outputs.begin(Run(INFO, ("wave",), "test"))
            outputs.write(telling(*segments))
            outputs.write(telling())
            pytest.fail("the broker was there")
    assert '"wave"' in some.read_text("utf-8")
    assert none.exists() == append
    assert not append or none.read_bytes() == before


def test_a_sink_that_fails_in_live_use_says_so_once(recognizer, out, tallies):
    films = [lambda: MadeSource(paced(frames(10**9)), is_live=True)]
    with pytest.raises(SinkError, match="the broker is away"):
        live(
            "made",
            recognizer,
            sinks=[Failing(9), out / "out.mp4", out / "out.jsonl", Tally()],
            open_new=films,
        )
    assert left_behind(out) == ["out.jsonl", "out.mp4"]
    # What was scored last is told to those that still listen.
    assert (tallies[0].ended, tallies[0].moments[-1].is_last) == ("closed", True)


# --- watch ------------------------------------------------------------------------------------


def test_watching_a_file_gives_every_frame(recognizer, clip):
    expected = predict(clip, recognizer)
    *seen, last = watch(clip, recognizer, settings=LiveSettings(joints=False))
    assert [moment.frame.pts_seconds for moment in seen] == pytest.approx(
        [i / 20 for i in range(40)]
    )
    assert last.is_last
    assert [s for moment in [*seen, last] for s in moment.segments] == expected.segments
    assert np.abs(np.int16(seen[-1].drawn()) - np.int16(seen[-1].frame.image)).max() > 40
    with pytest.raises(ValueError, match="has no picture"):
        last.drawn()
    with MediaSource(clip) as opened:
        assert len(list(watch(opened, recognizer))) == 41


def test_watching_a_camera_is_live_and_ends_with_the_loop(recognizer):
    """Of a camera on the network; conftest sees that no thread is left."""
    with MjpegCamera() as camera:
        moments: Iterator[Moment] = watch(camera.url, recognizer)
        for moment in islice((m for m in moments if m.frame is not None), 20):
            assert moment.drawn().shape == moment.frame.image.shape
        moments.close()
        assert list(moments) == []
