"""Networks trained on pictures: they learn, order matters, and nothing depends on how it ran."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from lightning.pytorch.callbacks import Callback
from safetensors.torch import load_file

from har_live.card import ModelCard, Weights, open_weights
from har_live.errors import HarLiveError, SinkError, SourceError
from har_live.models.build import build_model
from har_live.models.config import ModelConfig, Preset
from har_live.types import ClipSpec
from tests.make_media import make_clip
from training.data.clip_windows import (
    EpochOrder,
    LearntWindows,
    cache_settings,
    choose_labels,
    mirrored_label,
    split_clips,
)
from training.data.layouts import Clip
from training.data.windows import Variation
from training.learn.fit import FitSettings, Machines
from training.learn.pixels import (
    Material,
    card_of,
    gather,
    keep,
    preset_of,
    set_first_weights,
    train_on,
)
from training.measure.plots import draw_confusion

torch.set_num_threads(1)
LRCN = Preset(
    ModelConfig("lrcn", "seed_cnn", hidden=(16,), encoder_options={"dropout": 0.1}, dropout=0.2),
    ClipSpec(num_frames=6, grid_fps=12.0, image_size=64),
)
CONVLSTM = Preset(
    ModelConfig("convlstm", "pixels", hidden=(8,), pool=True),
    ClipSpec(num_frames=6, grid_fps=12.0, image_size=16),
)
CPU = Machines(accelerator="cpu")


def passing(size: int, *, backward: bool, row: int, num_frames: int = 13) -> np.ndarray:
    """(K, S, S, 3): a bright bar passes from left to right, or the same film backward."""
    film = np.full((num_frames, size, size, 3), 30, np.uint8)
    side = size // 4
    for number, frame in enumerate(film):
        left = round(number / (num_frames - 1) * (size - side))
        frame[row : row + side, left : left + side] = 230
    return film[::-1] if backward else film


def material(folder: Path, preset: Preset, *, per_label: int = 4) -> Material:
    """Cached films of two labels, one the reverse of the other; measured on what was learnt."""
    folder.mkdir(parents=True, exist_ok=True)
    size = preset.clip.image_size
    index = []
    for number in range(per_label):
        for label in ("to_left", "to_right"):
            film = passing(size, backward=label == "to_left", row=number * size // 6)
            path = folder / f"{label}-{number}.npy"
            np.save(path, film)
            index.append((Clip(path.name, "films", label, f"{label}-{number}"), path))
    return Material(index, index, ("to_left", "to_right"), leaky=False, groups=len(index))


def trained(
    folder: Path, preset: Preset, *, run: str = "run", epochs: int, rate: float = 0.01, **options
):
    settings = FitSettings(epochs=epochs, batch_size=4, learning_rate=rate, patience=99)
    films = material(folder / "films", preset)
    variation = options.pop("variation", None)
    return train_on(films, preset, folder / run, settings, CPU, variation=variation, **options)


# --- learning ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "epochs", "rate"), [(LRCN, 20, 0.01), (CONVLSTM, 30, 0.03)], ids=["lrcn", "convlstm"]
)
def test_a_tiny_set_is_learnt_by_heart_though_one_label_is_the_other_backward(
    tmp_path: Path, preset: Preset, epochs: int, rate: float
):
    fitted, reached = trained(tmp_path, preset, epochs=epochs, rate=rate)
    assert reached.measures["top1"] == 1.0
    assert reached.confusion.tolist() == [[4, 0], [0, 4]]
    film = torch.from_numpy(passing(preset.clip.image_size, backward=False, row=0)[::2].copy())
    with torch.inference_mode():
        forward, backward = (fitted.model(clip[None]) for clip in (film, film.flip(0)))
    assert forward.argmax().item() == 1
    assert backward.argmax().item() == 0


def test_a_fresh_network_answers_to_the_picture_and_its_cells_remember():
    torch.manual_seed(0)
    preset = preset_of("seed-lrcn")
    model = build_model(preset.model, image_size=64, num_labels=4).eval()
    clips = torch.randint(0, 256, (4, 5, 64, 64, 3), dtype=torch.uint8)
    with torch.inference_mode():
        before = model.clip_features(clips).std(dim=0).mean()
        set_first_weights(model)
        after = model.clip_features(clips).std(dim=0).mean()
    assert after > 2 * before
    forget = model.cells.from_input[0].bias[32:64]
    assert torch.equal(forget, torch.ones(32))


class PowerCut(Callback):
    """Ends a training in the middle of an epoch."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, trainer, *_: object) -> None:
        if trainer.current_epoch == self.epoch:
            raise RuntimeError("power cut")


@pytest.fixture
def broken_run(tmp_path: Path) -> Path:
    """A folder with a training that was cut off in its third epoch."""
    with pytest.raises(RuntimeError, match="power cut"):
        trained(tmp_path, LRCN, epochs=4, variation=Variation(), callbacks=[PowerCut(2)])
    return tmp_path


def test_a_resumed_training_gives_the_weights_of_an_unbroken_one(broken_run: Path):
    # With dropout and variation: whatever is drawn at random is drawn again.
    resumed, _ = trained(broken_run, LRCN, epochs=4, variation=Variation(), resume=True)
    unbroken, _ = trained(broken_run, LRCN, epochs=4, variation=Variation(), run="unbroken")
    expected = unbroken.model.state_dict()
    for name, value in resumed.model.state_dict().items():
        assert torch.equal(value, expected[name]), name
    assert resumed.log.read_text() == unbroken.log.read_text()
    assert resumed.best_epoch == unbroken.best_epoch


def test_every_epoch_sees_every_clip_in_windows_of_its_own(tmp_path: Path, monkeypatch):
    seen = []
    look = LearntWindows.__getitem__
    monkeypatch.setattr(
        LearntWindows, "__getitem__", lambda self, key: (seen.append(key), look(self, key))[1]
    )
    trained(tmp_path, CONVLSTM, epochs=2)
    assert sorted(seen) == [(epoch, number) for epoch in range(2) for number in range(8)]


def test_a_training_is_neither_overwritten_nor_resumed_as_another(broken_run: Path):
    with pytest.raises(SinkError, match="holds a training: --resume goes on with it"):
        trained(broken_run, LRCN, epochs=4)
    with pytest.raises(HarLiveError, match="was begun with epochs 4, not 5"):
        trained(broken_run, LRCN, epochs=5, resume=True)
    (broken_run / "run").rename(broken_run / "moved")
    with pytest.raises(HarLiveError, match=r"moved was begun as .*run: move it back there"):
        trained(broken_run, LRCN, epochs=4, run="moved", resume=True)


def test_bfloat16_trains_too(tmp_path: Path):
    settings = FitSettings(epochs=1, batch_size=4)
    machines = Machines(accelerator="cpu", precision="bf16-mixed")
    films = material(tmp_path, CONVLSTM)
    fitted, _ = train_on(films, CONVLSTM, tmp_path, settings, machines, variation=None)
    assert all(value.isfinite().all() for value in fitted.model.state_dict().values())


# --- data ----------------------------------------------------------------------------------------


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


def test_cached_frames_fit_the_grid():
    for grid_fps in (3.0, 10.0, 24.0, 30.0):
        cached = cache_settings(ClipSpec(grid_fps=grid_fps, image_size=64))
        assert cached.cache_fps >= 24
        assert cached.cache_fps % grid_fps == 0
    assert preset_of("seed-lrcn", grid_fps=10.0).clip.grid_fps == 10.0
    assert preset_of("seed-lrcn").clip.grid_fps == 3.0


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two classes with two people each, as a user would have it."""
    root = tmp_path_factory.mktemp("videos")
    for number, label in enumerate(("to_left", "to_right") * 4):
        person = "anna" if number < 4 else "ben"
        film = passing(32, backward=label == "to_left", row=2 * number, num_frames=12)
        path = root / label / person / f"{number}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        make_clip(
            path,
            size=(32, 32),
            pts_seconds=[i / 10 for i in range(12)],
            picture=lambda index, _width, _height, film=film: film[index].copy(),
        )
    return root


SHORT = ("--epochs", "2", "--batch-size", "4", "--accelerator", "cpu")


def test_two_processes_learn_what_one_does(videos: Path, tmp_path: Path, small_weights):
    # The network of these weights has no dropout, which would differ between processes.
    network, cache = small_weights("convlstm").folder, tmp_path / "cache"
    command = [sys.executable, "-m", "training", "train-pixels", str(videos), *SHORT]
    command += ["--preset", str(network), "--cache", str(cache), "--devices", "2"]
    subprocess.run(
        [*command, "--out", str(tmp_path / "two")], check=True, timeout=100, capture_output=True
    )
    preset = preset_of(str(network))
    settings = FitSettings(epochs=2, batch_size=4)
    films = gather(videos, cache, preset.clip)
    fitted, reached = train_on(films, preset, tmp_path / "one", settings, CPU)
    card = open_weights(tmp_path / "two").card
    assert card.metrics["clips"] == len(films.measured) == 4
    assert card.metrics["macro_f1"] == pytest.approx(reached.measures["macro_f1"])
    two = load_file(tmp_path / "two" / "model.safetensors")
    for name, value in fitted.model.state_dict().items():
        # The file keeps halves.
        torch.testing.assert_close(two[name].to(value.dtype), value, atol=1e-4, rtol=1e-3)


def only_the_card(_model, card: ModelCard, folder: Path) -> Weights:
    """Instead of an export, which other tests hold and which takes seconds."""
    folder.mkdir()
    return Weights(folder, card)


def test_a_leaky_split_is_marked_wherever_its_figures_go(videos: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("training.learn.pixels.export_weights", only_the_card)
    safe, leaky = (
        gather(videos, tmp_path / "cache", CONVLSTM.clip, leaky=leaky) for leaky in (False, True)
    )
    assert safe.marks({})["leaky"] is False
    assert safe.split == "by group (2 groups): 4 clips learnt, 4 measured"
    settings = FitSettings(epochs=1, batch_size=4)
    fitted, reached = train_on(leaky, CONVLSTM, tmp_path / "run", settings, CPU)
    draw_confusion(reached.confusion, list(leaky.labels), tmp_path / "unmarked.png")
    weights = keep(fitted, reached, leaky, card_of("test", CONVLSTM, leaky), tmp_path / "kept")
    assert weights.card.metrics["leaky"] is True
    assert "LEAKY, groups ignored" in weights.card.accuracy
    assert not is_red(tmp_path / "unmarked.png")
    assert is_red(weights.folder / "confusion.png")
    assert is_red(weights.folder / "curves.png")


def is_red(picture: Path) -> bool:
    """Whether a picture begins with the line that marks it."""
    blue, green, red = cv2.imread(str(picture))[2, 2].tolist()
    return red > 150 > 100 > max(blue, green)
