"""People in written videos, and the options that say how many and how."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

import har_live.files.annotate
import har_live.recognizer
from har_live.cli import app
from har_live.files.annotate import annotate
from har_live.files.recognize import Recognition
from har_live.overlay.style import color_of
from har_live.recognizer import DEFAULT_PEOPLE
from har_live.segments import Segmenter
from har_live.sources.media import MediaSource
from har_live.time_grid import GridFrame, TimeGrid
from har_live.types import Frame
from tests.support.people_drawn import LABELS, make_person, make_prediction
from tests.support.sources_made import MadeSource

TWO = (make_person(2), make_person(5))


class TwoPeople:
    """A recognizer that sees the same two people in every frame."""

    labels = LABELS
    card = SimpleNamespace(name="made")
    warming_up = None
    people = TWO
    num_threads = 1

    def stream(self) -> TwoPeople:
        return self

    def segmenter(self, **_settings: float) -> Segmenter:
        return Segmenter(lag_seconds=1.0, hop_seconds=0.1)

    def grid(self) -> TimeGrid:
        return TimeGrid(10.0, max_gap_seconds=2.0)

    def look(self, frame: Frame) -> None:
        return None

    def advance(self, grid_frames: list[GridFrame], *, looks: list[None]) -> list:
        return [
            make_prediction(
                person.id, label, start=one.instant_seconds - 2, end=one.instant_seconds
            )
            for one, _ in zip(grid_frames, looks, strict=True)
            for person, label in zip(TWO, ("wave", "walk"), strict=True)
        ]

    def finish(self) -> list:
        return []


def grey(width: int = 640, height: int = 360) -> MadeSource:
    image = np.full((height, width, 3), 90, np.uint8)
    source = MadeSource(iter([Frame(image, i / 10) for i in range(8)]))
    source._info = har_live.types.VideoInfo("made", width, height, 10.0)
    return source


def last_picture(path) -> np.ndarray:
    with MediaSource(path) as source:
        return [frame.image for frame in source][-1].astype(int)


def test_annotate_draws_everybody_and_limbs_unless_told_not_to(tmp_path):
    for name, joints in (("with.mp4", True), ("without.mp4", False)):
        annotate(grey(), TwoPeople(), sinks=[tmp_path / name], joints=joints)
    drawn, bare = last_picture(tmp_path / "with.mp4"), last_picture(tmp_path / "without.mp4")
    for person, label in zip(TWO, ("wave", "walk"), strict=True):
        left, top, right, bottom = (
            round(share * size) for share, size in zip(person.box, (640, 360) * 2, strict=True)
        )
        for picture in (drawn, bare):
            side = picture[top + 60 : bottom - 60, left - 1 : left + 3]
            nearest = np.abs(side - color_of(label, LABELS)).sum(axis=-1).min(axis=1)
            assert np.median(nearest) < 120  # the encoder's colours are not exact
        inside = (slice(top + 20, bottom - 30), slice(left + 8, right - 8))
        assert np.abs(bare[inside] - 90).mean() < 4
        assert np.abs(drawn[inside] - 90).mean() > 8


@pytest.mark.parametrize(
    ("options", "people", "joints"),
    [([], DEFAULT_PEOPLE, True), (["--people", "1", "--no-joints"], 1, False)],
)
def test_the_commands_pass_people_and_joints_on(monkeypatch, tmp_path, options, people, joints):
    asked: dict[str, object] = {}

    def made(_weights: object, **settings: object) -> SimpleNamespace:
        asked.update(settings)
        return SimpleNamespace(runs_on="nothing", card=SimpleNamespace(name="made"))

    def annotated(*_paths: object, **settings: object) -> Recognition:
        asked.update(settings)
        return Recognition(LABELS)

    monkeypatch.setattr(har_live.recognizer, "Recognizer", made)
    monkeypatch.setattr(har_live.files.annotate, "annotate", annotated)
    done = CliRunner().invoke(app, ["annotate", "figure", str(tmp_path / "out.mp4"), *options])
    assert done.exit_code == 0, done.output
    assert (asked["max_people"], asked["joints"]) == (people, joints)


@pytest.mark.parametrize("number", ["0", "7", "all"])
@pytest.mark.parametrize("command", [["live"], ["annotate", "a", "b.mp4"], ["predict", "a"]])
def test_other_numbers_of_people_are_refused(command, number):
    assert CliRunner().invoke(app, [*command, "--people", number]).exit_code == 2
