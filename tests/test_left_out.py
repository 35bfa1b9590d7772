"""An action left out of training: nothing of it is learnt, and what is said of it is measured."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.models.pose_motion import NUM_FEATURES
from har_live.types import ClipSpec
from tests.clips_made import make_manifest
from training.features.bank import Bank
from training.learn.settings import TrainSettings
from training.live.left_out import leave_out, without
from training.live.streams import StreamSettings

SPEC = ClipSpec(image_size=192)
SLOPES = {"walk": 1.0, "jump": -1.0, "wave": 0.0}
"""How features go through a window: the unseen one like neither of the others."""


def ramps(count: int, seed: int) -> Bank:
    rng = np.random.default_rng(seed)
    rise = np.linspace(-1, 1, SPEC.num_frames)[None, :, None]
    shape = (count, SPEC.num_frames, NUM_FEATURES)
    vectors = [slope * rise + rng.normal(0, 0.3, shape) for slope in SLOPES.values()]
    return Bank(
        vectors=np.concatenate(vectors).astype(np.float16),
        maps=np.zeros((3 * count, 0), np.float16),
        labels=np.repeat(list(SLOPES), count),
        datasets=np.array(["ramps"] * 3 * count),
        groups=np.arange(3 * count).astype(str),
        sources=np.arange(3 * count).astype(str),
    )


def test_without_leaves_all_else_as_it_is():
    bank = ramps(2, 0)
    rest = without(bank, "jump")
    assert rest.labels.tolist() == ["walk", "walk", "wave", "wave"]
    assert np.array_equal(rest.vectors, bank.vectors[[0, 1, 4, 5]])


def test_a_label_left_out_is_met_as_something_unknown(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    settings = TrainSettings(
        hidden=(8,), epochs=6, batch_size=8, learning_rate=0.02, windows_per_epoch=64
    )
    met = leave_out(
        "wave",
        (ramps(16, 0), None, ramps(8, 1)),
        make_manifest(data),
        None,
        tmp_path / "out",
        SPEC,
        streams=StreamSettings(seconds=4.0),
        settings=settings,
    )
    assert met.num_windows == 8
    assert met.learnt_right == 1.0
    assert met.auroc["best_probability"] > 0.9
    assert met.seconds == pytest.approx(4.2, abs=0.2)  # two clips, a data set's own label or not
    assert set(met.taken_for) <= {"walk", "jump"}
    alarms = sum(met.taken_for.values())
    assert met.false_alarms_per_hour == pytest.approx(alarms / met.seconds * 3600)
