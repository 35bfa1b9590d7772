"""Marks: what our sinks write, as editors and spreadsheets leave it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from har_live.errors import SourceError
from har_live.lessons.marks import Mark, read_marks
from har_live.sinks.base import Run
from har_live.sinks.event_formats import FORMATS
from har_live.types import Segment, VideoInfo

SEGMENTS = [
    Segment(1.5, 3.0, "sit_down", 0.9, 1.0, person=1, box=(0.1, 0.2, 0.3, 0.4)),
    Segment(4.25, 3661.5, "wave", 0.5, 0.75, person=2),
]
RUN = Run(VideoInfo("in.mp4", 640, 480), labels=("none", "sit_down", "wave"), weights="test")


def as_written(suffix: str) -> str:
    kind = FORMATS[suffix]
    entries = [kind.entry(n, one, True) for n, one in enumerate(SEGMENTS, 1)]
    return kind.header(RUN) + "".join(entries)


def read(path: Path, data: str | bytes) -> list[Mark]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_marks(path, ["sit_down", "wave"])


def entry(**values: object) -> str:
    return json.dumps({"start_seconds": 1, "end_seconds": 2, "label": "wave"} | values) + "\n"


EXPECTED = [Mark(1.5, 3.0, "sit_down", 1), Mark(4.25, 3661.5, "wave", 2)]


@pytest.mark.parametrize("suffix", sorted(FORMATS))
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_our_sinks_write_is_read_as_editors_leave_it(tmp_path, suffix, ends, encoding):
    text = as_written(suffix).replace("\n", ends)
    assert read(tmp_path / f"out{suffix}", (text + 3 * ends).encode(encoding)) == EXPECTED


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_spreadsheets_table_may_have_other_columns_and_decimals(tmp_path, delimiter):
    rows = [("label", "end_seconds", "start_seconds"), ("My move", "3,5", "1,25"), ("", "", "")]
    text = "\n".join(delimiter.join(row) for row in rows)
    assert read(tmp_path / "out.csv", text) == [Mark(1.25, 3.5, "my_move")]


def test_hand_written_cues(tmp_path):
    text = (
        "WEBVTT - corrected\n\nNOTE mine\n\nSTYLE\n::cue { color: red }\n\nfirst\n"
        "00:01.500 --> 00:03.000 align:start\n<b>Wave</b>\n\n"
        "1:00:04.0 --> 1:00:05.0\nPerson 3: No action\n\n00:07.000 --> 00:08.000\nUnsure 20 %\n"
    )
    marks = read(tmp_path / "out.vtt", text)
    assert marks == [Mark(1.5, 3, "wave"), Mark(3604, 3605, "none", 3)]


@pytest.mark.parametrize("head", ["", "WEBVTT\n"])
@pytest.mark.parametrize("number", ["", "2\n"])
def test_cues_without_a_blank_line_between_them_are_two(tmp_path, head, number):
    times = ("00:00:01.000 --> 00:00:02.000", "00:00:03.000 --> 00:00:04.000")
    text = f"{head}{number}{times[0]}\nWave 87.5 %\n{number}{times[1]}\nSit down 50%\n"
    assert read(tmp_path / "out.vtt", text) == [Mark(1, 2, "wave"), Mark(3, 4, "sit_down")]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_none_and_unsure_may_be_written_in_any_letters(tmp_path, suffix):
    said = ("NONE", "No Action", "Unsure", "UNSURE")
    if suffix == ".csv":
        text = "start_seconds,end_seconds,label\n" + "".join(f"1,2,{one}\n" for one in said)
    else:
        text = "".join(entry(label=one) for one in said)
    assert read(tmp_path / f"out{suffix}", text) == [Mark(1, 2, "none")]


def test_a_repeated_mark_is_one(tmp_path):
    assert read(tmp_path / "out.jsonl", 2 * entry()) == [Mark(1, 2, "wave")]


def test_it_is_told_where_somebody_does_two_things_at_once(tmp_path, caplog):
    apart = entry(end_seconds=3, person=1) + entry(end_seconds=3, person=2)
    beside = entry(start_seconds=2.7, end_seconds=9, label="sit_down", person=1)
    read(tmp_path / "out.jsonl", apart + beside)
    assert not caplog.messages
    read(
        tmp_path / "out.jsonl",
        entry(start_seconds=2, end_seconds=9, label="b") + entry(end_seconds=3),
    )
    (told,) = caplog.messages
    assert "wave is said to go on until 3.0 s, and b to begin at 2.0 s" in told


def test_a_new_action_is_one_however_it_is_spelt(tmp_path):
    said = ("step_up", "Step up", "STEP_UP")
    text = "".join(entry(label=one, person=n) for n, one in enumerate(said, 1))
    assert {mark.label for mark in read(tmp_path / "out.jsonl", text)} == {"step_up"}


@pytest.mark.parametrize(
    ("name", "text", "line", "reason"),
    [
        ("a.jsonl", '\n{"label": "wave"}\n', 2, "'start_seconds' is missing"),
        ("a.jsonl", '{"format": "har-live-events"}\n{"start', 2, "Unterminated string"),
        ("a.jsonl", "[]", 1, "is no JSON object"),
        (
            "a.csv",
            "start_seconds,end_seconds,label\n\n1,2,wave\n3,x,wave",
            4,
            "end_seconds is 'x'",
        ),
        ("a.csv", "begin,end\n1,2", 1, "no column start_seconds, end_seconds, label"),
        ("a.csv", "1,2,wave\n3,4,wave", 1, "expected start_seconds,end_seconds,label on top"),
        ("a.csv", "start_seconds,end_seconds,label\n1,2", 2, "'label' is missing"),
        ("a.csv", 'start_seconds,end_seconds,label\n1,2,"wave\n3,4,sit', 1, "unexpected end"),
        ("a.csv", "start_seconds,end_seconds,label,person\n1,2,wave,ana", 2, "person is 'ana'"),
        ("a.csv", "start_seconds,end_seconds,label,person\n1,2,wave,-2", 2, "person is -2"),
        ("a.jsonl", entry(label=None), 1, "label is None; expected a name"),
        ("a.jsonl", entry(start_seconds=None), 1, "start_seconds is None; expected seconds"),
        ("a.jsonl", entry(end_seconds=10**400), 1, "expected an end after the start"),
        ("a.jsonl", entry(person=float("inf")), 1, "person is inf"),
        ("a.jsonl", entry(person={}) + "[" * 100_000, 2, "recursion"),
        (
            "a.csv",
            "start_seconds,end_seconds,label\n3,2,wave",
            2,
            "expected an end after the start",
        ),
        ("a.srt", "1\n00:00:01,000 -> 00:00:02,000\nWave\n", 1, "is no 00:00:01,500 -->"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n\n", 2, "expected a name of 1 to"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n87 %\n", 2, "expected a name of 1 to"),
        (
            "a.srt",
            "00:00:01,000 --> 00:00:02,000\nWave 9 %\nSit down 8 %",
            1,
            "more than one action",
        ),
    ],
)
def test_a_broken_line_is_named(tmp_path, name, text, line, reason):
    with pytest.raises(SourceError) as caught:
        read(tmp_path / name, text)
    assert str(caught.value).startswith(f"{tmp_path / name}, line {line}: ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_files_are_refused_in_a_line(tmp_path):
    with pytest.raises(SourceError, match=r"a\.txt: marks are read from \.jsonl"):
        read(tmp_path / "a.txt", "")
    with pytest.raises(SourceError, match="is no text in UTF-8"):
        read(tmp_path / "a.srt", b"\xff\xfe\xfd")
    with pytest.raises(SourceError, match="No such file"):
        read_marks(tmp_path / "b.srt")
    assert read(tmp_path / "empty.srt", "") == []
