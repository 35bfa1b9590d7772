"""Stage 2: a network learns from takes, goes on after an interruption, and says what it is from."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from har_live.errors import HarLiveError, SinkError
from har_live.people.motion import NUM_MOTION
from har_live.types import WHOLE_PICTURE
from tests.support.takes_made import BODY, LEFT_ARM, RIGHT_ARM, raised
from training.learn.fit_settings import MachineSettings
from training.provenance import RECIPE_FILE, chain, write_recipe
from training.recipe.find_joints import CLIP, Seen
from training.recipe.joint_windows import Windows, cut
from training.recipe.train import learnt_takes, load_trained, train
from training.recipe.train_settings import TrainSettings

torch.set_num_threads(1)
CPU = MachineSettings(accelerator="cpu")
SHORT = TrainSettings(epochs=2, steps=3, batch_size=8, lift_steps=2)
UP = raised(LEFT_ARM, RIGHT_ARM)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Recorded movements of two sources and clips of a third: arms up are ``clap``."""
    root = tmp_path / "data"
    (root / "skeletons").mkdir(parents=True)
    bodies = {"clap": UP, "walk": BODY}
    rows = [(source, label) for source in ("jhmdb", "kard") for label in bodies for _ in range(4)]
    frames = np.concatenate([_frames(bodies[label], 45) for _, label in rows])
    np.savez(
        root / "skeletons" / "recorded.npz",
        joints=frames.astype(np.float16),
        starts=np.arange(len(rows) + 1) * 45,
        labels=np.array([label for _, label in rows]),
        sources=np.array([source for source, _ in rows]),
        subjects=np.array([f"s{number % 4}" for number in range(len(rows))]),
        is3d=np.array([source == "kard" for source, _ in rows]),
        names=np.array([f"take-{number}" for number in range(len(rows))]),
    )
    _save_left_out(root / "skeletons" / "msr_action3d.npz", "pickup_and_throw", "subjects", (20, 4))
    _save_left_out(root / "skeletons" / "bandai_namco.npz", "slash", "styles", (22, 3))
    table = [("path", "dataset", "label", "group", "split")]
    for number, label in enumerate(("clap", "walk", "walk")):
        split = "val" if number == 2 else "train"
        table.append((f"clips/{number}.mp4", "fitness", label, f"g{number}", split))
        _save_seen(tmp_path / "joints" / f"clips/{number}.mp4.npz", bodies[label])
    with (root / "clips.csv").open("w", newline="") as file:
        csv.writer(file).writerows(table)
    write_recipe(tmp_path / "joints", inputs=[root / "clips.csv"])
    return root


def _frames(body: np.ndarray, count: int) -> np.ndarray:
    """(F, 13, 3)."""
    return np.repeat(np.concatenate([body, np.zeros((13, 1))], axis=1)[None], count, axis=0)


def _save_left_out(path: Path, label: str, people: str, shape: tuple[int, int]) -> None:
    """One take that teaches nothing, as the two older sources are stored."""
    own = {people: np.array(["1"]), "labels": np.array([label]), "names": np.array(["x"])}
    joints = np.random.default_rng(0).uniform(150, 200, (9, *shape)).astype(np.float32)
    np.savez(path, joints=joints, starts=np.array([0, 9]), **own)


def _save_seen(path: Path, body: np.ndarray) -> None:
    joints = np.zeros((2, 24, 13, 3), np.float32)
    joints[1, ..., :2], joints[1, ..., 2] = 0.2 * body + 0.5, 0.9
    motion = np.random.default_rng(0).normal(size=(48, NUM_MOTION)).astype(np.float16)
    people = np.array([WHOLE_PICTURE, 1])
    seen = Seen(people, np.array([0, 24, 48]), joints.reshape(-1, 13, 3), motion)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **seen._asdict())


def trained(data: Path, name: str, settings: TrainSettings = SHORT, **options) -> Path:
    """The folder of a training."""
    run = data.parent / name
    train(data, data.parent / "joints", run, settings, CPU, **options)
    return run


def tensors(run: Path) -> dict[str, torch.Tensor]:
    return load_trained(run)[0].state_dict()


def test_what_is_learnt_from_is_the_train_split_and_what_is_recorded(data: Path):
    takes = learnt_takes(data, data.parent / "joints", SHORT)
    assert sorted({take.dataset for take in takes}) == ["fitness", "jhmdb", "kard"]
    assert [take.name for take in takes if take.motion is not None] == [
        "clips/0.mp4",
        "clips/1.mp4",
    ]


def test_what_is_left_out_teaches_nothing(data: Path):
    joints = data.parent / "joints"
    takes = learnt_takes(data, joints, replace(SHORT, left_out=("kard", "fitness")))
    assert {take.dataset for take in takes} == {"jhmdb"}
    with pytest.raises(HarLiveError, match="no data set 'karrd' to leave out; there are arid-dark"):
        learnt_takes(data, joints, replace(SHORT, left_out=("kard", "karrd")))


def test_a_network_learns_and_says_where_it_comes_from(data: Path):
    settings = replace(SHORT, epochs=2, steps=30, learning_rate=5e-3, left_out=("kard",))
    run = trained(data, "run", settings)
    model, config, labels = load_trained(run)
    assert config.encoder == "joints"
    assert labels == ("clap", "walk")
    others = replace(SHORT, left_out=("jhmdb", "fitness"))
    for take in learnt_takes(data, data.parent / "joints", others):
        windows = cut(take, CLIP, hop=CLIP.num_frames)
        with torch.inference_mode():
            (scores,) = model(*map(torch.from_numpy, windows))
        assert labels[int(scores.argmax())] == take.label
    joints, learnt = chain(run)
    assert list(joints["inputs"]) == ["clips.csv"]
    assert learnt["settings"] == json.loads(json.dumps(asdict(settings)))
    assert str(data.parent) not in (run / RECIPE_FILE).read_text("utf-8")
    assert (run / "metrics.csv").exists()


def test_the_same_seed_trains_the_same_network_and_another_one_another(data: Path):
    first, again = tensors(trained(data, "a")), tensors(trained(data, "b"))
    other = tensors(trained(data, "c", replace(SHORT, seed=1)))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_a_resumed_training_gives_the_numbers_of_an_unbroken_one(
    data: Path, monkeypatch: pytest.MonkeyPatch
):
    draw, drawn = Windows.draw, []

    def until_the_power_fails(self, *args, **options):
        drawn.append(1)
        if len(drawn) == SHORT.steps + 2:
            raise RuntimeError("power cut")
        return draw(self, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Windows, "draw", until_the_power_fails)
        with pytest.raises(RuntimeError, match="power cut"):
            trained(data, "broken")
    with pytest.raises(SinkError, match="--resume"):
        trained(data, "broken")
    with pytest.raises(HarLiveError, match="begun with steps 3, not 4"):
        trained(data, "broken", replace(SHORT, steps=4), resume=True)
    resumed, unbroken = trained(data, "broken", resume=True), trained(data, "unbroken")
    expected = tensors(unbroken)
    assert all(torch.equal(value, expected[name]) for name, value in tensors(resumed).items())
    logs = [list(csv.DictReader((run / "metrics.csv").open())) for run in (resumed, unbroken)]
    assert logs[0] == logs[1]
    assert [row["epoch"] for row in logs[0]] == ["0", "1"]
