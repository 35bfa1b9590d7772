"""Streams joined from clips, and the figure's: what is in them is known."""

from __future__ import annotations

import csv
from itertools import pairwise

import numpy as np
import pytest

from har_live.errors import SourceError
from har_live.types import NONE, ClipSpec
from tests.support.clips_made import make_manifest
from tests.support.make_media import make_clip, number_in
from tests.support.weights_made import LABELS
from training.data.clip import Clip
from training.figure.script import DEFAULT_SCRIPT
from training.figure.source import FigureSource
from training.live.figure_streams import figure_streams
from training.live.measures import Span
from training.live.stream_builder import StreamSettings
from training.live.streams import clip_streams, in_two, unseen_stream

SPEC = ClipSpec(num_frames=8, grid_fps=8.0, image_size=64)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    return make_manifest(tmp_path_factory.mktemp("live-data"))


def streams_of(data, seed=0, **settings):
    return list(clip_streams(data, LABELS, SPEC, StreamSettings(24.0, seed, **settings)))


def test_streams_bear_what_live_use_bears(manifest):
    rates, dark, dropout, quiet = streams_of(manifest)
    for stream in (rates, dark, dropout):
        assert 24 <= stream.seconds < 36
        assert stream.kind == "actions"
        assert stream.frames[-1].pts_seconds < stream.seconds
        assert all(
            after.pts_seconds > before.pts_seconds for before, after in pairwise(stream.frames)
        )
        lengths = [span.seconds for span in stream.truth if span.label != NONE]
        assert min(lengths) >= 5 - 1e-6
        for frame in stream.frames[::7]:
            span = next(s for s in stream.truth if frame.pts_seconds < s.end_seconds - 1e-6)
            assert frame.truth == span.label
    steps = {round(b.pts_seconds - a.pts_seconds, 3) for a, b in pairwise(rates.frames)}
    assert {0.1, 0.042, 0.017} <= steps
    assert not rates.has_one_rate
    means = [
        np.mean(
            [
                f.image.mean()
                for f in dark.frames
                if s.start_seconds <= f.pts_seconds < s.end_seconds
            ]
        )
        for s in dark.truth
    ]
    assert means[2] < 0.35 * means[0]
    gaps = [b.pts_seconds - a.pts_seconds for a, b in pairwise(dropout.frames)]
    assert max(gaps) == pytest.approx(3.0, abs=0.1)
    assert sorted(gaps)[-2] < 0.1
    assert (quiet.name, quiet.kind) == ("quiet, seen in training", "nothing")
    assert {span.label for span in quiet.truth} == {NONE}
    assert quiet.seconds == pytest.approx(3 * 25 / 12, abs=0.2)


def test_the_seed_decides(manifest):
    def content(streams):
        return [(s.truth, [(f.pts_seconds, f.image.tobytes()) for f in s.frames]) for s in streams]

    assert content(streams_of(manifest, seed=1)) == content(streams_of(manifest, seed=1))
    assert content(streams_of(manifest, seed=1)) != content(streams_of(manifest, seed=2))


def test_one_camera_shows_one_clip_in_a_stretch(manifest):
    for one_camera, num_clips in ((True, 1), (False, 3)):
        dropout = streams_of(manifest, one_camera=one_camera)[2]
        later = [span for span in dropout.truth[1:] if span.label != NONE]
        assert later
        for start, end, _ in later:
            inside = [f.image for f in dropout.frames if start <= f.pts_seconds < end - 0.01]
            assert len({number_in(image) for image in inside}) == num_clips


ROWS = {
    "clips.csv": [
        ("surv-fight", "fight", "val"),
        ("surv-fight", "no_fight", "val"),
        ("office-signs", "sign_language", "val"),
    ],
    "films.csv": [
        ("falls", "fall", "val"),
        ("falls", "fall", "train"),
        ("falls", "sit", "train"),
        ("falls", "stand", "train"),
        ("fitness", "squat", "val"),
        ("fitness", "high_five", "val"),  # is left out everywhere
    ],
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A folder like the shared one: two manifests, and data sets of one label."""
    root = tmp_path_factory.mktemp("shared")
    for name, rows in ROWS.items():
        with (root / name).open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("path", "dataset", "label", "group", "split"))
            for number, (dataset, label, split) in enumerate(rows):
                path = f"{dataset}-{label}-{split}.mp4"
                pts_seconds = [index / 12 for index in range(25)]
                make_clip(root / path, pts_seconds=pts_seconds, size=(96, 48))
                writer.writerow((path, dataset, label, f"{name}{number}", split))
    return root


def played_in(data, labels):
    """By the streams' names: kind and labels in order."""
    streams = clip_streams(data, labels, SPEC, StreamSettings(12.0))
    return {s.name: (s.kind, [span.label for span in s.truth]) for s in streams}


def test_films_are_played_beside_clips_and_one_label_is_enough_where_nothing_is_done_between(
    shared,
):
    played = played_in(shared, (NONE, "fight", "fall", "squat", "sign_language"))
    assert played.keys() == {
        "falls, changing frame rate",
        "falls, seen in training",
        "fitness, dark stretches",
        "office-signs, a dropout",
        "surv-fight",
    }
    assert played["falls, seen in training"] == ("nothing", [NONE])
    for name, label in (("falls, changing frame rate", "fall"), ("surv-fight", "fight")):
        kind, labels = played[name]
        assert kind == "actions"
        assert labels[:3] == [label, NONE, label]
        assert set(labels) == {label, NONE}


def test_what_the_weights_do_not_know_is_nothing(shared):
    played = played_in(shared, (NONE, "fall"))
    assert played["office-signs"] == ("nothing", [NONE])
    assert played["surv-fight"] == ("nothing", [NONE])
    assert {kind for kind, _ in played.values()} == {"actions", "nothing"}


def test_pictures_are_small_and_know_their_shape(shared):
    stream = unseen_stream(shared, "fall", SPEC, StreamSettings(60.0))
    assert stream.kind == "nothing"
    assert stream.seconds == pytest.approx(2 * 25 / 12, abs=0.2)  # whatever the split
    assert {frame.picture.shape for frame in stream.frames} == {(48, 96, 3)}
    assert {frame.image.shape for frame in stream.frames} == {(128, 256, 3)}
    with pytest.raises(SourceError, match="shows juggle"):
        unseen_stream(shared, "juggle", SPEC, StreamSettings(60.0))


def test_the_figure_performs_what_the_weights_know_and_stands_about():
    acting, idle = figure_streams(LABELS, StreamSettings(seconds=3.0))
    assert acting.truth == (Span(0.0, 1.6, NONE), Span(1.6, 3.0, "wave"))
    assert acting.seconds == idle.seconds == 3.0
    assert [frame.pts_seconds for frame in acting.frames] == [i / 30 for i in range(90)]
    known = [passage for passage in DEFAULT_SCRIPT if passage.label in (NONE, *LABELS)]
    source = FigureSource(script=known, seconds=3.0, width=320, height=240)
    for index in (0, 50):
        assert np.array_equal(acting.frames[index].image, source.picture_at(index / 30))
    assert {span.label for span in idle.truth} == {NONE}
    assert [
        stream.kind for stream in figure_streams((NONE, "juggle"), StreamSettings(seconds=0.1))
    ] == ["nothing"]


def test_two_parts_share_no_group_and_have_as_much_of_each_label():
    clips = [
        Clip(f"{label}{i}.mp4", "a", label, f"{label}{i // 2}", "val")
        for label in ("wave", "walk")
        for i in range(8)
    ]
    first, second = in_two(clips)
    assert first | second == {clip.group for clip in clips}
    assert not first & second
    for label in ("wave", "walk"):
        assert sum(name.startswith(label) for name in first) == 2
