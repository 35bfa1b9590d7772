"""Many videos, one recognizer: each as alone, whatever becomes of the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from har_live.errors import SinkError, SourceError
from har_live.files.annotate import annotate
from har_live.files.annotate_many import annotate_all, output_paths
from har_live.recognizer import Recognizer
from har_live.sources.media import MediaSource
from tests.support.make_media import make_clip


@pytest.fixture(scope="module")
def recognizer(small_weights) -> Recognizer:
    return Recognizer(small_weights("lrcn"), device="cpu")


@pytest.fixture
def clips(tmp_path) -> list[Path]:
    (tmp_path / "b").mkdir()
    return [
        make_clip(tmp_path / name, pts_seconds=[i / fps for i in range(2 * fps)], size=(160, 120))
        for name, fps in (("in.mp4", 20), ("b/in.mkv", 25))
    ]


def test_each_is_as_alone(recognizer, clips, tmp_path):
    done = annotate_all(clips, tmp_path / "out", recognizer, events=[".csv"])
    assert [one.output.name for one in done] == ["in.mp4", "in-2.mkv"]
    for one, clip in zip(done, clips, strict=True):
        alone = annotate(clip, recognizer, sinks=[tmp_path / f"alone{clip.suffix}"])
        assert one.source == str(clip)
        assert one.result.num_frames == alone.num_frames
        assert one.result.segments == alone.segments
        for mine, other in zip(one.result.predictions, alone.predictions, strict=True):
            np.testing.assert_array_equal(mine.scores, other.scores)
        with MediaSource(one.output) as written:
            assert len(list(written)) == alone.num_frames
        assert one.output.with_suffix(".csv").read_text().startswith("start_seconds,")


def test_one_that_fails_stops_no_other(recognizer, clips, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "in.mp4").write_text("mine")
    done = annotate_all([clips[0], "/nowhere/x.mp4", clips[1]], folder, recognizer)
    kinds = [type(one.result).__name__ for one in done]
    assert kinds == [SinkError.__name__, SourceError.__name__, "Recognition"]
    assert sorted(path.name for path in folder.iterdir()) == ["in-2.mkv", "in.mp4"]
    assert (folder / "in.mp4").read_text() == "mine"


def test_names_never_collide():
    sources = ["a/In.mp4", "b/in.avi", "c/in-2.mp4", "figure", "https://x.org/v/in.mp4?key=secret"]
    names = [video.name for video, _ in output_paths(sources, Path("out"))]
    assert names == ["In.mp4", "in-2.mp4", "in-2-2.mp4", "figure.mp4", "in-3.mp4"]


def test_a_folder_that_can_not_be_and_an_unknown_kind_are_refused(recognizer, clips, tmp_path):
    with pytest.raises(SinkError, match="can't make the folder"):
        annotate_all(clips, clips[0] / "out", recognizer)
    with pytest.raises(ValueError, match=r"events is '\.doc'; expected one of \.jsonl"):
        annotate_all(clips, tmp_path, recognizer, events=[".doc"])


def test_no_output_takes_the_place_of_a_source_still_to_be_read(recognizer, tmp_path):
    for folder, num_frames in (("a", 10), ("b", 18)):
        (tmp_path / folder).mkdir()
        times = [i / 10 for i in range(num_frames)]
        make_clip(tmp_path / folder / "in.mp4", pts_seconds=times, size=(160, 120))
    sources = [tmp_path / folder / "in.mp4" for folder in ("a", "b")]
    before = sources[1].read_bytes()
    done = annotate_all(sources, tmp_path / "b", recognizer, overwrite=True)
    assert [one.output.name for one in done] == ["in-2.mp4", "in-3.mp4"]
    assert [one.result.num_frames for one in done] == [10, 18]
    assert sources[1].read_bytes() == before


def test_events_take_no_sources_place_either(tmp_path):
    source = tmp_path / "in.srt"
    source.write_text("not a video, but its user's all the same")
    (video, events), *_ = output_paths(["x/in.mp4", str(source)], tmp_path, [".srt"])
    assert (video.name, [path.name for path in events]) == ("in-2.mp4", ["in-2.srt"])
