"""A user's own folder: weights that know other labels, made from weights that ship."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from har_live.card import open_weights
from har_live.recognizer import Recognizer
from tests.films_made import passing, save_film
from training.learn.adapt import FEW_CLIPS, AdaptSettings, adapt
from training.measure.evaluate import answers_of, figures

torch.set_num_threads(1)
LABELS = ("none", "to_left", "to_right")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two people, three classes: a bar that passes one way, the other way, or stands still."""
    for number in range(18):
        label, person = LABELS[number % 3], ("anna", "ben", "eve")[number // 6]
        film = passing(48, backward=label == "to_left", row=2 * number, num_frames=10)
        if label == "none":
            film[:] = film[0]
        path = tmp_path / "clips" / label / person / f"{number}.mp4"
        save_film(path, film)
    return tmp_path / "clips"


def test_weights_learn_other_labels_and_keep_their_encoder(
    folder: Path, tmp_path: Path, small_weights
):
    shipped = small_weights("lrcn")
    fit = FEW_CLIPS
    settings = AdaptSettings(copies=3, fit=fit)
    made = adapt(
        folder, shipped, tmp_path / "mine", tmp_path / "cache", settings, show_progress=False
    )
    again = open_weights(tmp_path / "mine")
    assert again.card == made.card
    assert again.card.labels == LABELS
    assert again.card.clip == shipped.card.clip
    assert (tmp_path / "mine" / "confusion.png").exists()
    before, after = (load_file(w.tensors_path) for w in (shipped, again))
    kept = [name for name in before if name.startswith("encoder.")]
    assert kept
    assert all(torch.equal(before[name], after[name]) for name in kept)
    assert not torch.equal(
        before["cells.from_hidden.0.weight"], after["cells.from_hidden.0.weight"]
    )
    # Through the Recognizer that runs live, on all clips.
    reached = figures(answers_of(Recognizer(again), folder, split=""))
    assert reached["clips"] == 18
    assert reached["top1"] > 0.6  # chance is a third
