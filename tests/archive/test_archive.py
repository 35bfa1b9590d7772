"""Archives: each video exactly once, whatever happens to videos, workers, runs and nodes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from har_live.archive.run import ArchiveSettings, archive
from har_live.archive.videos import find_videos
from har_live.archive.work import UNFINISHED, Outcome, WorkSettings
from har_live.errors import SinkError, SourceError
from har_live.nodes.packed_recognizer import PackedRecognizer, packed
from har_live.recognizer import Recognizer
from har_live.sources.media import MediaSource
from tests.support.archive_made import (
    NAMES,
    Rows,
    journal_of,
    make_acting_weights,
    make_archive,
    segments_in,
    segments_one_by_one,
)
from tests.support.resources import children_of, is_alive, needs_proc, wait_until
from tests.support.servers.http_server import HttpServer, file_answer

PATIENT = WorkSettings(patience_seconds=60)


@pytest.fixture(scope="module")
def weights(small_weights, tmp_path_factory) -> Path:
    return make_acting_weights(small_weights("lrcn"), tmp_path_factory.mktemp("weights") / "acting")


@pytest.fixture(scope="module")
def recognizer(weights) -> PackedRecognizer:
    return packed(weights, {"runtime": "onnx", "device": "cpu"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return make_archive(tmp_path_factory.mktemp("archive") / "in")


@pytest.fixture(scope="module")
def expected(folder, recognizer) -> Rows:
    return segments_one_by_one(folder, recognizer)


def test_the_same_as_one_after_the_other(folder, recognizer, expected, tmp_path):
    """Though a worker is killed in the middle, as by the system where memory is short."""
    done = []
    before = set(children_of(os.getpid()))

    def on_done(outcome: Outcome) -> None:
        done.append(outcome)
        if len(done) == 1 and Path("/proc").exists():
            os.kill(max(set(children_of(os.getpid())) - before), signal.SIGKILL)

    settings = ArchiveSettings(num_workers=2, work=PATIENT)
    videos = find_videos(str(folder))
    archived = archive(videos, tmp_path, recognizer, settings=settings, on_done=on_done)
    assert sorted(outcome.video.path for outcome in done) == NAMES
    assert (archived.num_videos, archived.num_broken, archived.num_known) == (5, 1, 0)
    assert archived.num_segments == sum(map(len, expected.values())) > 5
    assert len({line["label"] for lines in expected.values() for line in lines}) > 1
    assert segments_in(tmp_path) == expected
    head, *lines = map(json.loads, (tmp_path / "segments.jsonl").read_text().splitlines())
    assert (head["format"], head["version"], head["weights"]) == (
        "har-live-archive", 1, "test-lrcn"
    )  # fmt: skip
    rows = pq.read_table(tmp_path / "segments.parquet").to_pylist()
    for row, line in zip(rows, lines, strict=True):
        assert {name: row[name] for name in line if name != "box"} == {
            name: value for name, value in line.items() if name != "box"
        }
    broken = [line for line in journal_of(tmp_path) if line["broken"]]
    assert [line["video"] for line in broken] == ["broken.mp4"]
    assert "\n" not in broken[0]["broken"]
    assert str(folder) not in broken[0]["broken"]

    again = archive(find_videos(str(folder)), tmp_path, recognizer, on_done=done.append)
    assert (again.num_known, len(done)) == (5, 5)  # nothing is looked at twice
    assert again.num_segments == archived.num_segments
    other = ArchiveSettings(work=WorkSettings(min_duration_seconds=9))
    with pytest.raises(SinkError, match="is of other weights or settings; give another --out"):
        archive(find_videos(str(folder)), tmp_path, recognizer, settings=other)


@needs_proc
def test_one_that_hangs_or_crashes_stops_no_other(folder, weights, expected, tmp_path):
    """Pipes that nobody writes to hang the decoder; the first one's process is shot."""
    for name in ("crash.mp4", "hang.mp4"):
        os.mkfifo(tmp_path / name)
    (tmp_path / "whole.mp4").symlink_to(folder / "a.mp4")
    videos = tmp_path / "list.txt"
    listed = ["crash.mp4", "hang.mp4", "missing.mp4", "whole.mp4", "whole.mp4"]
    videos.write_text("\n".join(["# what there is", "", *listed]))
    command = [sys.executable, "-m", "har_live", "archive", videos, "--out", "out", "-w", weights]
    command += ["--patience", "6", "--workers", "1"]
    process = subprocess.Popen(
        [*map(str, command)], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            os.kill(first_reader(process.pid), signal.SIGKILL)
            _, errors = process.communicate(timeout=100)
        finally:
            process.kill()
    assert process.returncode == 1, errors
    assert {line["video"]: line["broken"] for line in journal_of(tmp_path / "out")} == {
        "crash.mp4": "its reading process died (exit code -9)",
        "hang.mp4": "did not open within 6 s; check the device or the network",
        "missing.mp4": "no such file; check the path",
        "whole.mp4": None,
    }
    assert "har-live: hang.mp4: did not open within 6 s" in errors
    assert segments_in(tmp_path / "out") == {"whole.mp4": expected["a.mp4"]}


def first_reader(pid: int) -> int:
    """Wait for the process in which a worker of ``pid`` decodes."""
    found: list[int] = []

    def is_there() -> bool:
        below = [grand for child in children_of(pid) for grand in children_of(child)]
        found[:] = [one for one in below if b"har_live.sources.child" in command_of(one)]
        return bool(found)

    wait_until(is_there, 60)
    return found[0]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@needs_proc
def test_a_run_that_was_killed_is_gone_on_with(folder, weights, recognizer, expected, tmp_path):
    """In the middle, with all it had started; meanwhile a second run is refused."""
    code = f"""
from har_live.archive.run import ArchiveSettings, archive
from har_live.archive.videos import find_videos
from har_live.nodes.packed_recognizer import packed
from pathlib import Path
import sys, time

def on_done(outcome):
    print(outcome.video.path, flush=True)
    if outcome.video.path != "a.mp4":
        sys.stdin.read()

if __name__ == "__main__":
    recognizer = packed({str(weights)!r}, {dict(recognizer.settings)!r})
    settings = ArchiveSettings(num_workers=1)
    videos = find_videos({str(folder)!r})
    archive(videos, Path("out"), recognizer, settings=settings, on_done=on_done)
"""
    script = tmp_path / "run.py"
    script.write_text(code)
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, script], cwd=tmp_path, stdin=pipe, stdout=pipe)
    with process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            workers = children_of(process.pid)
            with pytest.raises(SinkError, match=r"videos\.jsonl: another run is writing it"):
                archive(find_videos(str(folder)), tmp_path / "out", recognizer)
        finally:
            process.kill()
    known = journal_of(tmp_path / "out")
    assert 1 <= len(known) < 5
    wait_until(lambda: not any(map(is_alive, workers)))
    with (tmp_path / "out" / "videos.jsonl").open("a") as journal:
        journal.write('{"video": "torn')  # as a full disk leaves it
    alone = ArchiveSettings(num_workers=1)
    archived = archive(find_videos(str(folder)), tmp_path / "out", recognizer, settings=alone)
    assert archived.num_known == len(known)
    assert len(journal_of(tmp_path / "out")) == archived.num_videos == 5
    assert segments_in(tmp_path / "out") == expected


def test_videos_are_written_again_with_their_sound(folder, recognizer, tmp_path):
    (tmp_path / "annotated").mkdir()
    (tmp_path / "annotated" / f"{UNFINISHED}a.part.mp4").write_text("of a worker that was killed")
    settings = ArchiveSettings(annotate=True, num_workers=1, work=PATIENT)
    archive(find_videos(f"{folder}/**/a.mp4"), tmp_path, recognizer, settings=settings)
    written = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("annotated/**/*.mp4"))
    assert [str(path) for path in written] == ["annotated/a.mp4", "annotated/b/a.mp4"]
    with MediaSource(tmp_path / "annotated" / "a.mp4") as again:
        assert again.sound is not None
        assert len(list(again)) == 24
    assert [path.name for path in (tmp_path / "annotated").iterdir() if path.is_file()] == ["a.mp4"]


# --- which videos -----------------------------------------------------------------------------


def test_lists_patterns_and_stores(folder, tmp_path, server: HttpServer):
    assert [video.path for video in find_videos(str(folder))] == NAMES
    assert [video.path for video in find_videos(str(folder), leave_out=folder / "b")] == [
        name for name in NAMES if not name.startswith("b/")
    ]
    assert [video.path for video in find_videos(f"{folder}/b/*")] == ["a.mp4", "c.mkv"]
    stored = find_videos(f"file://{folder}/b/*.mkv")
    assert [(video.path, video.address) for video in stored] == [
        ("c.mkv", f"file://{folder}/b/c.mkv")
    ]
    (folder / "list").write_text(f"a.mp4\nhttp://me:secret@{server.place}/x.mp4?key=secret\n")
    listed = find_videos(str(folder / "list"))
    assert [video.path for video in listed] == ["a.mp4", f"http://{server.place}/x.mp4"]
    assert "secret" not in repr(listed)


@pytest.mark.parametrize("spec", ["nowhere", "nowhere/*.mp4", "file:///nowhere/*.mp4", "."])
def test_where_there_is_no_video(spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError, match=r"no videos|no such folder|can't be read"):
        find_videos(spec)


def test_what_lies_in_a_store_or_on_a_server(folder, recognizer, expected, server, tmp_path):
    server.route("/x.mp4", file_answer(folder / "a.mp4"))
    listed = [f"file://{folder}/b/c.mkv", f"{server.url}/x.mp4?key=secret", f"{server.url}/y.mp4"]
    (tmp_path / "list.txt").write_text("\n".join(listed))
    settings = ArchiveSettings(num_workers=1, work=PATIENT)
    videos = find_videos(str(tmp_path / "list.txt"))
    archive(videos, tmp_path / "out", recognizer, settings=settings)
    found = segments_in(tmp_path / "out")
    assert found == {
        f"file://{folder}/b/c.mkv": expected["b/c.mkv"],
        f"{server.url}/x.mp4": expected["a.mp4"],
    }
    assert "secret" not in (tmp_path / "out" / "videos.jsonl").read_text()
    broken = [line for line in journal_of(tmp_path / "out") if line["broken"]]
    assert [line["video"] for line in broken] == [f"{server.url}/y.mp4"]

    server.route("/y.mp4", file_answer(folder / "d.mp4"))
    again = replace(settings, retry=True)
    archived = archive(videos, tmp_path / "out", recognizer, settings=again)
    assert (archived.num_broken, archived.num_known) == (0, 2)
    assert segments_in(tmp_path / "out")[f"{server.url}/y.mp4"] == expected["d.mp4"]


def test_recognizers_travel_whole(recognizer, weights):
    assert recognizer.open().labels == Recognizer(weights).labels
    assert recognizer == packed(weights, dict(recognizer.settings))
    assert recognizer != packed(weights, {"runtime": "onnx", "hop": 3})
