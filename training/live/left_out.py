"""What is said of actions that were never learnt: they are left out of training one at a time.

python -m training left-out runs/bank ../shared/data --labels fight,jump,tennis_serve

The recurrent part is trained anew without the label, on everything else in the bank. Then its
windows are to be told from those of the actions that were learnt, and its clips, joined to a live
stream in which nothing of the label set happens, are to be called nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from safetensors.torch import save

from har_live.card import TENSORS_FILE, Weights, file_sha256
from har_live.recognizer import Recognizer
from har_live.types import NONE, ClipSpec
from training.features.bank import Bank
from training.features.joint_windows import JointWindows
from training.features.learnt_windows import features_of
from training.learn.settings import TrainSettings
from training.learn.train import Trained, logits_of, train
from training.live.evaluate import FAST
from training.live.measures import false_alarms_per_hour, share_of_time_right
from training.live.streams import StreamSettings, unseen_stream
from training.live.takes import shown, take
from training.measure.measures import unknown_auroc

FEW_EPOCHS = TrainSettings(hidden=(192,), epochs=6)
"""One network of both pose and motion: half as good as what ships, in a twentieth of the time."""

Windows = TypeVar("Windows", Bank, JointWindows)


@dataclass(frozen=True)
class LeftOut:
    """How a network meets an action that it has not learnt."""

    label: str
    num_windows: int
    """Of the action, among the validation clips."""
    auroc: dict[str, float]
    """As ``unknown_auroc``: its windows against those of all actions that were learnt."""
    learnt_right: float
    """Share of the learnt actions' clips named rightly among their data sets' labels."""
    seconds: float
    """Length of the stream."""
    false_alarms_per_hour: float
    share_of_time_quiet: float
    """Share of the stream's time at which no action is shown."""
    taken_for: dict[str, int]
    """Reported segments by label, the most frequent first."""


def leave_out(
    label: str,
    banks: tuple[Bank, JointWindows | None, Bank],
    data: Path,
    pose: Path | None,
    out: Path,
    spec: ClipSpec,
    *,
    streams: StreamSettings,
    settings: TrainSettings = FEW_EPOCHS,
) -> LeftOut:
    """Train without one label, then meet it.

    Args:
        banks: what is learnt from, joints among it, and what is measured on, as ``load_banks``.
        streams: how long the stream of the action's clips is, at most; all of its clips are unseen.
    """
    learnt, joints, measured = banks
    trained = train(
        without(learnt, label),
        without(measured, label),
        pose,
        out / label,
        spec,
        settings,
        joints=None if joints is None else without(joints, label),
    )
    weights = stored(trained, out / label / "weights")
    recognizer = Recognizer(weights, runtime="torch", device="cpu")
    stream = unseen_stream(data, label, recognizer.card.clip, streams)
    showing = shown(take(recognizer, stream, FAST, seed=streams.seed))
    return LeftOut(
        label,
        int((measured.labels == label).sum()),
        auroc(trained, measured, label),
        trained.measures["score"],
        showing.seconds,
        false_alarms_per_hour([showing]),
        share_of_time_right([showing]),
        dict(Counter(segment.label for segment in showing.segments).most_common()),
    )


def stored(trained: Trained, folder: Path) -> Weights:
    """A weights folder for PyTorch alone: an ONNX file takes half a minute."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / TENSORS_FILE
    path.write_bytes(save({n: t.contiguous() for n, t in trained.model.state_dict().items()}))
    card = replace(trained.card, sha256={TENSORS_FILE: file_sha256(path)})
    card.write(folder)
    return Weights(folder, card)


def auroc(trained: Trained, measured: Bank, label: str) -> dict[str, float]:
    """Windows of ``label`` against those of the actions that were learnt."""
    acting = measured.rows(measured.labels != NONE)
    logits = logits_of(trained.model, features_of(acting, trained.card.model.architecture))
    known = acting.labels != label
    return unknown_auroc(logits / trained.model.temperature, known, trained.card.labels)


def without(windows: Windows, label: str) -> Windows:
    """All but the windows of one label."""
    return windows.rows(windows.labels != label)
