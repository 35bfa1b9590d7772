"""The recording that ships: what the renderer draws, and the same bytes whenever it is baked."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from har_live.demo import FOLDER, TRUTH_FILE, VIDEO_FILE
from har_live.demo.source import DemoSource
from har_live.errors import HarLiveError
from training.__main__ import app
from training.figure.bake import bake, check, true_stretches
from training.figure.script import Passage
from training.figure.source import FigureSource

SHORT = (Passage("none", 0.2), Passage("jump", 0.4), Passage("none", 0.2))
OTHER_LOOK = (SHORT[0], Passage("jump", 0.4, look="kim"), SHORT[2])


def short(**changes: object) -> FigureSource:
    return FigureSource(**{"script": SHORT, "width": 160, "height": 120, **changes})  # type: ignore[arg-type]


def test_what_ships_has_the_frames_and_the_truth_of_what_is_drawn() -> None:
    drawn = FigureSource()
    with DemoSource() as shipped:
        for name in ("name", "width", "height", "fps", "duration_seconds", "num_frames", "is_live"):
            assert getattr(shipped.info, name) == getattr(drawn.info, name)
        assert shipped.info.start_ticks == 0
        assert shipped.sound is None
        assert shipped.true_segments == true_stretches(drawn)
        frames = [(frame.pts_seconds, frame.truth) for frame in shipped]
    assert frames == [(t, drawn.truth_at(t)) for t in drawn.frame_seconds]


def test_the_pictures_that_ship_are_those_that_are_drawn() -> None:
    with DemoSource() as shipped:
        for one, other in islice(zip(FigureSource(), shipped, strict=True), 60):
            unlike = np.abs(one.image.astype(int) - other.image)
            assert unlike.mean() < 3
            assert np.percentile(unlike, 99) < 20


def test_what_ships_is_small() -> None:
    assert (FOLDER / VIDEO_FILE).stat().st_size <= 4_000_000


def test_truth_is_told_to_the_frame() -> None:
    segments = FigureSource().true_segments
    stretches = true_stretches(FigureSource())
    assert [one.label for one in stretches] == [segment.label for segment in segments]
    for one, segment in zip(stretches, segments, strict=True):
        assert 0 <= one.start_seconds - segment.start_seconds < 1 / 30 + 1e-9
    assert stretches[-1].end_seconds == 73.2


def test_baked_twice_it_is_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        bake(short(), tmp_path / name)
        contents.append(
            [(tmp_path / name / file).read_bytes() for file in (VIDEO_FILE, TRUTH_FILE)]
        )
    assert contents[0] == contents[1]
    check(short(), tmp_path / "one")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"script": OTHER_LOOK}, r"^frame 6 of demo.mp4 is not what is drawn; bake it anew: "),
        ({"width": 128}, "^frame 0 of demo.mp4"),
        ({"seconds": 0.7}, "^truth.jsonl is not what is performed"),
        ({"script": (SHORT[0], Passage("wave", 0.4), SHORT[2])}, "^truth.jsonl is not"),
    ],
)
def test_a_recording_of_something_else_is_found_out(
    changes: dict[str, object], message: str, tmp_path: Path
) -> None:
    bake(short(), tmp_path)
    with pytest.raises(HarLiveError, match=message):
        check(short(**changes), tmp_path)


def test_a_recording_that_was_cut_short_is_found_out(tmp_path: Path) -> None:
    bake(short(), tmp_path)
    truth = (tmp_path / TRUTH_FILE).read_text("utf-8")
    bake(short(seconds=0.7), tmp_path)
    (tmp_path / TRUTH_FILE).write_text(truth, "utf-8")
    with pytest.raises(HarLiveError, match=r"^demo.mp4 ends at another frame than 21;"):
        check(short(), tmp_path)


def test_the_check_of_a_folder_without_a_recording_is_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["bake-demo", "--check", "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert done.stderr == "error: figure: no such file; check the path\n"
    assert list(tmp_path.iterdir()) == []


def test_a_closed_recording_has_no_more_frames() -> None:
    with DemoSource() as shipped:
        assert next(iter(shipped)).truth == "none"
    shipped.close()
    assert list(shipped) == []
