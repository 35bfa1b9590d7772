"""``python -m training adapt``: the same path as ``har-live teach``, for any layout of clips."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import har_live.lessons.videos
from har_live.card import Weights, open_weights
from har_live.errors import HarLiveError
from har_live.lessons.report import Report
from har_live.recognizer import Recognizer
from har_live.sources import open_source
from tests.support.joints_made import GESTURES, finder, save_gesture
from training.commands.own_data import adapt


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """People are found by a network of these tests; the videos that were looked at."""
    looked: list[str] = []
    people_in = har_live.lessons.videos.people_in

    def noting(video: str, *args, **options):
        looked.append(video)
        return people_in(video, *args, **options)

    monkeypatch.setattr("har_live.scorers.open_finder", lambda **_: finder())
    monkeypatch.setattr("har_live.lessons.videos.people_in", noting)
    monkeypatch.setattr("har_live.recognizer.open_finder", lambda **_: finder())
    return looked


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three people, three classes: one arm goes up and down, the other one does, or none."""
    clips = tmp_path_factory.mktemp("adapt") / "clips"
    for number in range(18):
        label, person = list(GESTURES)[number % 3], ("anna", "ben", "eve")[number // 6]
        save_gesture(clips / label / person / f"{number}.mp4", label, phase=number)
    return clips


def test_weights_learn_other_labels_from_a_few_clips(folder, tmp_path, found):
    out = tmp_path / "mine"
    adapt(folder, out=out)
    made = open_weights(out)
    report = Report.from_card(made.card)
    assert set(made.card.labels) == set(GESTURES)
    assert made.card.clip == open_weights().card.clip
    assert report is not None
    assert (report.held_by, len(report.people)) == ("person", 3)
    assert sum(report.right.values()) >= 10  # of 12
    # Whoever adapts again looks at nothing again.
    assert len(found) == 18
    adapt(folder, out=out)
    assert len(found) == 18
    assert open_weights(out).card == made.card
    assert says(made, folder) > 0.8  # chance is a third


def says(weights: Weights, folder: Path) -> float:
    """The share of the clips that are named rightly, through the Recognizer that runs live."""
    recognizer = Recognizer(weights, cut_reset=False)
    right = []
    for video in sorted(folder.rglob("*.mp4")):
        stream = recognizer.stream()
        with open_source(str(video)) as source:
            predictions = [p for frame in source for p in stream.push(frame)]
        last = [*predictions, *stream.finish()][-1]
        label = weights.card.labels[int(last.scores.argmax())]
        right.append(label == video.relative_to(folder).parts[0])
    return sum(right) / len(right)


def test_a_clip_that_can_not_be_read_is_left_out(folder, tmp_path, found, caplog):
    clips = shutil.copytree(folder, tmp_path / "clips")
    (clips / "none" / "anna" / "0.mp4").write_bytes(b"no film")
    adapt(clips, out=tmp_path / "mine")
    report = Report.from_card(open_weights(tmp_path / "mine").card)
    assert report is not None
    assert report.num_takes == 17
    assert "left out: " in caplog.text
    assert "0.mp4" in caplog.text


def test_weights_that_read_pictures_are_refused_in_a_line(folder, tmp_path, small_weights, found):
    with pytest.raises(HarLiveError, match="test-lrcn reads pictures: only weights that read join"):
        adapt(folder, str(small_weights("lrcn").folder), tmp_path / "mine")
    assert found == []
    assert not (tmp_path / "mine").exists()


def test_clips_without_none_are_taken_with_a_warning(folder, tmp_path, found, caplog):
    adapt(folder, out=tmp_path / "mine", labels="left_arm,right_arm")
    assert "no takes of 'none'" in caplog.text
