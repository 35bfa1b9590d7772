"""Every known layout becomes the same list of clips, and nothing is dropped without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from har_live.errors import SourceError
from training.data.layouts import read_clips


def touch(root: Path, *names: str) -> Path:
    """Empty files: a layout is read from names alone."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def facts(data: Path, *names: str) -> dict[str, tuple[str, ...]]:
    """path → the named fields of its clip."""
    _, clips = read_clips(data)
    return {clip.path: tuple(getattr(clip, name) for name in names) for clip in clips}


def test_folder_per_class(tmp_path: Path):
    touch(tmp_path, "walk/a.mp4", "walk/b.AVI", "jump/a.mp4")
    assert facts(tmp_path, "label", "split") == {
        "jump/a.mp4": ("jump", ""),
        "walk/a.mp4": ("walk", ""),
        "walk/b.AVI": ("walk", ""),
    }
    _, clips = read_clips(tmp_path)
    assert len({clip.group for clip in clips}) == 3  # nothing is known: each is its own group


def test_sub_folders_of_a_class_are_groups_shared_by_all_classes(tmp_path: Path):
    touch(tmp_path, "walk/anna/1.mp4", "walk/ben/1.mp4", "jump/anna/1.mp4")
    assert facts(tmp_path, "label", "group") == {
        "jump/anna/1.mp4": ("jump", "anna"),
        "walk/anna/1.mp4": ("walk", "anna"),
        "walk/ben/1.mp4": ("walk", "ben"),
    }


def test_a_folder_per_split(tmp_path: Path):
    touch(tmp_path, "train/walk/a.mp4", "validation/walk/b.mp4", "test/jump/c.mp4")
    assert facts(tmp_path, "label", "split") == {
        "test/jump/c.mp4": ("jump", "test"),
        "train/walk/a.mp4": ("walk", "train"),
        "validation/walk/b.mp4": ("walk", "val"),
    }


def test_the_only_folder_in_a_folder_is_the_data_set(tmp_path: Path):
    touch(tmp_path, "UCF50/Biking/v_Biking_g01_c01.avi", "UCF50/Diving/v_Diving_g02_c01.avi")
    root, clips = read_clips(tmp_path)
    assert (root, clips[0].dataset) == (tmp_path / "UCF50", "UCF50")
    assert [(clip.label, clip.group) for clip in clips] == [
        ("Biking", "Biking-g01"),
        ("Diving", "Diving-g02"),
    ]


def test_what_is_no_video_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    touch(tmp_path, "walk/a.mp4", "walk/a.xyz", "walk/b.xyz", "walk/notes.txt", "stray.mp4")
    assert list(facts(tmp_path)) == ["walk/a.mp4"]
    assert "stray.mp4 lies in no class folder" in caplog.text
    assert "2 × .xyz" in caplog.text
    assert ".txt" not in caplog.text


def test_a_class_folder_without_videos_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    touch(tmp_path, "walk/a.mp4", "jump/notes.txt")
    (tmp_path / "run").mkdir()
    assert list(facts(tmp_path)) == ["walk/a.mp4"]
    assert "no videos in class folders of" in caplog.text
    assert "left out: jump, run" in caplog.text
    caplog.clear()
    touch(tmp_path / "parts", "train/walk/a.mp4", "train/run/b.mp4", "val/walk/b.mp4")
    (tmp_path / "parts/val/run").mkdir()
    read_clips(tmp_path / "parts")
    assert "left out: val/run" in caplog.text


# --- UCF -----------------------------------------------------------------------------------------


@pytest.fixture
def ucf(tmp_path: Path) -> Path:
    names = [f"{label}/v_{label}_g0{g}_c01.avi" for label in ("Biking", "Diving") for g in (1, 2)]
    touch(tmp_path / "UCF-101", *names)
    lists = tmp_path / "ucfTrainTestlist"
    write(lists / "trainlist01.txt", *(f"{name} 1" for name in names if "g02" in name))
    write(lists / "testlist01.txt", *(name for name in names if "g01" in name))
    write(lists / "trainlist02.txt", *(f"{name} 1" for name in names if "g01" in name))
    write(lists / "testlist02.txt", *(name for name in names if "g02" in name))
    return tmp_path


def test_ucf_lists_that_lie_beside_are_followed(ucf: Path):
    assert facts(ucf / "UCF-101", "group", "split") == {
        "Biking/v_Biking_g01_c01.avi": ("Biking-g01", "val"),
        "Biking/v_Biking_g02_c01.avi": ("Biking-g02", "train"),
        "Diving/v_Diving_g01_c01.avi": ("Diving-g01", "val"),
        "Diving/v_Diving_g02_c01.avi": ("Diving-g02", "train"),
    }


def test_a_list_given_as_the_data_chooses_its_split(ucf: Path):
    root, clips = read_clips(ucf / "ucfTrainTestlist" / "testlist02.txt")
    assert root == ucf / "UCF-101"
    assert {(clip.group[-3:], clip.split) for clip in clips} == {("g01", "train"), ("g02", "val")}


def test_what_lists_and_disk_do_not_share_is_kept(ucf: Path, caplog: pytest.LogCaptureFixture):
    touch(ucf / "UCF-101", "Biking/own.avi")
    (ucf / "UCF-101/Diving/v_Diving_g01_c01.avi").unlink()
    known = facts(ucf / "UCF-101", "split", "group")
    assert known["Biking/own.avi"][0] == "unused"
    assert "1 clips are in no official list" in caplog.text
    assert known["Diving/v_Diving_g01_c01.avi"] == ("val", "Diving-g01")  # missing, and still there


def test_lists_of_another_data_set_are_left_alone(ucf: Path):
    touch(ucf / "UCF50", "Biking/v_Biking_g01_c01.avi", "Mixing/v_Mixing_g01_c01.avi")
    assert {split for (split,) in facts(ucf / "UCF50", "split").values()} == {""}


# --- HMDB51 and Kinetics -------------------------------------------------------------------------


def test_hmdb_codes_and_films(tmp_path: Path):
    files = [f"Film{n}_wave_f_nm_np1_ba_goo_0.avi" for n in range(3)]
    touch(tmp_path / "hmdb51_org", *(f"wave/{file}" for file in files), "clap/X_clap_u_1.avi")
    splits = tmp_path / "testTrainMulti_7030_splits"
    for number in (1, 2):
        codes = "102" if number == 1 else "012"
        lines = [f"{file} {code} " for file, code in zip(files, codes, strict=True)]
        write(splits / f"wave_test_split{number}.txt", *lines)
        write(splits / f"clap_test_split{number}.txt", "X_clap_u_1.avi 1")
    assert facts(tmp_path / "hmdb51_org", "group", "split") == {
        "clap/X_clap_u_1.avi": ("X", "train"),
        f"wave/{files[0]}": ("Film0", "train"),
        f"wave/{files[1]}": ("Film1", "unused"),
        f"wave/{files[2]}": ("Film2", "val"),
    }
    second = facts(splits / "wave_test_split2.txt", "split")
    assert [second[f"wave/{file}"] for file in files] == [("unused",), ("train",), ("val",)]


def test_kinetics_rows_find_their_files_and_keep_the_missing(tmp_path: Path):
    touch(tmp_path, "videos/abc_000010_000020.mp4", "train/juggling/d-f.mp4")
    table = write(
        tmp_path / "train.csv",
        "label,youtube_id,time_start,time_end,split",
        "clapping,abc,10,20,train",
        "juggling,d-f,3,13,validate",
        "juggling,gone,0,10,test",
    )
    expected = {
        "videos/abc_000010_000020.mp4": ("clapping", "abc", "train"),
        "train/juggling/d-f.mp4": ("juggling", "d-f", "val"),
        "juggling/gone_000000_000010.mp4": ("juggling", "gone", "test"),
    }
    assert facts(table, "label", "group", "split") == expected
    assert facts(tmp_path, "label", "group", "split") == expected


# --- refusals ------------------------------------------------------------------------------------


def test_a_manifest_is_read_and_a_row_without_label_refused(tmp_path: Path):
    good = write(tmp_path / "clips.csv", "path,label,group,split", "a.mp4,walk,g1,val")
    assert facts(tmp_path, "label", "group", "split", "dataset") == {
        "a.mp4": ("walk", "g1", "val", tmp_path.name)
    }
    write(good, "path,label", "a.mp4,")
    with pytest.raises(SourceError, match=r"clips\.csv has a row without path or label.*a\.mp4"):
        read_clips(tmp_path)


LABEL = "Aufschläge"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_manifest_is_read_as_spreadsheets_save_it(
    tmp_path: Path, encoding: str, delimiter: str, caplog: pytest.LogCaptureFixture
):
    rows = [("path", "label", "split"), (f"{LABEL}/a.mp4", LABEL, "Validation")]
    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    (tmp_path / "clips.csv").write_bytes(text.encode(encoding))
    assert facts(tmp_path, "label", "split") == {f"{LABEL}/a.mp4": (LABEL, "val")}
    assert ("is not UTF-8 and is read as Windows-1252" in caplog.text) == (encoding == "cp1252")


def test_commas_in_the_fields_of_a_semicolon_manifest_stay(tmp_path: Path):
    table = write(tmp_path / "mine.csv", "path;label", "a.mp4;sit, then stand, then go")
    assert facts(table, "label") == {"a.mp4": ("sit, then stand, then go",)}


def test_a_picture_named_csv_is_refused_in_one_line(tmp_path: Path):
    table = tmp_path / "clips.csv"
    table.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x81\x8d\x8f\x90\x9d")
    with pytest.raises(
        SourceError, match=r"clips\.csv is no text in UTF-8, UTF-16 or Windows-1252"
    ):
        read_clips(table)


def test_a_list_that_says_nothing_of_a_clip_is_refused_in_one_line(tmp_path: Path):
    touch(tmp_path / "set", "wave/a.avi")
    write(tmp_path / "set" / "wave_test_split1.txt", "a.avi")
    with pytest.raises(
        SourceError, match=r"wave_test_split1\.txt says neither 0, 1 nor 2 of a\.avi"
    ):
        read_clips(tmp_path / "set")
    table = write(tmp_path / "k.csv", "label,youtube_id,time_start,time_end", "wave,abc,,20")
    with pytest.raises(SourceError, match=r"k\.csv has a row whose times are no numbers"):
        read_clips(table)


@pytest.mark.parametrize(
    ("name", "lines", "message"),
    [
        ("nothing", None, "no data at .*nothing: expected a manifest CSV or a folder of classes"),
        ("table.csv", ["a,b", "1,2"], "table.csv is no manifest: it needs the columns path and"),
        ("table.csv", ["path,label"], "table.csv names no clip"),
        ("words.txt", ["hello"], "words.txt is no data set: expected a manifest CSV, a folder"),
        ("trainlist01.txt", ["Biking/x.avi 1"], "the videos that .*trainlist01.txt lists are not"),
    ],
)
def test_what_is_no_data_set_is_refused_in_one_line(tmp_path: Path, name, lines, message):
    data = tmp_path / "lists" / name
    if lines:
        write(data, *lines)
    with pytest.raises(SourceError, match=message) as error:
        read_clips(data)
    assert "\n" not in str(error.value)


def test_an_empty_folder_is_refused(tmp_path: Path):
    touch(tmp_path, "walk/readme.txt")
    with pytest.raises(SourceError, match=r"no videos in .*: expected one folder of videos per"):
        read_clips(tmp_path)
