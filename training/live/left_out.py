"""Measures what is said of actions that were never learnt: they are left out of training one at a
time.

python -m training left-out ../shared/data --labels fight,jump,tennis_serve

A network is trained without the label, on everything else. Then its windows are to be told from
those of the actions that were learnt, and its clips, joined to a live stream in which nothing of
the label set happens, are to be called nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

from har_live.card import TENSORS_FILE, ModelCard, Weights, file_sha256
from har_live.errors import SourceError
from har_live.models.window_model import WindowModel
from har_live.recognizer import Recognizer
from training.learn.fit_settings import MachineSettings
from training.live.evaluate import FAST
from training.live.measures import false_alarms_per_hour, share_of_time_right
from training.live.played_streams import score_stream, showing_of
from training.live.stream_builder import StreamSettings
from training.live.streams import unseen_stream
from training.measure.measures import unknown_auroc
from training.recipe.takes import load_clips
from training.recipe.train import load_trained, train
from training.recipe.train_settings import TrainSettings
from training.ship.ship import first_card
from training.ship.thresholds import MeasuredLogits, actions, calibrated, clip_scores, measure


@dataclass(frozen=True)
class LeftOut:
    """A network's answers to an action that it has not learnt."""

    label: str
    num_windows: int
    """Windows of the action, in all its clips."""
    auroc: dict[str, float]
    """Area under the ROC curve as in ``unknown_auroc``: its windows against those of all actions
    that were learnt."""
    learnt_right: float
    """Share of the learnt actions' val clips named rightly among all labels."""
    seconds: float
    """Length of the stream."""
    false_alarms_per_hour: float
    share_of_time_quiet: float
    """Share of the stream's time at which no action is shown."""
    taken_for: dict[str, int]
    """Reported segments by label, the most frequent first."""


def leave_out(
    label: str,
    data: Path,
    joints: Path,
    out: Path,
    *,
    streams: StreamSettings,
    settings: TrainSettings,
    machines: MachineSettings,
) -> LeftOut:
    """Train without one label, then meet it.

    Args:
        joints: what ``joints`` found in the clips of ``data``.
        out: folder for the training and its weights.
        streams: how long the stream of the action's clips is, at most; all of its clips are unseen.

    Raises:
        SourceError: no clip shows it.
    """
    takes = [one for one in load_clips(data, joints) if one.is_main]
    unseen = [one for one in takes if one.label == label]
    if not unseen:
        raise SourceError(f"no clip of {data} shows {label}")
    train(data, joints, out, replace(settings, without_labels=(label,)), machines)
    model, config, labels = load_trained(out)
    card = first_card(f"without-{label}", labels, config)
    learnt = [one for one in takes if one.split == "val" and one.label in labels]
    card, measured = calibrated(model, card, learnt)
    recognizer = Recognizer(stored(model, card, out / "weights"), runtime="torch", device="cpu")
    stream = unseen_stream(data, label, card.clip, streams)
    showing = showing_of(score_stream(recognizer, stream, FAST, seed=streams.seed))
    met = measure(model, card, unseen)
    return LeftOut(
        label,
        len(met.truths),
        auroc(model, card, measured, met),
        share_right(model, measured, labels),
        showing.seconds,
        false_alarms_per_hour([showing]),
        share_of_time_right([showing]),
        dict(Counter(segment.label for segment in showing.reported).most_common()),
    )


def stored(model: WindowModel, card: ModelCard, folder: Path) -> Weights:
    """Write a weights folder for PyTorch alone: an ONNX file takes half a minute."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / TENSORS_FILE
    path.write_bytes(save({n: t.contiguous() for n, t in model.state_dict().items()}))
    card = replace(card, sha256={TENSORS_FILE: file_sha256(path)})
    card.write(folder)
    return Weights(folder, card)


def auroc(
    model: WindowModel, card: ModelCard, measured: MeasuredLogits, met: MeasuredLogits
) -> dict[str, float]:
    """Judge windows of an unseen action against those of the actions that were learnt.

    Args:
        measured: windows of what was learnt, ``none`` among it.
        met: windows of the unseen action.
    """
    acting = torch.from_numpy(actions(measured.truths, card.labels))
    logits = torch.cat([measured.logits[acting], met.logits]) / model.temperature
    known = np.arange(len(logits)) < int(acting.sum())
    return unknown_auroc(logits, known, card.labels)


def share_right(model: WindowModel, measured: MeasuredLogits, labels: Sequence[str]) -> float:
    """Return the share of the actions' clips whose best label is the true one."""
    scores, truths = clip_scores(model, measured)
    acting = actions(truths, tuple(labels))
    return float((scores.argmax(axis=1) == truths)[acting].mean())
