"""Archives of odd names, links, lists and journals: nothing lost, nothing twice, one line each."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from har_live.archive.journal import Journal
from har_live.archive.tables import write_tables
from har_live.archive.videos import Video, find_videos
from har_live.archive.work import broken
from har_live.cli.console.archive import archive_progress
from har_live.errors import SinkError, SourceError

HEADER = {"format": "har-live-archive", "version": 1}
SEGMENT = {"start_seconds": 0.0, "end_seconds": 1.0, "label": "wave", "mean_confidence": 0.9,
           "peak_confidence": 0.9, "person": None, "box": None}  # fmt: skip


def test_a_name_that_is_no_text_is_in_both_tables(tmp_path):
    name = os.fsdecode(b"odd\xff.mp4")
    line = {"video": name, "duration_seconds": 1.0, "segments": [SEGMENT]}
    write_tables(tmp_path, HEADER, [line])
    _, row = map(json.loads, (tmp_path / "segments.jsonl").read_text("utf-8").splitlines())
    assert row["video"] == name
    assert pq.read_table(tmp_path / "segments.parquet")["video"].to_pylist() == ["odd\\udcff.mp4"]


def test_a_name_of_two_lines_is_told_in_one(capsys):
    with archive_progress(1) as (_, on_done):
        on_done(broken(Video("two\nlines.mp4", "two\nlines.mp4", ""), "is damaged"))
    assert capsys.readouterr().err == "har-live: two\\nlines.mp4: is damaged\n"


def test_links_that_lead_nowhere_are_videos_to_be_told_of(tmp_path):
    for name, target in (("away.mp4", "nothing"), ("loop.mp4", "loop.mp4")):
        (tmp_path / name).symlink_to(target)
    (tmp_path / "folder.mp4").mkdir()
    found = find_videos(str(tmp_path))
    assert [(video.path, video.identity) for video in found] == [
        ("away.mp4", "missing"), ("loop.mp4", "missing")
    ]  # fmt: skip


def test_a_list_names_each_video_once_and_loses_none(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.mp4").touch()
    alike = [f"http://camera/clip?id={number}" for number in (1, 2)]
    lines = ["# all", "", "in/a.mp4", " ./in/a.mp4 ", "in/../in/a.mp4", str(tmp_path / "in/a.mp4")]
    file = tmp_path / "list"
    file.write_text("\n".join([*lines, *alike, *alike, "http://camera/other?id=1"]))
    found = find_videos(str(file))
    assert sorted(video.address for video in found) == sorted(
        [str(tmp_path / "in/a.mp4"), *alike, "http://camera/other?id=1"]
    )
    assert len({video.path for video in found}) == 4
    assert "id=" not in repr(found)
    assert "http://camera/other" in {video.path for video in found}


def test_videos_where_the_table_is_to_be_written(tmp_path):
    (tmp_path / "a.mp4").touch()
    with pytest.raises(SourceError, match=r"all videos lie in .*; give another --out"):
        find_videos(str(tmp_path), leave_out=tmp_path)


@pytest.mark.parametrize("line", ["garbage", "[]", "{}", '{"video": "a.mp4", "identity": "1"}'])
def test_a_journal_that_somebody_has_written_to(line, tmp_path: Path):
    Journal(tmp_path, HEADER, overwrite=False).close()
    with (tmp_path / "videos.jsonl").open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(SinkError, match="is damaged at line 2; take that line away, or give"):
        Journal(tmp_path, HEADER, overwrite=False)
