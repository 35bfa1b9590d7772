"""Fleets without Ray: the file of cameras, who watches what, and what a node does."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import har_live.fleet.watcher
from har_live.cli.console.fleet import fleet_table
from har_live.errors import SourceError
from har_live.fleet.assignment import assigned
from har_live.fleet.camera_sink import CameraStatus
from har_live.fleet.cameras import Camera, read_cameras
from har_live.fleet.run import FleetStatus
from har_live.fleet.watcher import Watcher
from har_live.nodes.packed_recognizer import PackedRecognizer, packed
from har_live.sources import SourceSettings
from tests.support.archive_made import make_acting_weights
from tests.support.make_media import make_clip
from tests.support.resources import wait_until


@pytest.fixture(scope="module")
def recognizer(small_weights, tmp_path_factory) -> PackedRecognizer:
    folder = tmp_path_factory.mktemp("weights") / "acting"
    return packed(
        make_acting_weights(small_weights("lrcn"), folder), {"runtime": "onnx", "device": "cpu"}
    )


def test_cameras_are_read(tmp_path):
    file = tmp_path / "cameras.toml"
    file.write_text(
        '[[camera]]\nname = "door"\nsource = "rtsp://me:secret@host/1"\nevents = ["a.jsonl"]\n'
        '[[camera]]\nname = "yard"\nsource = "0"\n'
    )
    door, yard = read_cameras(file)
    assert (door.name, door.source, door.events) == (
        "door", "rtsp://me:secret@host/1", ("a.jsonl",)
    )  # fmt: skip
    assert (yard.name, yard.events) == ("yard", ())
    assert "secret" not in repr(door)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[camera]\n", "(at line 1, column"),
        ("", "it names no cameras; expected [[camera]]"),
        ("camera = 3", "it names no cameras; expected [[camera]]"),
        ("[camera]\nname = 'a'", "it names no cameras; expected [[camera]]"),
        ("[settings]\na = 1", "'settings' is unknown; expected [[camera]] alone"),
        ("[[camera]]\nname = 'a'", 'camera 1 has no source; expected source = "…"'),
        ("[[camera]]\nsource = 's'", 'camera 1 has no name; expected name = "…"'),
        ("[[camera]]\nname = 'a'\nsource = ''", "camera 1 has no source"),
        ("[[camera]]\nname = 'a'\nurl = 'x'", "camera 1: 'url' is unknown; expected name, source"),
        ("[[camera]]\nname = 'a'\nsource = 's'\nevents = 'x'", "events is no list of texts"),
        ("[[camera]]\nname = 'a'\nsource = 's'\nevents = ['x.mp4']", "events has a video"),
        (
            "[[camera]]\nname = 'a'\nsource = 's'\nevents = ['kafka://me:secret@h/x']",
            "camera 1: can't tell what kind of output kafka://h/x is; end it in one of",
        ),
        ("[[camera]]\n'rtsp://me:secret@h' = 1", "camera 1: 'rtsp://h' is unknown; expected"),
        ("[[camera]]\nname = 'a'\nsource = '-'", "standard input can't be watched on a node"),
        (2 * "[[camera]]\nname = 'a'\nsource = 's'\n", "two cameras are named 'a'"),
        ("\xff", "is no TOML"),
    ],
)
def test_what_a_file_may_not_say_is_one_line(text, said, tmp_path):
    file = tmp_path / "cameras.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SourceError) as error:
        read_cameras(file)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


def test_a_file_that_is_not_there():
    with pytest.raises(SourceError, match=r"nowhere\.toml can't be read: No such file"):
        read_cameras(Path("nowhere.toml"))


def test_cameras_go_where_there_is_room():
    names = [str(number) for number in range(12)]
    watched = assigned(names, {"big": 40.0, "small": 20.0}, before={})
    assert [list(watched.values()).count(node) for node in ("big", "small")] == [8, 4]
    assert assigned(names, {"big": 40.0, "small": 20.0, "new": 99.0}, before=watched) == watched
    moved = assigned(names, {"small": 20.0, "new": 20.0}, before=watched)
    assert {name for name in names if moved[name] == watched[name]} == {
        name for name in names if watched[name] == "small"
    }
    assert list(moved.values()).count("new") == 6  # each has as much to do
    assert assigned(names, {}, before=watched) == {}
    assert set(assigned(names, {"tiny": 0.1}, before={}).values()) == {"tiny"}


def test_a_node_watches_what_it_is_told_to(recognizer, tmp_path, monkeypatch):
    """A recording to its end, one that is not there, one whose events can't be written; then
    nobody asks any more."""
    monkeypatch.setattr(har_live.fleet.watcher, "LEASE_SECONDS", 1.0)
    clip = make_clip(tmp_path / "a.mp4", pts_seconds=[i / 12 for i in range(24)], size=(96, 72))
    watcher = Watcher(recognizer, SourceSettings(live=True))
    assert watcher.capacity() > 0.1
    wanted = [
        Camera("played", str(clip), (str(tmp_path / "played.jsonl"),)),
        Camera("missing", str(tmp_path / "missing.mp4")),
        Camera("mute", "figure", (str(tmp_path / "no" / "such.jsonl"),)),
    ]
    found = {}

    def all_is_said() -> bool:
        found.update({status.name: status for status in watcher.tend(wanted)})
        return (
            found["played"].num_predictions > 2
            and found["played"].state == "ended"
            and found["missing"].state == "lost"
            and found["mute"].num_predictions > 2
        )

    wait_until(all_is_said, 60)
    assert found["missing"].trouble.endswith("missing.mp4: no such file; check the path")
    assert "there is no folder" in found["mute"].trouble
    assert found["mute"].state == "live"
    assert (found["played"].state, found["played"].trouble) == ("ended", None)
    (batch,) = watcher._batches
    more = [*wanted, Camera("more", str(clip))]
    assert len(watcher.tend(more)) == 4
    assert watcher._batches[0] is batch  # those that run are left in peace
    watcher.tend(more[3:])
    assert [sorted(one.names) for one in watcher._batches] == [["more"]]
    head, *segments = (tmp_path / "played.jsonl").read_text().splitlines()
    assert '"source": "a.mp4"' in head
    assert segments

    def has_ended() -> bool:
        return watcher.tend(more[3:])[0].state == "ended"

    wait_until(has_ended, 30)
    assert watcher.tend(more[3:])[0].state == "ended"  # and does not begin anew
    watcher.tend(wanted[2:])
    (batch,) = watcher._batches
    time.sleep(0.1)
    batch.join()  # as nobody asks
    assert not batch.is_left_alone
    assert watcher.tend(wanted[2:])[0].state == "opening"
    watcher.tend([])


def test_what_changes_for_a_camera_is_a_line(capsys):
    """How many events wait for a broker that is away is not told each time."""
    troubles = [None, "m: can't be reached", "m: can't be reached, 1 undelivered",
                "m: can't be reached, 2 undelivered", "lost after 9 s", None]  # fmt: skip
    with fleet_table() as show:
        for trouble in troubles:
            camera = CameraStatus("door", state="live", trouble=trouble)
            show(FleetStatus((), ((camera, "here"),), 0))
    assert capsys.readouterr().err.splitlines() == [
        "door: live on here",
        "door: live on here: m: can't be reached",
        "door: live on here: lost after 9 s",
        "door: live on here",
    ]
