"""The model card, and weights that are not what they say."""

from __future__ import annotations

import dataclasses
import json
import pickle
from pathlib import Path

import pytest

import har_live.card
from har_live.card import (
    CARD_FILE,
    ONNX_FILE,
    TENSORS_FILE,
    ModelCard,
    file_sha256,
    open_weights,
    shipped_weights,
)
from har_live.errors import WeightsError
from har_live.models.config import PRESETS, ModelConfig
from har_live.recognizer import Recognizer
from har_live.smoothing_spec import SmoothingSpec
from har_live.types import ClipSpec
from tests.support.weights_made import LABELS

CARD = ModelCard(
    name="test",
    labels=("none", "wave", "招手"),
    model=ModelConfig(
        "lrcn",
        "seed_cnn",
        hidden=(8, 4),
        blocks=((5, 3), (4,)),
        encoder_options={"dropout": 0.1},
    ),
    clip=ClipSpec(num_frames=10, grid_fps=12.5, image_size=64, fit="letterbox"),
    hop=3,
    smoothing=SmoothingSpec(average_seconds=0.7, enter_of={"wave": 0.4}),
    metrics={"top1": 0.5},
    sources=({"name": "own", "licence": "MIT"},),
    sha256={"model.onnx": "00"},
)


@pytest.fixture(scope="module")
def exported(small_weights) -> Path:
    return small_weights("lrcn").folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    copy = tmp_path / "weights"
    copy.mkdir()
    for name in (CARD_FILE, ONNX_FILE, TENSORS_FILE):
        (copy / name).write_bytes((exported / name).read_bytes())
    return copy


def change_card(folder: Path, **values: object) -> None:
    path = folder / CARD_FILE
    card = json.loads(path.read_text())
    path.write_text(json.dumps({**card, **values}))


def test_what_is_shown_can_be_chosen_for_any_weights(small_weights):
    weights = small_weights("lrcn")
    spec = SmoothingSpec(leave=0.3, enter_of={LABELS[1]: 0.9})
    card = dataclasses.replace(weights.card, smoothing=spec)
    recognizer = Recognizer(
        dataclasses.replace(weights, card=card),
        device="cpu",
        min_confidence=0.2,
        average_seconds=0.7,
    )
    assert recognizer.card.smoothing == dataclasses.replace(
        spec, enter=0.2, leave=0.2, enter_of={}, average_seconds=0.7
    )
    assert spec.with_min_confidence(0.6).leave == 0.3
    with pytest.raises(ValueError, match=r"min_confidence is 1\.5; expected 0–1"):
        Recognizer(weights, min_confidence=1.5)


def test_a_card_survives_being_written_and_read():
    assert ModelCard.from_json(CARD.to_json()) == CARD


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("labels", (), "distinct names"),
        ("labels", ("a", "a"), "distinct names"),
        ("labels", ("a", "unsure"), "none of them 'unsure'"),
        ("hop", 0, "hop is 0; expected 1 to 10"),
        ("hop", 11, "hop is 11; expected 1 to 10"),
        ("delay_seconds", -0.1, "delay_seconds is -0.1; expected 0 or more"),
        ("smoothing", SmoothingSpec(enter_of={"fly": 0.5}), r"for \['fly'\], which are no labels"),
    ],
)
def test_a_card_refuses_nonsense(field, value, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(CARD, **{field: value})


def test_a_label_tells_of_the_windows_middle_unless_the_card_says_otherwise():
    assert CARD.label_delay_seconds == CARD.clip.window_seconds / 2
    assert dataclasses.replace(CARD, delay_seconds=0.4).label_delay_seconds == 0.4


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 99}', CARD.to_json().replace('"hop"', '"hup"')]
)
def test_what_is_no_card_is_said_in_one_line(tmp_path, text):
    (tmp_path / CARD_FILE).write_text(text, "utf-8")
    with pytest.raises(WeightsError, match="is no model card: ") as caught:
        open_weights(tmp_path)
    assert "\n" not in str(caught.value)


def test_unknown_weights_name_those_there_are(tmp_path, monkeypatch):
    monkeypatch.setattr(har_live.card, "shipped_weights", lambda: {"everyday": tmp_path})
    with pytest.raises(WeightsError, match=r"no weights 'nope'.*everyday"):
        open_weights("nope")


def test_weights_are_found_by_folder(folder):
    weights = open_weights(folder)
    assert weights.card.labels == LABELS
    assert weights.verify(weights.onnx_path) == folder / ONNX_FILE


def test_a_folder_whose_name_is_not_utf8_is_named_with_what_to_do(folder, tmp_path):
    """What reads networks refuses such a path with its own signature, over several lines."""
    try:
        odd = folder.rename(tmp_path / "mod\udce8les")
    except (OSError, UnicodeEncodeError):
        pytest.skip("this file system takes no such name")
    with pytest.raises(WeightsError, match="not UTF-8; rename it"):
        Recognizer(odd, device="cpu")


def test_every_shipped_folder_is_whole():
    for name, path in shipped_weights().items():
        weights = open_weights(name)
        assert weights.card.name == name == path.name
        for file in (weights.onnx_path, weights.tensors_path):
            assert weights.verify(file).stat().st_size <= 10 * 1024 * 1024
        assert weights.card.sources
        assert (path / "README.md").is_file()


@pytest.mark.parametrize("runtime", ["torch", "onnx"])
def test_a_changed_file_is_refused(folder, runtime):
    for name in (ONNX_FILE, TENSORS_FILE):
        with (folder / name).open("r+b") as file:
            file.seek(-1, 2)
            file.write(b"!")
    with pytest.raises(WeightsError, match="wrong sha256"):
        Recognizer(folder, runtime=runtime, device="cpu")


@pytest.mark.parametrize(("runtime", "name"), [("torch", TENSORS_FILE), ("onnx", ONNX_FILE)])
def test_a_missing_file_is_named(folder, runtime, name):
    (folder / name).unlink()
    with pytest.raises(WeightsError, match=f"{name} is missing"):
        Recognizer(folder, runtime=runtime, device="cpu")


@pytest.mark.parametrize("runtime", ["torch", "onnx"])
@pytest.mark.parametrize(
    "changed",
    [
        {"labels": ["none", "wave"]},
        {"clip": {"num_frames": 8, "grid_fps": 10.0, "image_size": 128, "fit": "stretch"}},
    ],
)
def test_a_card_that_disagrees_with_its_tensors_is_refused(folder, runtime, changed):
    change_card(folder, **changed)
    with pytest.raises(WeightsError, match=r"does not fit its card|its card says"):
        Recognizer(folder, runtime=runtime, device="cpu")


class Malice:
    """Unpickling this would leave a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@pytest.mark.parametrize(("runtime", "name"), [("torch", TENSORS_FILE), ("onnx", ONNX_FILE)])
def test_a_pickle_is_never_loaded(folder, tmp_path, runtime, name):
    trap = tmp_path / "sprung"
    (folder / name).write_bytes(pickle.dumps(Malice(trap)))
    change_card(folder, sha256={name: file_sha256(folder / name)})
    with pytest.raises(WeightsError):
        Recognizer(folder, runtime=runtime, device="cpu")
    assert not trap.exists()
    pickle.loads((folder / name).read_bytes())
    assert trap.exists(), "the trap itself works"


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_presets_are_the_notebooks_sizes(name):
    preset = PRESETS[name]
    assert (preset.clip.image_size, preset.clip.num_frames) == (64, 20)
