"""Clips to learn from: how they are split, and what is seen of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from har_live.errors import HarLiveError, SourceError
from har_live.types import ClipSpec
from tests.support.films_made import LRCN, material
from training.data.clip import Clip
from training.data.pixel_dataset import (
    EpochOrder,
    LearntWindows,
    cache_settings,
)
from training.data.pixel_windows import Variation
from training.data.split import choose_labels, split_clips
from training.labels import mirrored_label
from training.learn.presets import preset_of


def test_what_a_window_shows_depends_on_seed_epoch_and_clip_alone(tmp_path: Path):
    films = material(tmp_path, LRCN)

    def windows(seed: int) -> LearntWindows:
        return LearntWindows(
            films.learnt, films.labels, LRCN.clip, variation=Variation(), seed=seed
        )

    once, again, other = windows(1), windows(1), windows(2)
    _ = [again[0, number] for number in range(8)]  # whatever was read before
    assert torch.equal(once[3, 2][0], again[3, 2][0])
    assert not torch.equal(once[3, 2][0], once[4, 2][0])
    assert not torch.equal(once[3, 2][0], other[3, 2][0])


def test_a_mirrored_clip_gets_the_other_sides_label(tmp_path: Path):
    films = material(tmp_path, LRCN)
    learnt = LearntWindows(
        films.learnt, films.labels, LRCN.clip, variation=Variation(crop=0, dark=0, lost=0), seed=0
    )
    names = []
    for epoch in range(12):
        window, label = learnt[epoch, 1]  # to_right
        columns = window.float().mean(dim=(1, 3)).argmax(dim=1)
        moved = "to_right" if columns[-1] > columns[0] else "to_left"
        assert films.labels[label] == moved
        names.append(moved)
    assert set(names) == {"to_left", "to_right"}


@pytest.mark.parametrize(
    ("label", "labels", "mirrored"),
    [
        ("wave", ("wave",), "wave"),
        ("Left_Hook", ("Left_Hook", "Right_Hook"), "Right_Hook"),
        ("turn_left", ("turn_left",), None),
        ("tennis_serve", ("tennis_serve",), None),
    ],
)
def test_labels_in_the_mirror(label, labels, mirrored):
    assert mirrored_label(label, labels) == mirrored


def test_every_clip_is_seen_once_an_epoch_by_all_processes_together():
    orders = [EpochOrder(7, seed=0, rank=rank, world_size=2) for rank in range(2)]
    for order in orders:
        order.set_epoch(5)
    shares = [list(order) for order in orders]
    assert [len(share) for share in shares] == [4, 4]
    assert {number for share in shares for _, number in share} == set(range(7))
    assert {epoch for share in shares for epoch, _ in share} == {5}
    one = EpochOrder(7, seed=0, rank=0, world_size=1)
    one.set_epoch(5)
    together = [key for pair in zip(*shares, strict=True) for key in pair]
    assert together[:7] == list(one)


def clips_of(*splits: str) -> list[Clip]:
    return [
        Clip(f"{label}-{group}-{n}", "set", label, f"group-{group}", splits[group % len(splits)])
        for label in ("a", "b")
        for group in range(8)
        for n in range(3)
    ]


def test_the_leaky_split_measures_as_many_clips_and_has_siblings_on_both_sides():
    safe, leaky = split_clips(clips_of("")), split_clips(clips_of(""), leaky=True)

    def groups(clips: list[Clip], split: str) -> set[str]:
        return {clip.group for clip in clips if clip.split == split}

    assert not groups(safe, "train") & groups(safe, "val")
    assert groups(leaky, "train") & groups(leaky, "val")
    measured = [sum(clip.split == "val" for clip in clips) for clips in (safe, leaky)]
    assert measured[0] == measured[1]


def test_without_a_val_part_it_is_taken_from_train_and_test_stays_untouched():
    clips = split_clips(clips_of("train", "train", "train", "test"))
    before = {clip.path for clip in clips_of("train", "train", "train", "test")}
    assert {clip.path for clip in clips} == before
    parts = {split: {c.group for c in clips if c.split == split} for split in ("train", "val")}
    assert parts["val"]
    assert not parts["train"] & parts["val"]
    assert {clip.group for clip in clips if clip.split == "test"} == {"group-3", "group-7"}


def test_two_people_are_one_to_learn_from_and_one_to_measure_on():
    clips = [
        Clip(f"{label}-{group}-{n}", "set", label, group)
        for group, count in (("anna", 3), ("ben", 2))
        for label in ("a", "b")
        for n in range(count)
    ]
    sides = {(clip.group, clip.split) for clip in split_clips(clips)}
    assert sides == {("anna", "train"), ("ben", "val")}


def test_unknown_labels_and_presets_name_the_known_ones():
    with pytest.raises(SourceError, match="no clips of c; there are a, b"):
        choose_labels(clips_of(""), ["a", "c"])
    with pytest.raises(HarLiveError, match="no preset 'nope' among seed-lrcn, seed-convlstm"):
        preset_of("nope")


def test_labels_with_commas_are_chosen_as_they_are_written_in_one_option():
    labels = ("sit", "sit, then stand", "stand", "walk")
    clips = [Clip(label, "set", label, "g") for label in labels]

    def chosen(*wanted: str) -> list[str]:
        return [clip.label for clip in choose_labels(clips, wanted)]

    assert chosen("walk", "sit", "then stand") == ["sit, then stand", "walk"]  # split at commas
    assert chosen("sit,then stand") == ["sit, then stand"]
    assert chosen("sit", "stand") == ["sit", "stand"]
    assert chosen() == list(labels)
    with pytest.raises(SourceError, match="no clips of then stand; there are sit, sit, then"):
        chosen("walk", "then stand")


def test_cached_frames_fit_the_grid():
    for grid_fps in (3.0, 10.0, 24.0, 30.0):
        cached = cache_settings(ClipSpec(grid_fps=grid_fps, image_size=64))
        assert cached.cache_fps >= 24
        assert cached.cache_fps % grid_fps == 0
    assert preset_of("seed-lrcn", grid_fps=10.0).clip.grid_fps == 10.0
    assert preset_of("seed-lrcn").clip.grid_fps == 3.0
