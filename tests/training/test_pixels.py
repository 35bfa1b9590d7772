"""Networks trained on pictures: they learn, order matters, and nothing depends on how it ran."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import torch
from lightning.pytorch.callbacks import Callback
from safetensors.torch import load_file

from har_live.card import ModelCard, Weights, open_weights
from har_live.errors import HarLiveError, SinkError
from har_live.models.build import build_model
from har_live.models.config import NetworkSpec
from tests.support.films_made import CONVLSTM, LRCN, material, passing, save_film
from training.data.pixel_dataset import LearntWindows
from training.data.pixel_windows import Variation
from training.learn.clips import gather, keep
from training.learn.fit_settings import FitSettings, MachineSettings
from training.learn.pixels import card_of, set_first_weights, train_on
from training.learn.presets import preset_of
from training.measure.plots import draw_confusion

torch.set_num_threads(1)
CPU = MachineSettings(accelerator="cpu")


def trained(
    folder: Path,
    preset: NetworkSpec,
    *,
    run: str = "run",
    epochs: int,
    rate: float = 0.01,
    **options,
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
    tmp_path: Path, preset: NetworkSpec, epochs: int, rate: float
):
    fitted, results = trained(tmp_path, preset, epochs=epochs, rate=rate)
    assert results.measures["top1"] == 1.0
    assert results.confusion.tolist() == [[4, 0], [0, 4]]
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
    machines = MachineSettings(accelerator="cpu", precision="bf16-mixed")
    films = material(tmp_path, CONVLSTM)
    fitted, _ = train_on(films, CONVLSTM, tmp_path, settings, machines, variation=None)
    assert all(value.isfinite().all() for value in fitted.model.state_dict().values())


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two classes with two people each, as a user would have it."""
    root = tmp_path_factory.mktemp("videos")
    for number, label in enumerate(("to_left", "to_right") * 4):
        person = "anna" if number < 4 else "ben"
        film = passing(32, backward=label == "to_left", row=2 * number, num_frames=12)
        path = root / label / person / f"{number}.mp4"
        save_film(path, film)
    return root


SHORT = ("--epochs", "2", "--batch-size", "4", "--accelerator", "cpu")


def test_two_processes_learn_what_one_does(videos: Path, tmp_path: Path, small_weights):
    # The network of these weights has no dropout, which would differ between processes.
    network, cache = small_weights("convlstm").folder, tmp_path / "cache"
    command = [sys.executable, "-m", "training", "train-pixels", str(videos), *SHORT]
    command += ["--preset", str(network), "--cache", str(cache), "--devices", "2"]
    subprocess.run(
        [*command, "--out", str(tmp_path / "two")], check=True, timeout=250, capture_output=True
    )
    preset = preset_of(str(network))
    settings = FitSettings(epochs=2, batch_size=4)
    films = gather(videos, cache, preset.clip)
    fitted, results = train_on(films, preset, tmp_path / "one", settings, CPU)
    card = open_weights(tmp_path / "two").card
    assert card.metrics["clips"] == len(films.measured) == 4
    assert card.metrics["macro_f1"] == pytest.approx(results.measures["macro_f1"])
    two = load_file(tmp_path / "two" / "model.safetensors")
    for name, value in fitted.model.state_dict().items():
        # The file keeps halves.
        torch.testing.assert_close(two[name].to(value.dtype), value, atol=1e-4, rtol=1e-3)


def only_the_card(_model, card: ModelCard, folder: Path) -> Weights:
    """Instead of an export, which other tests hold and which takes seconds."""
    folder.mkdir()
    return Weights(folder, card)


def test_a_leaky_split_is_marked_wherever_its_figures_go(videos: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("training.learn.clips.export_weights", only_the_card)
    safe, leaky = (
        gather(videos, tmp_path / "cache", CONVLSTM.clip, leaky=leaky) for leaky in (False, True)
    )
    assert safe.marks({})["leaky"] is False
    assert safe.split == "by group (2 groups): 4 clips learnt, 4 measured"
    settings = FitSettings(epochs=1, batch_size=4)
    fitted, results = train_on(leaky, CONVLSTM, tmp_path / "run", settings, CPU)
    draw_confusion(results.confusion, list(leaky.labels), tmp_path / "unmarked.png")
    weights = keep(fitted, results, leaky, card_of("test", CONVLSTM, leaky), tmp_path / "kept")
    assert weights.card.metrics["leaky"] is True
    assert "LEAKY, groups ignored" in weights.card.accuracy
    assert not is_red(tmp_path / "unmarked.png")
    assert is_red(weights.folder / "confusion.png")
    assert is_red(weights.folder / "curves.png")


def is_red(picture: Path) -> bool:
    """Whether a picture begins with the line that marks it."""
    blue, green, red = cv2.imread(str(picture))[2, 2].tolist()
    return red > 150 > 100 > max(blue, green)
