"""Windows of others who do nothing: learnt beside a user's own none."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from har_live import WeightsError, open_weights, teach
from har_live.card import Weights, shipped_weights
from har_live.lessons.none_windows import NONE_FILE, none_windows
from har_live.types import NONE
from tests.lessons.test_learn import scores
from tests.support.lessons_made import gesture
from tests.support.takes_made import RIGHT_ARM, raised, take
from training.recipe.takes import Take
from training.ship.none_windows import with_none_windows


def others(*, raise_an_arm: bool) -> list[Take]:
    body = {"body": raised(RIGHT_ARM)} if raise_an_arm else {}
    return [take(NONE, group=f"person {number}", **body) for number in range(12)]


@pytest.fixture
def base(tmp_path: Path):
    """Make shipped weights that know these takes of none."""

    def made(takes: Sequence[Take]) -> Weights:
        folder = tmp_path / "base"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(shipped_weights()["everyday-lrcn"], folder)
        return with_none_windows(open_weights(folder), takes)

    return made


def test_each_person_shows_one_window_twice(base):
    weights = base([*others(raise_an_arm=False), *others(raise_an_arm=True)])
    assert none_windows(weights).shape == (2 * 12, 256)
    assert open_weights(weights.folder).card.sha256[NONE_FILE]


def test_who_does_nothing_is_learnt_from_others(base, tmp_path):
    """An action that only looks like one of the lesson's, and that others do while they do none."""
    learnt = [gesture("left_arm", phase=phase, as_label="wave") for phase in range(4)]
    learnt.append(gesture("none", num_frames=150))

    def wave_seen(takes: Sequence[Take]) -> float:
        taught = teach(learnt, "arms", weights=base(takes), folder=tmp_path / "arms")
        shown = gesture("right_arm", phase=3, num_frames=24)
        return float(scores(taught, shown, "onnx")[:, taught.card.labels.index("wave")].mean())

    assert wave_seen(others(raise_an_arm=True)) < wave_seen(others(raise_an_arm=False))


def test_weights_without_them_are_taught_all_the_same(small_weights):
    assert len(none_windows(small_weights("joints-lrcn"))) == 0


def test_a_damaged_file_is_one_clear_line(base):
    weights = base(others(raise_an_arm=False))
    (weights.folder / NONE_FILE).write_bytes(b"PK")
    with pytest.raises(WeightsError, match=r"none\.npz is not the file its card was written for"):
        none_windows(weights)
