"""Measure weights on clips through the same ``Recognizer`` that runs live.

python -m training evaluate everyday-lrcn ../shared/data --json runs/evaluation.json
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from har_live.current_labels import CurrentLabels
from har_live.errors import SourceError
from har_live.files.recognize import mean_scores
from har_live.recognizer import Recognizer
from har_live.sources.media import MediaSource
from har_live.time_grid import frames_played_at
from har_live.types import Frame, Prediction
from training.data.clip import Clip
from training.data.layouts import clips_of
from training.data.split import clips_of_split
from training.datasets import our_label
from training.measure.measures import calibration_error, within_accuracy

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answers:
    """The answers of weights to clips."""

    clips: list[Clip]
    truths: NDArray[np.str_]
    """Labels of the clips under the names that the weights give them."""
    scores: NDArray[np.float32]
    """(clips, labels): the mean over the windows of the person seen longest."""
    reported: NDArray[np.bool_]
    """(clips,) the truth was the label shown at some time: a clip may show more than its label,
    such as a fall the walk before it and the lying after."""
    labels: tuple[str, ...]


def answers_of(
    recognizer: Recognizer,
    data: Path,
    *,
    split: str = "val",
    datasets: Sequence[str] = (),
) -> Answers:
    """Play every clip of a split to a fresh stream.

    Args:
        split: ``train``, ``val``, or empty for all clips. Clips that come without one are split by
            group, as in training.
        datasets: only the clips of these; empty for all.
    """
    return answers_at(recognizer, data, [None], split=split, datasets=datasets)[0]


def answers_at(
    recognizer: Recognizer,
    data: Path,
    rates: Sequence[float | None],
    *,
    split: str = "val",
    datasets: Sequence[str] = (),
) -> list[Answers]:
    """Return the answers at several frame rates, every clip decoded once.

    Args:
        rates: frames are dropped or repeated; None plays the file's own.

    Raises:
        SourceError: there are no such clips, or none has a label that these weights know.
    """
    found = clips_of(data)
    folders = {clip.path: folder for folder, clip in found}
    clips = clips_of_split([clip for _, clip in found], split)
    clips = [clip for clip in clips if not datasets or clip.dataset in datasets]
    _require_known(clips, recognizer.labels)
    truths = np.array([known_as(clip, recognizer.labels) for clip in clips])
    answers: list[list[tuple[NDArray[np.float32], set[str]]]] = [[] for _ in rates]
    for clip in track(clips, "scoring"):
        frames = _frames_of(folders[clip.path] / clip.path)
        for fps, own in zip(rates, answers, strict=True):
            own.append(answer_to_clip(recognizer, frames, fps=fps))
    return [
        Answers(
            clips,
            truths,
            np.stack([scores for scores, _ in own]),
            np.array([truth in shown for truth, (_, shown) in zip(truths, own, strict=True)]),
            recognizer.labels,
        )
        for own in answers
    ]


def _require_known(clips: Sequence[Clip], labels: tuple[str, ...]) -> None:
    """Refuse to measure on what can't be answered, and say where a part of it can't."""
    unknown = Counter(clip.label for clip in clips if known_as(clip, labels) not in labels)
    if unknown.total() == len(clips):
        raise SourceError(
            f"none of these {len(clips)} clips has a label that the weights know: they are of "
            f"{', '.join(sorted(unknown)) or 'no data set asked for'}; known are "
            f"{', '.join(labels)}"
        )
    for label, count in sorted(unknown.items()):
        log.warning("%d clips of %s, unknown to these weights, count as wrong", count, label)


def _frames_of(video: Path) -> list[Frame]:
    with MediaSource(video) as source:
        return list(source)


def known_as(clip: Clip, labels: tuple[str, ...]) -> str:
    """Return a clip's label under the name that these weights give it."""
    ours = our_label(clip.dataset, clip.label, clip.path)
    return ours if ours in labels else clip.label


def answer_to_clip(
    recognizer: Recognizer, frames: list[Frame], *, fps: float | None = None
) -> tuple[NDArray[np.float32], set[str]]:
    """Return (labels,) mean scores of one clip, and the main labels that were shown."""
    if fps is not None:
        frames = at_rate(frames, fps)
    stream, shown = recognizer.stream(), CurrentLabels()
    predictions: list[Prediction] = []
    labels: set[str] = set()

    def take(new: list[Prediction]) -> None:
        predictions.extend(new)
        shown.update(new, stream.people)
        labels.add(shown.label)

    for frame in frames:
        take(stream.push(frame))
    take(stream.finish())
    return mean_scores(predictions), labels


def at_rate(frames: list[Frame], fps: float) -> list[Frame]:
    """Return the same video as a camera of another frame rate would have it."""
    pts = np.array([frame.pts_seconds for frame in frames])
    instants = pts[0] + np.arange(int((pts[-1] - pts[0]) * fps + 1e-6) + 1) / fps
    played = frames_played_at(pts, instants)
    return [
        replace(frames[index], pts_seconds=float(instant))
        for index, instant in zip(played, instants, strict=True)
    ]


def figures(answers: Answers) -> dict[str, Any]:
    """Return all that is reported of answers, shares as fractions of 1."""
    labels, truths, scores = answers.labels, answers.truths, answers.scores
    order = np.array(labels)[np.argsort(-scores, axis=1)]
    datasets = np.array([clip.dataset for clip in answers.clips])
    occurring = sorted(set(truths.tolist()))
    precision, recall, f1, count = precision_recall_fscore_support(
        truths, order[:, 0], labels=occurring, zero_division=0
    )
    return {
        "clips": len(truths),
        "top1": float((order[:, 0] == truths).mean()),
        "top5": float((order[:, :5] == truths[:, None]).any(axis=1).mean()),
        "macro_f1": float(f1.mean()),
        "ece": calibration_error(scores, truths, labels),
        "per_class": {
            label: {
                "clips": int(count[i]),
                "precision": float(precision[i]),
                "recall": float(recall[i]),
                "f1": float(f1[i]),
            }
            for i, label in enumerate(occurring)
        },
        "datasets": {
            name: {
                "clips": int((datasets == name).sum()),
                "num_labels": len(set(truths[datasets == name].tolist())),
                "top1": float((order[:, 0] == truths)[datasets == name].mean()),
                "reported": float(answers.reported[datasets == name].mean()),
                "top1_within": within_accuracy(
                    scores[datasets == name], truths[datasets == name], labels
                ),
            }
            for name in sorted(set(datasets.tolist()))
        },
    }


def confusion(answers: Answers) -> tuple[NDArray[np.int64], list[str]]:
    """Return counts (truth, answer), and the labels that occur among either."""
    best = np.array(answers.labels)[answers.scores.argmax(axis=1)]
    names = [name for name in answers.labels if name in set(answers.truths) | set(best)]
    return confusion_matrix(answers.truths, best, labels=names), names


def rates(own: Answers, others: dict[float, Answers]) -> dict[str, dict[str, float]]:
    """Measure at other frame rates: accuracy, and the share of clips answered as at their own
    rate."""
    best, truths = own.scores.argmax(axis=1), own.truths
    return {
        f"{fps:g}": {
            "top1": float((np.array(own.labels)[other.scores.argmax(axis=1)] == truths).mean()),
            "agreement": float((other.scores.argmax(axis=1) == best).mean()),
        }
        for fps, other in others.items()
    }
