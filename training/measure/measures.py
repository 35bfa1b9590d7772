"""Measures of how good answers are: accuracy within each data set, macro F1, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score
from torch import Tensor
from torchmetrics.functional.classification import binary_calibration_error

from har_live.types import NONE
from training.data.clip import Clip


@dataclass(frozen=True)
class JudgedWindows:
    """All that is known of windows whose scores are judged, an entry a window."""

    labels: NDArray[np.str_]
    datasets: NDArray[np.str_]
    groups: NDArray[np.str_]
    sources: NDArray[np.str_]
    """The clip's path or the take's name: windows of one source are judged together."""

    def __post_init__(self) -> None:
        lengths = {name: len(values) for name, values in vars(self).items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of unequal lengths: {lengths}")

    @classmethod
    def of_clips(cls, clips: Sequence[Clip]) -> Self:
        """Describe windows by the clips that they are of."""
        names = ("label", "dataset", "group", "path")
        return cls(*(np.array([getattr(clip, name) for clip in clips], str) for name in names))


def by_source(
    scores: NDArray[np.float32], judged: JudgedWindows
) -> tuple[NDArray[np.float32], NDArray[np.str_], NDArray[np.str_]]:
    """Return the mean scores of the windows of each clip, with its label and its data set."""
    sources, first, inverse = np.unique(judged.sources, return_index=True, return_inverse=True)
    sums = np.zeros((len(sources), scores.shape[1]), np.float64)
    np.add.at(sums, inverse, scores)
    means = sums / np.bincount(inverse)[:, None]
    return means.astype(np.float32), judged.labels[first], judged.datasets[first]


def within_accuracy(
    scores: NDArray[np.float32],
    truths: NDArray[np.str_],
    labels: tuple[str, ...],
    allowed: set[str] | None = None,
) -> float:
    """Return the share of clips whose best label among ``allowed`` (default: those that occur) is
    right."""
    own = np.array([label in (allowed or set(truths)) for label in labels])
    best = np.array(labels)[np.where(own, scores, -1).argmax(axis=1)]
    return float((best == truths).mean())


def calibration_error(
    scores: NDArray[np.float32],
    truths: NDArray[np.str_],
    labels: tuple[str, ...],
    *,
    num_bins: int = 10,
) -> float:
    """Return the expected calibration error: mean distance of confidence and accuracy, in
    equal-width bins.

    A truth that is none of the labels is never right.
    """
    right = np.array(labels)[scores.argmax(axis=1)] == truths
    # A confidence of 1 belongs into the last bin; torchmetrics gives it one of its own.
    confidence = np.minimum(scores.max(axis=1), np.nextafter(np.float32(1), np.float32(0)))
    error = binary_calibration_error(
        torch.from_numpy(confidence), torch.from_numpy(right).int(), n_bins=num_bins
    )
    return float(error)


def clip_measures(
    scores: NDArray[np.float32], judged: JudgedWindows, labels: tuple[str, ...]
) -> dict[str, float]:
    """Return the figures of windows' scores judged clip by clip.

    Returns:
        ``within/NAME`` for each data set with two labels or more, their mean ``score``, and over
        all clips ``top1``, ``macro_f1`` and ``ece``.
    """
    means, truths, datasets = by_source(scores, judged)
    best = np.array(labels)[means.argmax(axis=1)]
    measures = {}
    for name in np.unique(datasets):
        here = datasets == name
        if len(set(truths[here])) > 1:
            measures[f"within/{name}"] = within_accuracy(means[here], truths[here], labels)
        measures[f"top1/{name}"] = float((best[here] == truths[here]).mean())
    within = [value for key, value in measures.items() if key.startswith("within/")]
    measures["score"] = float(np.mean(within)) if within else float((best == truths).mean())
    measures["top1"] = float((best == truths).mean())
    measures["macro_f1"] = float(f1_score(truths, best, average="macro", zero_division=0))
    measures["ece"] = calibration_error(means, truths, labels)
    return measures


def best_temperature(logits: Tensor, judged: JudgedWindows, labels: tuple[str, ...]) -> float:
    """Return the temperature whose clip scores are the least surprised by the validation labels."""

    def surprise(temperature: float) -> float:
        scores = (logits / temperature).softmax(dim=1).numpy()
        means, truths, _ = by_source(scores, judged)
        truth = np.array([labels.index(label) for label in truths])
        return float(-np.log(means[np.arange(len(truth)), truth] + 1e-9).mean())

    tried: list[float] = np.exp(np.linspace(np.log(0.3), np.log(3), 60)).tolist()
    return min(tried, key=surprise)


def unknown_auroc(
    logits: Tensor, known: NDArray[np.bool_], labels: tuple[str, ...]
) -> dict[str, float]:
    """Measure how well windows of actions that were learnt are told from all others, by three
    scores.

    Args:
        logits: (N, K), divided by the temperature. Of a network trained without an action, with
            the windows of that action among them, they tell what happens with unseen actions.
        known: (N,) False for windows in which nothing of the label set is done.

    Returns:
        Areas under the ROC curve: of the best action's probability, of the probability of all
        actions together, of their energy (Liu et al. 2020). Empty where all or none are known.
    """
    if known.all() or not known.any():
        return {}
    actions = [index for index, label in enumerate(labels) if label != NONE]
    scores = logits.softmax(dim=1)[:, actions]
    by = {
        "best_probability": scores.amax(dim=1),
        "action_probability": scores.sum(dim=1),
        "energy": logits[:, actions].logsumexp(dim=1),
    }
    return {name: float(roc_auc_score(known, values.numpy())) for name, values in by.items()}
