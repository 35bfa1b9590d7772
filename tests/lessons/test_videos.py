"""Takes from videos: by folders and by marks, of the right person."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from har_live.card import open_weights
from har_live.errors import HarLiveError, SinkError, SourceError
from har_live.lessons.folders import clips_in
from har_live.lessons.lesson import add_clips, add_marked, lacking, next_plan
from har_live.lessons.marks import Mark
from har_live.lessons.recordings import LessonPlan, Recordings
from har_live.lessons.videos import PersonSeen, takes_by_marks
from tests.support.joints_made import finder, save_gesture
from tests.support.lessons_made import gesture
from tests.support.make_media import make_clip, numbered

CARD = open_weights().card


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    return Recordings(tmp_path / "takes")


def save_empty(path: Path) -> Path:
    pts_seconds = [number / 10 for number in range(20)]
    return make_clip(
        path, pts_seconds=pts_seconds, picture=lambda _, width, height: numbered(0, width, height)
    )


def someone(number: int, label: str, *, first: float = 0.0, num_frames: int = 100) -> PersonSeen:
    instants = first + np.arange(num_frames) / 10
    return PersonSeen(number, instants, gesture(label, num_frames=num_frames).joints)


def test_a_folder_for_each_action_and_person(tmp_path, recordings, caplog):
    folder = tmp_path / "clips"
    save_gesture(folder / "wave" / "ana" / "1.mp4", "left_arm")
    save_gesture(folder / "none" / "1.mp4", "none")
    save_empty(folder / "wave" / "empty.mp4")
    (folder / "wave" / "broken.mp4").write_bytes(b"no film")
    (folder / "wave" / "notes.txt").write_text("no video")
    clips = clips_in(folder)
    assert len(clips) == 4
    assert add_clips(recordings, clips, finder(), CARD, person="ben") == 2
    found = {(take.label, take.person) for take in recordings}
    assert found == {("wave", "ana"), ("none", "ben")}
    assert "broken.mp4" in caplog.text
    assert "empty.mp4: nobody is seen in it" in caplog.text
    assert add_clips(recordings, clips, finder(), CARD) == 0
    with pytest.raises(SourceError, match="holds no videos to learn from"):
        clips_in(tmp_path / "takes")


def test_marks_cut_takes_and_the_rest_is_none(tmp_path, recordings):
    video = save_gesture(tmp_path / "in.mp4", "left_arm", num_frames=80)
    marks = tmp_path / "marks.srt"
    marks.write_text("1\n00:00:01,000 --> 00:00:03,000\nMy move 80 %\n")
    assert add_marked(recordings, str(video), marks, finder(), CARD, cut_reset=False) == 2
    move, rest = recordings
    assert (move.label, rest.label) == ("my_move", "none")
    assert move.seconds == pytest.approx(2, abs=0.15)
    assert rest.seconds == pytest.approx(7.9 - 3.5, abs=0.3)
    assert "in.mp4, 1.00–3.00 s" in move.origin
    assert add_marked(recordings, str(video), marks, finder(), CARD, cut_reset=False) == 0
    marks.write_text("")
    with pytest.raises(SourceError, match="marks nothing"):
        add_marked(recordings, str(video), marks, finder(), CARD)


def test_corrected_marks_take_the_place_of_what_was_said_before(tmp_path, recordings, monkeypatch):
    video = save_gesture(tmp_path / "in.mp4", "left_arm", num_frames=80)
    recordings.add(gesture("left_arm", as_label="wave"))
    marks = tmp_path / "marks.srt"
    wave = "1\n00:00:01,000 --> 00:00:03,000\nWave\n"
    marks.write_text(f"{wave}\n2\n00:00:05,000 --> 00:00:07,000\nWave\n")

    def said(video: Path) -> list[tuple[str, str]]:
        add_marked(recordings, str(video), marks, finder(), CARD, cut_reset=False)
        return [
            (take.label, take.origin.removeprefix(f"{video.resolve()}, ")) for take in recordings
        ]

    recorded = ("wave", "left_arm 0")
    once = [recorded, ("wave", "1.00–3.00 s"), ("wave", "5.00–7.00 s")]
    assert said(video) == once
    # The first was a clap, and the second none of the actions.
    marks.write_text(wave.replace("Wave", "Clap"))
    monkeypatch.chdir(tmp_path)  # the same video by another name
    assert said(Path("in.mp4")) == [recorded, ("clap", "1.00–3.00 s"), ("none", "3.50–7.90 s")]
    # Of another video nothing was said.
    other = save_gesture(tmp_path / "other.mp4", "left_arm", num_frames=80)
    said(other)
    assert [take.label for take in recordings] == ["wave", "clap", "none", "clap", "none"]


def test_a_video_in_which_nobody_is_seen_is_one_line(tmp_path, recordings):
    video = save_empty(tmp_path / "empty.mp4")
    (tmp_path / "m.csv").write_text("start_seconds,end_seconds,label\n0,1,wave\n")
    with pytest.raises(HarLiveError, match=r"empty\.mp4: nobody is seen in it"):
        add_marked(recordings, str(video), tmp_path / "m.csv", finder(), CARD)


def test_two_people_are_told_apart_by_their_ids(caplog):
    people = [someone(1, "none"), someone(2, "left_arm")]
    marks = [Mark(2, 5, "wave", 2), Mark(1, 2, "clap", 3)]
    takes = takes_by_marks(people, marks, video="in.mp4", grid_fps=10.0)
    assert [take.label for take in takes] == ["wave", "none", "none", "none"][: len(takes)]
    np.testing.assert_array_equal(takes[0].joints, people[1].joints[20:51])
    # Person 1 did nothing all the time, person 2 after the wave.
    assert [len(take.joints) for take in takes[1:]] == [100, 45]
    assert "clap at 1.0 s: person 3 is not seen long enough" in caplog.text
    assert takes_by_marks(people, marks, video="", grid_fps=10.0, with_gaps=False)[1:] == []


def test_a_mark_without_a_person_is_of_whoever_is_seen_most():
    people = [someone(1, "none", first=4.0, num_frames=10), someone(2, "left_arm")]
    (take,) = takes_by_marks(
        people, [Mark(0, 10, "wave")], video="", grid_fps=10.0, with_gaps=False
    )
    assert len(take.joints) == 100


def test_the_plan_goes_on(recordings):
    with pytest.raises(ValueError, match="no action is named"):
        next_plan(recordings, takes=8, take_seconds=3)
    plan = next_plan(recordings, actions=["wave", "none", "wave"], takes=2, take_seconds=1)
    assert plan == LessonPlan(("wave",), 2, 1)
    assert next_plan(recordings, takes=2, take_seconds=1) == plan
    recordings.add(gesture("left_arm", as_label="wave"))
    assert lacking(recordings, plan) == "wave 1×, none 1×"
    more = next_plan(recordings, more=["wave"], takes=3, take_seconds=1)
    assert recordings.missing(more) == {"wave": 3, "none": 1}
    for _ in range(2):
        recordings.add(gesture("none"))
    more = next_plan(recordings, more=["none"], takes=3, take_seconds=1)
    assert recordings.missing(more) == {"none": 1}
    more = next_plan(recordings, more=["none", "wave"], takes=3, take_seconds=1)
    assert recordings.missing(more) == {"wave": 3, "none": 1}
    more = next_plan(recordings, more=["wave"], takes=3, take_seconds=1)
    assert recordings.missing(more) == {"wave": 3}
    assert recordings.plan == plan


def test_an_interrupted_more_goes_on(recordings):
    recordings.keep_plan(LessonPlan(("wave",), 1, 1))
    more = next_plan(recordings, more=["wave"], takes=3, take_seconds=1)
    recordings.add(gesture("none"))
    recordings.add(gesture("left_arm", as_label="wave"))
    assert next_plan(recordings, more=["wave"], takes=3, take_seconds=1) == more
    assert recordings.missing(more) == {"wave": 2}
    for _ in range(2):
        recordings.add(gesture("left_arm", as_label="wave"))
    more = next_plan(recordings, more=["wave"], takes=3, take_seconds=1)
    assert recordings.missing(more) == {"wave": 3}


def test_a_mark_after_everybody_left_says_so(caplog):
    people = [someone(1, "left_arm")]
    marks = [Mark(40, 42, "wave"), Mark(0, 0.2, "wave")]
    assert takes_by_marks(people, marks, video="", grid_fps=10.0, with_gaps=False) == []
    late, short = caplog.messages
    assert "nobody is seen after" in late
    assert short.endswith("nobody is seen long enough")


def test_ctrl_c_keeps_the_takes_so_far(tmp_path, recordings):
    folder = tmp_path / "clips"
    for number in range(3):
        save_gesture(folder / "wave" / f"{number}.mp4", "left_arm", phase=number)

    def stop(doing: str, share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_clips(recordings, clips_in(folder), finder(), CARD, on_progress=stop)
    assert len(recordings) == 2
    assert add_clips(recordings, clips_in(folder), finder(), CARD) == 1


def test_takes_that_can_not_be_written_are_one_line(tmp_path):
    save_gesture(tmp_path / "clips" / "wave" / "1.mp4", "left_arm")
    (tmp_path / "file").touch()
    blocked = Recordings(tmp_path / "file" / "takes")
    with pytest.raises(SinkError, match="can't write"):
        add_clips(blocked, clips_in(tmp_path / "clips"), finder(), CARD)
